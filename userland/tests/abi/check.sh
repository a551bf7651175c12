#!/bin/sh
# abi/check.sh OUT: compares kernel/abi with the host's i386 headers; OUT is a folder for what is built.
set -e
out=$1
here=$(dirname "$0")
abi=$here/../../../kernel/abi
cc="${CROSS_COMPILE:-i686-linux-gnu-}gcc -static -w -D_GNU_SOURCE -I$here/../../../kernel -I$out -I$here"
mkdir -p "$out"
# The files that hold formats of our own are checked elsewhere.
headers=$(cd "$abi" && ls *.h | grep -v -e '^impfs' -e '^testproto')
for header in $headers; do
	echo "#include <abi/$header>"
done >"$out/abi-all.h"
grep -v 'abi/elf.h' "$out/abi-all.h" >"$out/abi-all-but-elf.h"
(cd "$abi" && sed -n 's/^#define \([A-Z_][A-Z0-9_]*\)[[:blank:]].*/\1/p' $headers) | sort -u |
	grep -v -e '^ABI_' -e '_PREFIX$' -e '^ELFMAG$' -e '^SWAP_MAGIC$' |
	sed 's/.*/#ifdef &\nKNOWN(&)\n#else\nMISSING(&)\n#endif/' >"$out/names.h"
for header in $headers; do
	$cc -Wall -Wextra -Werror -std=gnu17 -ffreestanding -fsyntax-only -x c - <<-END
		#include <abi/$header>
	END
done
$cc -c "$here/structs.c" -o "$out/structs.o"
for side in ABI LINUX GLIBC; do
	$cc -D${side}_SIDE -c "$here/values.c" -o "$out/$side.o"
done
$cc "$here/values.c" "$out/ABI.o" "$out/LINUX.o" "$out/GLIBC.o" -o "$out/values"
"$out/values"
