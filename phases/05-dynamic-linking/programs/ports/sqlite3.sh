# SQLite's shell: tables, indices, triggers, windows, recursion, JSON, full text, R*trees, transactions, recovery after a kill, import and export.
cat > make.sql <<'S'
pragma journal_mode = wal; pragma page_size; create table town(id integer primary key, name text not null, people int, state text, check (people > 0));
with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) insert into town select i, printf('town %05d', i * 7919 % 3001), i * 31 % 997 + 1, char(65 + i % 7) from n;
create index by_state on town(state, people desc); create view big as select * from town where people > 900; analyze;
create table log(what text, old, new); create trigger moved after update of people on town begin insert into log values (new.name, old.people, new.people); end;
update town set people = people + 1 where state = 'C' and people < 20; select count(*), sum(new - old) from log;
select state, count(*), sum(people), round(avg(people), 3), min(name), max(name) from town group by state order by 1;
select name, people, rank() over w, lag(people) over w, sum(people) over (w rows 2 preceding) from town window w as (partition by state order by people desc, id) order by state, 3 limit 9;
select count(*) from big join town using (state) where big.id < town.id; select group_concat(distinct state) from big; explain query plan select name from town where state = 'B' and people > 5;
select json_extract('{"a":[1,{"b":2.5}],"c":"x"}', '$.a[1].b'), json_group_array(id) from (select id from town where people = 500 order by id limit 5); select value, type from json_each('[1,"two",null,3.5]');
create virtual table words using fts5(body); insert into words values ('the quick brown fox'), ('jumps over the lazy dog'), ('quick quick quick'); select body, highlight(words, 0, '<', '>') from words where words match 'quick NOT fox';
create virtual table boxes using rtree(id, x0, x1, y0, y1); insert into boxes select id, id % 50, id % 50 + 2, id / 50, id / 50 + 1 from town; select count(*), min(id) from boxes where x0 >= 10 and x1 <= 20 and y0 between 5 and 9;
select round(sqrt(2), 12), round(exp(1), 12), round(atan2(1, 2), 12), pow(2, 40), 7 % 3, -7 / 2, 0.1 + 0.2, 1e300 * 1e10, 9223372036854775807 + 1, cast('12abc' as int), typeof(1 / 2.0);
select hex(randomblob(4)) <> hex(randomblob(4)), length(zeroblob(1000)), quote(x'00ff'), upper('abc') || lower('DEF'), substr('hello', -3, 2), instr('hello', 'l'), replace('aXbX', 'X', '-'), trim('  x '), unicode('€'), char(8364), format('%08.3f|%,d', 3.14159, 1234567);
select date('2024-02-28', '+2 days'), strftime('%Y-%j %W %w', '2023-12-31'), julianday('2000-01-01 12:00'), datetime(86400 * 365, 'unixepoch'), time('12:00', '-1 minute');
begin; delete from town; select count(*) from town; savepoint s; insert into town values (1, 'one', 1, 'A'); rollback to s; release s; rollback; select count(*) from town;
insert into town values (1, 'again', 1, 'A'); insert into town values (null, 'none', 0, 'A'); insert into town(name, people) values ('up', 1) on conflict do nothing returning id, name; pragma integrity_check; pragma foreign_key_check;
S
sqlite3 t.db < make.sql 2>&1; echo "status $?"; sqlite3 t.db .dump | sqlite3 copy.db; sqlite3 copy.db 'select count(*), sum(people), total(length(name)) from town; pragma integrity_check' 'select sql from sqlite_schema where type = "trigger"'
for mode in csv json line html insert box markdown quote; do sqlite3 -$mode t.db "select id, name, people / 3.0 as third, null as nothing from town where id in (5, 6)" 2>&1 || sqlite3 -cmd ".mode $mode" t.db "select id, name, people / 3.0 as third, null as nothing from town where id in (5, 6)"; done
printf 'a,b\n1,"x, y"\n2,"say ""hi"""\n' > in.csv; sqlite3 new.db '.mode csv' '.import in.csv t' '.headers on' 'select * from t'; sqlite3 new.db .schema '.tables'; sqlite3 new.db 'select nothing from t' 2>&1; echo "status $?"
sqlite3 t.db "begin immediate; insert into town(name, people) values ('lost', 1);" '.shell sqlite3 t.db "insert into town(name, people) values (1, 1)" 2>&1' 'select 1'; sqlite3 t.db "select count(*) from town where name = 'lost'" 'vacuum' 'pragma wal_checkpoint(truncate)' 'pragma integrity_check'
(echo 'begin;'; seq 1 3000 | sed "s/.*/insert into town(name, people) values ('k&', &);/"; echo ".shell kill -9 \$PPID") | sqlite3 t.db > said 2>&1; sqlite3 t.db 'select count(*) from town; pragma integrity_check'; sqlite3 t.db '.backup b.db' && sqlite3 b.db 'pragma journal_mode = delete; select max(id) from town'; head -c 5000 b.db > half.db; sqlite3 half.db 'select count(*) from town' 2>&1; echo "status $?"
printf 'create table q(n);\n' | sqlite3 q.db; for i in 1 2 3 4; do (for k in 1 2 3 4 5; do sqlite3 -cmd '.timeout 20000' q.db "insert into q values ($i)"; done) & done; wait; sqlite3 q.db 'select n, count(*) from q group by n'; sqlite3 :memory: 'select sqlite_version()'; ls t.db*
