# Debian's screen, detached: windows, what is typed into them, copies of what they show, a log.
export SCREENDIR=$PWD/s; mkdir -m 700 s; printf 'startup_message off\nlogfile %s/log\nlogfile flush 0\nescape ^Aa\n' "$PWD" > rc
screen -c rc -L -d -m -S x -s /bin/sh; wait_for 'screen -ls | grep -q Detached'; screen -ls | grep -c Detached
screen -S x -X stuff "PS1='> '; clear; echo in\$((40+2)) window\n"; wait_for 'screen -S x -X hardcopy h && grep -q "in42 window" h'; grep -c 'in42 window' h
screen -S x -X screen -t second cat; screen -S x -p second -X stuff 'typed at cat\n'; wait_for 'screen -S x -p second -X hardcopy h2 && grep -c "typed at cat" h2 | grep -q 2'; grep 'typed' h2; screen -S x -Q windows | tr -s ' ' | sed 's/[*-] / /g'; echo; screen -S x -Q title; echo
screen -S x -p 0 -X stuff 'stty size; tty > tty; exit\n'; wait_for 'test -s tty'; cut -d/ -f1-3 tty; wait_for 'screen -S x -Q windows | grep -vq "0 sh"'; grep -c 'in42 window' log
screen -S x -X quit; wait_for '! screen -ls | grep -q Detached'; screen -ls | grep -c Detached; screen -d -m -S y sh -c 'echo once > once; sleep 500'; wait_for 'test -s once'; cat once; p=$(screen -ls | awk -F'[.\t]' '/y/ { print $2 }'); kill "$p"; wait_for '! screen -ls | grep -q Detached'; screen -wipe > /dev/null; screen -ls | grep -c '[.]y'; true
