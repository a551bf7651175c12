# Debian's lua: its whole library, files and processes.
cat > t.lua <<'E'
local c = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i * i) end end); print(c(), c(), c(), 7 // 2, 7 / 2, 7 % -3, 1 << 40, 0x7fffffffffffffff + 1)
local t = setmetatable({}, { __index = function(_, k) return k .. "!" end, __add = function() return "sum" end, __close = function() print("closed") end })
do local x <close> = t; print(t.key, t + t, #"abc", math.type(1), math.type(1.0), 2 ^ 53, math.maxinteger, 10 // 0.0, -7 // 2) end
print(string.format("%5.2f|%-5s|%05d|%x|%q|%a", 3.14159, "ab", 42, 255, "a\nb\0", 0.5), ("x"):rep(3, ","), ("hello world"):gsub("o", "0"), ("k=v; a=b"):match("(%w+)=(%w+)"), utf8.char(228, 8364), utf8.len("äö"))
print(string.pack("<i4z", 7, "s"):byte(1, -1)); print(string.unpack("<i4z", string.pack("<i4z", 7, "s"))); print(table.concat({ 3, 1, 2 }, "-"), select("#", table.unpack({ 1, nil, 3 }, 1, 3)), next({}), rawequal(t, t))
print(pcall(error, { code = 1 }), select(2, pcall(function() local x = nil; return x.y end)), xpcall(function() error("deep") end, function(m) return m .. " handled" end)); goto done
print("never") ::done:: local l = {}; for i = 1, 20000 do l[i] = (i * 7919) % 20011 end; table.sort(l); print(l[1], l[20000], collectgarbage("count") > 100, collectgarbage())
local f = assert(io.open("f", "w+")); f:write("line 1\n", 2.5, "\n", "rest"); f:seek("set"); print(f:read("l", "n", "l", "a")); print(f:seek("cur"), f:seek("end", -4), f:read(2), f:setvbuf("full")); f:close()
for l, n in io.lines("f", "L", 1) do io.write("<", l, n or "", ">") break end print() print(io.open("/nowhere")); print(os.rename("f", "g"), os.remove("g"), select(2, os.remove("g")), os.getenv("LC_ALL"), os.date("!%F %T", 86400), os.time({ year = 2000, month = 1, day = 1, hour = 12 }))
local p = io.popen("echo piped; exit 3"); print(p:read("a")); print(p:close()); local w = io.popen("cat > sink", "w"); w:write("to a pipe"); w:close(); print(io.open("sink"):read("a"), os.execute("kill -9 $$")); print(load("return 1 +")); print(load("return ...", "chunk", "t", {})(5)); print(require("m").v, package.loaded.m ~= nil, #arg, arg[1]); print(os.tmpname():match("^/tmp/lua_") ~= nil, type(os.clock())); os.exit(9, true)
E
echo 'return { v = "module" }' > m.lua; lua5.4 t.lua argument; echo $?; echo 'print(("bytecode"):upper())' > b.lua; luac5.4 -s -o b.luac b.lua && lua5.4 b.luac; echo 'print(io.read("n") * 2)' > i.lua; echo 21 | lua5.4 i.lua; lua5.4 -e 'error("top")' 2>&1 | head -n 1; printf '1 + 1\n' | lua5.4 -i 2>&1 | grep -c '2$'
