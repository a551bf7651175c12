#!/bin/sh
# Brings what the workshop itself needs to run: packages of the lock file.
set -eu
cd "$(dirname "$0")/.."
[ node_modules/.package-lock.json -nt package-lock.json ] || [ -h node_modules ] || npm ci
