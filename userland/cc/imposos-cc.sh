#!/bin/sh
# Its specifications find headers and libraries by this: they are wherever this file is.
IMPOSOS_SYSROOT=$(dirname "$(dirname "$(readlink -f "$0")")")
export IMPOSOS_SYSROOT
exec @CC@ -specs="$IMPOSOS_SYSROOT/lib/imposos.specs" "$@"
