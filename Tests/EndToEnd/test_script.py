"""The browser script alone, against a server that only remembers what it is sent."""

import gzip
import http.server
import json
import subprocess
import threading
import time

import pytest
from conftest import ROOT, wait_for

SCRIPT = (ROOT / "Sources/Collect/Tracker/footfall.js").read_text()
TAG = '<script defer src="/s/footfall.js" data-site="key"></script>'


class Capture:
    """Serves pages and the script, and keeps the bodies that arrive."""

    def __init__(self):
        self.bodies = []
        self.asked = []
        self.headers = {}
        self.pages = {}
        self.delay = 0
        # So many events are answered 429 before any is taken; where it is served with `?s=`, the script has this token.
        self.refusals = 0
        self.token = "t" * 20
        self.next_tokens = []
        self.token_hour = None
        self.tokens_asked = 0
        capture = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path.split("?")[0]
                capture.asked.append(path)
                token = path.endswith("footfall.js") and "?s=" in self.path
                if path.endswith("footfall.js"):
                    kind, text = "text/javascript", SCRIPT
                    if token:
                        capture.tokens_asked += 1
                        # An hour that the browser's clock is set to, or today's.
                        hour = int(time.time() // 3600) if capture.token_hour is None else capture.token_hour
                        text = text.replace("(window,document)", f'(window,document,"{capture.token}",{hour})')
                else:
                    kind, text = "text/html", capture.pages.get(path, TAG + "<title>page</title>")
                self.send_response(200)
                self.send_header("Content-Type", kind)
                if token and capture.token:
                    self.send_header("Footfall-Token", capture.token)
                if token and capture.next_tokens:
                    capture.token = capture.next_tokens.pop(0)
                for name, value in capture.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                capture.bodies.append((self.path, self.headers["Content-Type"], json.loads(body)))
                time.sleep(capture.delay)
                capture.refusals -= 1
                if capture.refusals >= 0:
                    self.send_response(429)
                    self.send_header("Retry-After", "1")
                else:
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self, count, seconds=20):
        deadline = time.monotonic() + seconds
        while len(self.bodies) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        # What comes too much comes soon after.
        time.sleep(0.3)
        assert len(self.bodies) == count, self.bodies
        # Beacons go out over several connections and overtake each other: in the order of the page's clock, and within a
        # millisecond page views first.
        return sorted((body for _, _, body in self.bodies), key=lambda it: (it["ts"], it["n"] != "pageview", it["n"]))


@pytest.fixture
def capture():
    capture = Capture()
    yield capture
    capture.server.shutdown()


@pytest.fixture
def page(visitor):
    page = visitor("Script", viewport={"width": 800, "height": 600})
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    yield page
    assert page.errors == [], "the script let an exception out"


def test_a_page_view_says_what_the_readme_lists(capture, page):
    page.goto(capture.url + "/shop?a=1", referer="https://example.org/x")
    event = capture.events(1)[0]
    assert set(event) - {"b"} == {"s", "n", "u", "r", "t", "w", "i", "ts", "st", "tp"}
    assert event["s"] == "key" and event["n"] == "pageview" and event["w"] == 800 and event["t"] == "page"
    assert event["u"] == capture.url + "/shop?a=1"
    assert len(event["i"]) == 32 and int(event["i"], 16) > 0
    path, kind, _ = capture.bodies[0]
    assert path == "/s/e", "the endpoint is beside the script"
    assert kind.startswith("text/plain"), "anything else would need a preflight"


def test_events_have_properties_and_ids_of_their_own(capture, page):
    page.goto(capture.url + "/")
    page.evaluate("footfall('buy', { price: 9.5, gift: true, name: 'cup' }); footfall('plain'); footfall(''); footfall()")
    events = capture.events(3)
    assert [event["n"] for event in events] == ["pageview", "buy", "plain"]
    assert events[1]["p"] == {"price": 9.5, "gift": True, "name": "cup"}
    assert len({event["i"] for event in events}) == 3


def test_calls_before_the_script_are_kept(capture, page):
    capture.pages["/early"] = (
        "<script>window.footfall=window.footfall||function(){(footfall.q=footfall.q||[]).push(arguments)};"
        "footfall('early',{a:1})</script>" + TAG
    )
    page.goto(capture.url + "/early")
    events = capture.events(2)
    assert [event["n"] for event in events] == ["pageview", "early"]
    assert events[1]["p"] == {"a": 1}


def test_two_snippets_count_once(capture, page):
    capture.pages["/two"] = TAG + TAG
    page.goto(capture.url + "/two")
    capture.events(1)


def test_a_router_counts_each_page_once(capture, page):
    page.goto(capture.url + "/a")
    page.evaluate("history.pushState({}, '', '/b'); history.replaceState({}, '', '/b?x=1'); document.title = 'B'")
    second = capture.events(2)[1]
    assert second["u"].endswith("/b?x=1") and second["t"] == "B" and second["r"].endswith("/a")
    page.evaluate("history.pushState({}, '', '#part')")
    page.go_back()
    capture.events(2)
    page.go_back()
    assert capture.events(3)[2]["u"].endswith("/a")


def test_a_page_that_is_left_at_once_counts(capture, page):
    page.goto(capture.url + "/a")
    page.evaluate("history.pushState({}, '', '/b'); location.href = '/c'")
    assert [event["u"][-2:] for event in capture.events(3)] == ["/a", "/b", "/c"]


def test_first_the_page_and_then_what_happens_on_it(capture, page):
    page.goto(capture.url + "/a")
    page.evaluate("history.pushState({}, '', '/b'); footfall('here')")
    events = capture.events(3)
    assert [(event["n"], event["u"][-2:]) for event in events[1:]] == [("pageview", "/b"), ("here", "/b")]


def test_a_redirection_within_the_page_is_no_page_of_its_own(capture, page):
    page.goto(capture.url + "/a")
    page.evaluate("history.pushState({}, '', '/gate'); setTimeout(() => history.replaceState({}, '', '/a'), 20)")
    capture.events(1)


@pytest.mark.parametrize(
    "tag, endpoint",
    [
        ('<script src="/footfall.js" data-site="key"></script>', "/e"),
        ('<script src="/stats/footfall.js?v=a/b#c" data-site="key" async></script>', "/stats/e"),
        ('<script src="/stats/footfall.js" data-site="key" type="module"></script>', "/stats/e"),
        ('<script src="/footfall.js" data-site="key" data-endpoint="/some/where"></script>', "/some/where"),
    ],
)
def test_it_sends_beside_itself_or_where_it_is_told(capture, page, tag, endpoint):
    capture.pages["/tag"] = tag
    page.goto(capture.url + "/tag")
    capture.events(1)
    assert capture.bodies[0][0] == endpoint


def test_without_a_site_it_does_nothing(capture, page):
    capture.pages["/none"] = '<script src="/footfall.js"></script>'
    page.goto(capture.url + "/none")
    capture.events(0, seconds=0.5)


@pytest.fixture
def own_browser(tmp_path):
    """A browser that nobody steers: one under Playwright neither renders in advance nor keeps pages to come back to."""
    started = []

    def start(url):
        command = ["/usr/bin/chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        # Without a port for developers it would end as soon as the first page is there.
        command += [f"--user-data-dir={tmp_path}", "--remote-debugging-port=0", url]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    yield start
    for process in started:
        process.terminate()
        process.wait(20)


def test_coming_back_through_the_cache_counts(capture, own_browser):
    capture.pages["/a"] = TAG + (
        "<script>addEventListener('pageshow', event => event.persisted ? footfall('kept')"
        " : setTimeout(() => location.href = '/b', 500))</script>"
    )
    capture.pages["/b"] = TAG + "<script>setTimeout(() => history.back(), 500)</script>"
    own_browser(capture.url + "/a")
    events = capture.events(4, seconds=60)
    views = [(event["n"], event["u"][-2:]) for event in events if event["n"] == "pageview"]
    assert views == [("pageview", "/a"), ("pageview", "/b"), ("pageview", "/a")]


def test_a_page_rendered_in_advance_counts_when_it_is_shown(capture, own_browser):
    capture.pages["/a"] = TAG + (
        '<script type="speculationrules">{"prerender":[{"urls":["/later"],"eagerness":"immediate"}]}</script>'
        "<script>const wait = () => fetch('/shown').then(answer => answer.text())"
        ".then(text => text === 'yes' ? location.href = '/later' : setTimeout(wait, 100)); wait()</script>"
    )
    capture.pages["/later"] = (
        "<script>window.footfall=function(){(footfall.q=footfall.q||[]).push(arguments)};"
        "footfall('early',{advance:document.prerendering});</script>" + TAG + "<script>addEventListener('load', () => fetch('/rendered'))</script>"
    )
    capture.pages["/shown"] = "no"
    own_browser(capture.url + "/a")
    assert wait_for(lambda: "/rendered" in capture.asked, 60), "this browser does not render in advance"
    assert [event["u"][-2:] for event in capture.events(1)] == ["/a"]
    capture.pages["/shown"] = "yes"
    events = capture.events(3)
    assert [event["n"] for event in events[1:]] == ["pageview", "early"]
    assert events[2]["p"] == {"advance": True}


@pytest.mark.parametrize("beacon", ["() => false", "() => { throw new Error('no') }", "undefined"])
def test_without_a_beacon_it_fetches(capture, page, beacon):
    page.add_init_script(f"Object.defineProperty(navigator, 'sendBeacon', {{ value: {beacon} }})")
    page.goto(capture.url + "/")
    capture.events(1)
    assert capture.bodies[0][1].startswith("text/plain"), "anything else would need a preflight"


def test_it_comes_again_when_it_is_told_to(capture, page):
    capture.refusals = 2
    page.goto(capture.url + "/")
    events = capture.events(3)
    assert len({event["i"] for event in events}) == 1, "it is the same event"
    assert len({event["ts"] for event in events}) == 1, "it happened when it happened"
    # Two moments of one clock: the gateway learns how late each try is.
    late = [body["st"] - body["ts"] for _, _, body in capture.bodies]
    assert 0 <= late[0] and late[0] + 1000 <= late[1] and late[1] + 1000 <= late[2]


def test_it_does_not_come_again_for_ever(capture, page):
    capture.refusals = 100
    page.goto(capture.url + "/")
    capture.events(3)
    time.sleep(2)
    capture.events(3)


def test_a_site_may_give_its_script_a_token(capture, page):
    capture.pages["/tag"] = '<script src="/s/footfall.js?s=key" data-site="key"></script>'
    page.goto(capture.url + "/tag")
    assert capture.events(1)[0]["k"] == "t" * 20
    assert capture.tokens_asked == 1


def test_a_page_that_stays_open_asks_for_another_token(capture, page):
    capture.pages["/tag"] = '<script src="/s/footfall.js?s=key" data-site="key"></script>'
    page.goto(capture.url + "/tag")
    capture.events(1)
    capture.token = "u" * 20
    page.evaluate("const now = Date.now; Date.now = () => now() + 13 * 3600000; footfall('late'); footfall('later')")
    events = {event["n"]: event["k"] for event in capture.events(3)}
    assert events["late"] == events["later"] == "u" * 20
    assert capture.tokens_asked == 2


def test_a_script_out_of_the_cache_asks_for_another_token_at_once(capture, page):
    """A browser that brings yesterday's pages back takes their scripts from its disk, however old they are."""
    capture.pages["/tag"] = '<script src="/s/footfall.js?s=key" data-site="key"></script>'
    capture.token_hour = int(time.time() // 3600) - 30
    page.add_init_script("window.fetched = 0; const real = fetch; window.fetch = (...all) => (window.fetched++, real(...all))")
    page.goto(capture.url + "/tag")
    assert capture.events(1)[0]["k"] == "t" * 20
    assert capture.tokens_asked == 2 and page.evaluate("window.fetched") == 2


def test_a_gateway_that_knew_no_token_is_asked_again(capture, page):
    """Its database was away when it started: the events wait for a token, and so does each retry."""
    capture.pages["/tag"] = '<script src="/s/footfall.js?s=key" data-site="key"></script>'
    capture.token, capture.token_hour = "", 0
    # The page has none, the first question brings none either; the retry comes a minute later by the page's clock.
    capture.next_tokens = ["", "v" * 20]
    page.add_init_script(
        "const start = Date.now(), timer = setTimeout; let ahead = 0; Date.now = () => start + ahead;"
        "window.setTimeout = (work, ms, ...rest) => timer((...all) => { ahead += 61000; work(...all) }, ms, ...rest)")
    capture.refusals = 1
    page.goto(capture.url + "/tag")
    first, second = capture.events(2)
    assert {event.get("k") for event in (first, second)} == {None, "v" * 20} and second["i"] == first["i"]
    assert "k" not in capture.bodies[0][2]
    assert capture.tokens_asked == 3


def test_a_page_that_finds_no_other_token_sends_and_asks_again_later(capture, page):
    capture.pages["/tag"] = '<script src="/s/footfall.js?s=key" data-site="key"></script>'
    page.add_init_script("const start = Date.now(); let ahead = 0; Date.now = () => start + ahead; window.pass = (ms) => { ahead += ms }")
    page.goto(capture.url + "/tag")
    capture.events(1)
    real = capture.token
    capture.token = ""
    page.evaluate("window.pass(13 * 3600000); footfall('without')")
    assert {event["n"]: event["k"] for event in capture.events(2)}["without"] == real
    capture.token = "w" * 20
    page.evaluate("footfall('soon')")
    assert {event["n"]: event["k"] for event in capture.events(3)}["soon"] == real, "once a minute is enough"
    page.evaluate("window.pass(61000); footfall('then')")
    assert {event["n"]: event["k"] for event in capture.events(4)}["then"] == "w" * 20


def test_a_page_that_goes_away_sends_a_beacon(capture, page):
    page.add_init_script("Object.defineProperty(document, 'hidden', { value: true })")
    page.add_init_script("window.fetch = () => { throw new Error('not now') }")
    page.goto(capture.url + "/")
    capture.events(1)


def test_what_exceeds_the_beacons_quota_still_arrives(capture, page):
    # 64 KiB may be under way for beacons and keepalive together, as long as their answers are missing.
    capture.delay = 1
    page.goto(capture.url + "/")
    page.evaluate("for (let n = 0; n < 5; n++) footfall('large' + n, { text: 'x'.repeat(30000) })")
    assert sorted(event["n"] for event in capture.events(6)) == [f"large{n}" for n in range(5)] + ["pageview"]


def test_it_sends_nothing_after_opting_out_and_works_where_storage_is_denied(capture, page):
    page.goto(capture.url + "/")
    page.evaluate("localStorage.footfall_ignore = 1; footfall('no')")
    capture.events(1)
    page.evaluate("delete localStorage.footfall_ignore")
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied') } })")
    page.goto(capture.url + "/denied")
    capture.events(2)


def test_it_sends_nothing_from_a_file(capture, page, tmp_path):
    (tmp_path / "page.html").write_text(f'<script src="{capture.url}/s/footfall.js" data-site="key"></script>')
    page.goto(f"file://{tmp_path}/page.html")
    capture.events(0, seconds=0.5)


def test_it_works_under_a_strict_policy(capture, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    capture.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
    )
    page.goto(capture.url + "/strict")
    capture.events(1)
    assert [text for text in complaints if "favicon" not in text] == []


# What other people's scripts, in earnest or by accident, do to a page. The first number is how many events come through
# all the same; what matters most is that the page sees no exception (the fixture `page` looks at that).
HOSTILE = {
    "nothing to send with": (0, "window.fetch = null; navigator.sendBeacon = null"),
    "no JSON": (0, "window.JSON = null"),
    "texts that cannot be split": (1, "String.prototype.split = null"),
    "objects that JSON cannot read": (0, "Object.prototype.toJSON = () => { throw new Error('no') }"),
    "no random numbers": (3, "Object.defineProperty(window, 'crypto', { value: null })"),
    "no timers": (3, "window.setTimeout = window.clearTimeout = () => { throw new Error('no') }"),
    "history that nobody may touch": (3, "Object.freeze(history)"),
    "a queue that is none": (3, "window.footfall = { q: { length: 1e9 } }"),
    "a queue of nonsense": (3, "window.footfall = { q: [null, 7, [], ['', 1], [{}], [String]] }"),
    "a name that is taken": (0, "Object.defineProperty(window, 'footfall', { value: () => {}, writable: false })"),
    "a queue with a trap": (0, "window.footfall = { get q() { throw new Error('no') } }"),
    "a document that lies": (0, "document.querySelector = null; Object.defineProperty(document, 'currentScript', {})"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_it_does_no_harm_in_a_hostile_page(capture, page, what):
    arriving, script = HOSTILE[what]
    capture.pages["/hostile"] = f"<script>{script}</script>" + TAG
    page.goto(capture.url + "/hostile")
    page.evaluate(
        """() => {
            history.pushState({}, '', '/next');
            if (typeof footfall === 'function') footfall('x', { get price() { throw new Error('no') } });
            if (typeof footfall === 'function') footfall('y', { number: 10n });
            if (typeof footfall === 'function') footfall('z', { fine: 1 });
        }"""
    )
    capture.events(arriving, seconds=20 if arriving else 0.5)


def test_elements_named_like_parts_of_the_document_do_not_matter(capture, page):
    capture.pages["/named"] = (
        '<form name="title"></form><img name="referrer"><img name="currentScript"><p id="footfall"></p>' + TAG
    )
    page.goto(capture.url + "/named")
    event = capture.events(1)[0]
    assert all(type(event[key]) is str for key in "snurti")


def test_exceptions_that_are_the_pages_own_reach_the_page(capture, page):
    page.goto(capture.url + "/")
    thrown = page.evaluate("try { history.pushState({}, '', 'https://example.org/') } catch (error) { error.name }")
    assert thrown == "SecurityError"
    assert page.evaluate("history.pushState({}, '', '/b')") is None
    assert page.evaluate("history.state") == {}


def test_the_only_global_is_footfall(capture, page):
    capture.pages["/plain"] = "<title>plain</title>"
    page.goto(capture.url + "/plain")
    before = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    page.goto(capture.url + "/tagged")
    after = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    assert after - before == {"footfall"}


def test_it_stays_small():
    size = len(gzip.compress(SCRIPT.encode(), 9, mtime=0))
    assert size <= 1300, f"{size} bytes after gzip"
