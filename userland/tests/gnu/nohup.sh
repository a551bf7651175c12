# nohup away from a terminal.
r() { "$@"; echo "= $?"; }
r nohup echo hi; r nohup sh -c 'kill -HUP $$; echo alive'; r nohup nosuchprogram 2>/dev/null; r nohup /etc 2>/dev/null
