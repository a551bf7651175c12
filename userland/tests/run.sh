#!/bin/sh
# run.sh OUT: runs the tests of user space on this machine, which executes i386 programs. OUT is
# build/VARIANT/user, already made.
#
# tests/libc/*.c are built with the host's C library and with ours and must print the same;
# tests/sh/*.sh are run by dash and by our sh and must print the same and end alike;
# tests/gnu/*.sh are run with the host's utilities and with ours and must print the same and end alike;
# tests/bin/*.sh check our utilities by themselves: each must end with 0.
out=$1
here=$(cd "$(dirname "$0")" && pwd)
cc=${CROSS_COMPILE:-i686-linux-gnu-}gcc
work=$out/check
# Our programs, with their loader where it has been built.
root=$out/check/root
bin=$root/usr/bin
passed=0
failed=0
export LC_ALL=C TZ=UTC0
mkdir -p "$work"

verdict()
{
	if [ "$1" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $2"
	fi
}

for source in "$here"/libc/*.c; do
	name=libc-$(basename "$source" .c)
	$cc -w -O1 -static "$source" -o "$work/$name.host" -lm &&
		$cc -w -O1 -g -fno-pic -no-pie -nostdinc -isystem "$out/sysroot/include" \
			-isystem "$($cc -print-file-name=include)" -nostdlib -static "$out/sysroot/lib/crt1.o" \
			"$source" "$out/sysroot/lib/libc.a" "$($cc -print-libgcc-file-name)" -o "$work/$name.ours" &&
		timeout 60 "$work/$name.host" >"$work/$name.expected" 2>&1
	timeout 60 "$work/$name.ours" >"$work/$name.got" 2>&1 &&
		diff -u "$work/$name.expected" "$work/$name.got" >"$work/$name.diff"
	status=$?
	[ $status -eq 0 ] || head -20 "$work/$name.diff"
	verdict $status "$name"
done

for script in "$here"/sh/*.sh; do
	[ -e "$script" ] && [ -e "$bin/sh" ] || continue
	name=sh-$(basename "$script" .sh)
	for shell in dash "$bin/sh"; do
		result=$work/$name.$(basename "$shell")
		rm -rf "$work/scratch"
		mkdir "$work/scratch"
		mkdir -p "$work/path"
		ln -sf "$(command -v "$shell")" "$work/path/sh"
		(cd "$work/scratch" && PATH=$work/path:$PATH timeout 60 "$shell" "$script" one 'two words' three </dev/null >"$result.out" 2>"$result.err"
			echo "status $?" >>"$result.out")
	done
	diff -u "$work/$name.dash.out" "$work/$name.sh.out" >"$work/$name.diff"
	status=$?
	[ $status -eq 0 ] || head -20 "$work/$name.diff"
	verdict $status "$name"
done

for script in "$here"/gnu/*.sh; do
	name=gnu-$(basename "$script" .sh)
	for path in "$PATH" "$bin:$root/usr/sbin"; do
		rm -rf "$work/scratch"
		mkdir "$work/scratch"
		(cd "$work/scratch" && timeout 60 env PATH="$path" "$bin/sh" "$script" </dev/null 2>&1
			echo "status $?") >"$work/$name.$([ "$path" = "$PATH" ] && echo host || echo ours)"
	done
	diff -u "$work/$name.host" "$work/$name.ours" >"$work/$name.diff"
	status=$?
	[ $status -eq 0 ] || head -20 "$work/$name.diff"
	verdict $status "$name"
done

for script in "$here"/bin/*.sh; do
	[ -e "$script" ] || continue
	name=bin-$(basename "$script" .sh)
	rm -rf "$work/scratch"
	mkdir "$work/scratch"
	(cd "$work/scratch" && timeout 60 env PATH="$bin:$root/usr/sbin" "$bin/sh" "$script" </dev/null >"$work/$name.out" 2>&1)
	status=$?
	[ $status -eq 0 ] || tail -20 "$work/$name.out"
	verdict $status "$name"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
