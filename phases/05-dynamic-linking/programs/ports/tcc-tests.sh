# tcc: its own tests, as its makefile runs them but those that are skipped there, or have three programs, or need another compiler.
T=/usr/libexec/imposos-tests/ports/tcc; cd $T; n=0
for c in [0-9]*.c; do
	b=${c%.c}; [ -e $b.expect ] || continue; flags= args= more=
	case $b in
	34_array_assignment | 95_bitfields | 95_bitfields_ms | 113_btdll) continue ;;
	31_args) set -- arg1 arg2 arg3 arg4 arg5 ;;
	46_grep) set -- '[^* ]*[:a:d: ]+\:\*-/: $' 46_grep.c ;;
	60_* | 96_*) flags=-dt; set -- ;;
	104_inline) more=104+_inline.c; set -- ;;
	112_backtrace) flags='-dt -b'; set -- ;;
	114_* | 115_* | 116_*) flags=-b; set -- ;;
	106_pthread) flags=-pthread; set -- ;;
	*) set -- ;;
	esac
	case $b in
	42_function_pointer | 106_pthread | 108_constructor) timeout 60 tcc $flags $c -o /tmp/case/a && timeout 60 /tmp/case/a "$@" ;;
	*) timeout 60 tcc $flags $more -run $c "$@" ;;
	esac > /tmp/case/said 2>&1
	[ $b != 112_backtrace ] || sed -i -e 's;[0-9A-Fa-fx]\{5,\};........;g' -e 's;0x[0-9A-Fa-f]\{1,\};0x?;g' /tmp/case/said
	if diff -b $b.expect /tmp/case/said > /tmp/case/diff; then n=$((n + 1)); else echo $b; cat /tmp/case/diff; fi
done
echo "$n are fine"
