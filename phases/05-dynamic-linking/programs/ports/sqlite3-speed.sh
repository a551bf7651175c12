# SQLite's own measure of speed, whose checks of results count here; in memory, in a file, with a log.
set -e
T=/usr/libexec/imposos-tests/ports/sqlite3
$T/speedtest1 --size 2 --verify --memdb > memory; tail -n 1 memory
$T/speedtest1 --size 2 --verify disk.db > disk; $T/speedtest1 --size 1 --journal wal --threads 2 --verify log.db > log
sums() { sed -n 's/.*\(Verification Hash: [0-9]*\).*/\1/p' $1; }
sums memory; sums disk; grep -c '\.\.\. *[0-9.]*s' memory; grep -c '\.\.\. *[0-9.]*s' log; sqlite3 disk.db 'pragma integrity_check'
[ "$(sums memory)" = "$(sums disk)" ]
echo all of it
