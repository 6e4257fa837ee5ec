-- wrk's script: beacons as browsers send them. 20 user agents, 2,000 paths, referrers, bodies that vary; each event
-- with an id of its own. About 1,000 visitors: 20 agents times 50 addresses would need 50 addresses, and loopback has
-- one client, so that the agent carries a number.
local systems = {
    "Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64", "Linux; Android 10; K",
}
local browsers = {
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/155.0.0.0 Safari/537.36",
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/154.0.0.0 Safari/537.36 Edg/154.0.0.0",
    "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
    "Gecko/20100101 Firefox/146.0",
    "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/155.0.0.0 Mobile Safari/537.36",
}
local referrers = {
    "", "", "", "https://www.google.com/", "https://duckduckgo.com/", "https://news.ycombinator.com/item?id=4711",
    "https://blog.example.org/a-post-about-cups", "https://t.co/abcdef",
}
local thread = 0
function setup(it)
    it:set("number", thread)
    thread = thread + 1
end
function init()
    math.randomseed(4711 + number)
    counter = 0
    start = os.time()
    prepared = {}
    for index = 1, 1000 do
        local agent = "Mozilla/5.0 (" .. systems[index % #systems + 1] .. ") " .. browsers[index % #browsers + 1] ..
            " v" .. (index % 1000)
        prepared[index] = { ["User-Agent"] = agent, ["Content-Type"] = "text/plain;charset=UTF-8",
            ["Accept-Language"] = "de-AT,de;q=0.9,en;q=0.8", ["Accept"] = "*/*", ["Sec-Fetch-Site"] = "same-origin",
            ["Sec-Fetch-Mode"] = "no-cors", ["Sec-Fetch-Dest"] = "empty", ["Origin"] = "http://localhost",
            ["Referer"] = "http://localhost/section" }
    end
end
function request()
    counter = counter + 1
    local page = math.random(2000)
    local body = string.format(
        '{"s":"demo","n":"pageview","u":"http://localhost/section-%d/page-%d?utm_source=mail&session=%d","r":"%s",' ..
        '"t":"Page number %d of the shop","w":%d,"i":"%08x%08x%08x%08x","ts":%d000}',
        page % 40, page, math.random(1000000), referrers[math.random(#referrers)], page, 360 + math.random(1600),
        start, number, counter, math.random(2147483647), os.time())
    return wrk.format("POST", "/e", prepared[math.random(1000)], body)
end
