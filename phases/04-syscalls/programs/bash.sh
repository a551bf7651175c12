# Debian's bash: its own kinds of variables, redirections, processes and jobs.
cat > script <<'E'
shopt -s extglob globstar nullglob
declare -A map=([one]=1 [two]=2 [three]=3); for k in $(printf '%s\n' "${!map[@]}" | sort); do printf '%s=%s ' "$k" "${map[$k]}"; done; echo
list=({a..e} {01..05..2}); echo "${#list[@]} ${list[*]:2:3} ${list[-1]} ${list[@]/a/X}"
mapfile -t lines < <(seq 5 | tac); echo "${lines[@]}"; name=HeLLo; echo "${name,,} ${name^^} ${name:1:3} ${name//L/-} ${#name}"
[[ 2026-03-04 =~ ^([0-9]+)-([0-9]+)-([0-9]+)$ ]] && echo "${BASH_REMATCH[3]}.${BASH_REMATCH[2]}.${BASH_REMATCH[1]}"
coproc UP { tr a-z A-Z; }; echo through a coprocess >&"${UP[1]}"; eval "exec ${UP[1]}>&-"; read -r answer <&"${UP[0]}"; echo "$answer"; wait
exec {fd}> file; echo line >&$fd; exec {fd}>&-; cat file; cat <<< "here $((6 * 7))"
diff <(seq 3) <(seq 4); echo "status $?"; set -o pipefail; false | true; echo "$? ${PIPESTATUS[*]}"
trap 'echo "signal in $BASH_SUBSHELL"' USR1; kill -USR1 $$; (kill -USR1 $BASHPID); trap - USR1
trap 'echo leaving' EXIT; f() { trap 'echo return' RETURN; local IFS=,; echo "$*"; }; f 1 2 3
mkdir -p d/{x,y}/z; touch d/{a,b,c}.{txt,log} d/x/z/deep.txt; echo d/!(*.log|x|y); echo **/*.txt; echo d/@(a|c).log
printf -v s '%05d|%-6s|%q|%x' 42 ab 'two words' 255; echo "$s"; printf '%(%Y-%m-%d)T\n' 86400
read -r -t 0.2 x < <(sleep 2); echo "timeout $(($? > 128))"; ulimit -n 64; ulimit -n; (ulimit -f 1; trap '' XFSZ; head -c 5000 /dev/zero > big 2> /dev/null; stat -c %s big)
while IFS=: read -r user _ id _; do (( id < 2 )) && echo "$user"; done < /etc/passwd; select x in red blue; do echo "$x"; break; done <<< 2 2> /dev/null
exec 3<> both; echo data >&3; cat both; umask 027; : > masked; stat -c %a masked; echo $((16#ff)) $((2#1010)) $((1 << 20)) $((-7 / 2)) $((-7 % 3)); compgen -b | wc -l
E
cat > jobs <<'E'
set -m; sleep 60 & sleep 61 & jobs | sed 's/[+-]  */ /'; kill %1; wait %1; echo "ended by $(($? - 128))"; kill -STOP %2; sleep 0.3; jobs %2 | sed 's/[+-]  */ /'; kill -CONT %2; kill %2; wait
E
bash -c '(exit 3) & (sleep 0.3; exit 4) & wait -n; echo "first $?"; wait -n; echo "then $?"'; bash jobs 2> /dev/null; bash script; echo "status $?"; bash -c 'kill -KILL $$'; echo "status $?"; bash -c 'exec /nowhere' 2> /dev/null; echo "status $?"; bash -O extglob -n script && echo sound; bash --norc -ic 'echo $-' 2> /dev/null
