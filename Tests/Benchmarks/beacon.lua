-- wrk's script: beacons as browsers send them. 1,000 visitors, each with an address of its own and one of 20 browsers,
-- 2,000 paths, referrers, bodies that vary; each event with an id of its own.
--
--   wrk … -s beacon.lua URL -- AGENTS RUN
--
-- AGENTS is the file of the browsers, RUN eight hexadecimal digits that no other run has. nginx takes the visitor's
-- address from X-Bench-Address (tools/bench-parts/places.sh): loopback has one client. load.c sends the same.
local referrers = {
    "", "", "", "https://www.google.com/", "https://duckduckgo.com/", "https://news.ycombinator.com/item?id=4711",
    "https://blog.example.org/a-post-about-cups", "https://t.co/abcdef",
}
local threads = 0
function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end
function init(arguments)
    run = arguments[2]
    counter = 0
    math.randomseed(4711 + number)
    local agents = {}
    for line in io.lines(arguments[1]) do agents[#agents + 1] = line end
    visitors = {}
    for index = 0, 999 do
        visitors[index + 1] = { ["User-Agent"] = agents[index % #agents + 1],
            -- The block that RFC 2544 keeps for benchmarks.
            ["X-Bench-Address"] = string.format("198.18.%d.%d", math.floor(index / 250), index % 250 + 1),
            ["Content-Type"] = "text/plain;charset=UTF-8", ["Accept-Language"] = "de-AT,de;q=0.9,en;q=0.8",
            ["Accept"] = "*/*", ["Sec-Fetch-Site"] = "same-origin", ["Sec-Fetch-Mode"] = "no-cors",
            ["Sec-Fetch-Dest"] = "empty", ["Origin"] = "http://localhost", ["Referer"] = "http://localhost/section" }
    end
end
function request()
    counter = counter + 1
    local page = math.random(2000)
    local body = string.format(
        '{"s":"demo","n":"pageview","u":"http://localhost/section-%d/page-%d?utm_source=mail&session=%d","r":"%s",' ..
        '"t":"Page number %d of the shop","w":%d,"i":"%s%08x%08x%08x","ts":%d000}',
        page % 40, page, math.random(1000000), referrers[math.random(#referrers)], page, 360 + math.random(1600),
        run, number, counter, math.random(2147483647), os.time())
    return wrk.format("POST", "/e", visitors[math.random(1000)], body)
end
