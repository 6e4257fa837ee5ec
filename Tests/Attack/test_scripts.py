"""Markup and scripts in everything that is stored or typed (XSS), in a real browser.

Every field of an event, by every way in, and every name that people give. Whatever of it became an element, ran, loaded
something, or would have, had the page's policy not forbidden it, is a finding.
"""

import http.server
import json
import re
import threading
import time
import urllib.parse

import pytest
from client import JSON_TYPE, SESSION, through_nginx
from conftest import LONG, wait_for
from fastcgi import Connection, request

# {n} is the payload's number, {c} the address of a canary that must not be asked. <zqx> is an element of nobody's: where
# there is one, markup got out of its place.
PAYLOADS = [
    "<script>hook('{n}')</script><zqx>",
    "\"'><img src={c}/{n} onerror=hook('{n}')><zqx>",
    "</title></textarea></style></script><svg/onload=hook('{n}')><zqx>",
    "\" autofocus onfocus=hook('{n}') x=\"",
    "' onmouseover=hook('{n}') x='",
    "javascript:hook('{n}')//<zqx>",
    "<iframe srcdoc=\"<script>parent.hook('{n}')</script>\"></iframe><zqx>",
    "<base href={c}/{n}/><zqx><link rel=stylesheet href={c}/{n}>",
    "<meta http-equiv=refresh content='0;url={c}/{n}'><zqx>",
    "--><!--><zqx><script src={c}/{n}></script>",
    "%3Czqx%3E%3Cscript%3Ehook('{n}')%3C/script%3E",
    "&lt;zqx&gt;&#60;zqx&#62;&#x3c;script&#x3e;hook('{n}')",
    "\\u003czqx\\u003e\\x3cscript\\x3ehook('{n}')",
    "{{{{constructor.constructor('hook({n})')()}}}}${{hook('{n}')}}<zqx>",
    "data:text/html,<zqx><script>hook('{n}')</script>",
    "\u202e<zqx>\u2028<svg><animate onbegin=hook('{n}') attributeName=x>",
    "<math><mtext></p><zqx><style><img src=x onerror=hook('{n}')>",
    "<form action={c}/{n}><button><zqx>",
    "<object data={c}/{n}></object><embed src={c}/{n}><zqx>",
    "' style='background:url({c}/{n})' x='<zqx>",
    "<zqx onclick=hook('{n}')><a href=\"java\tscript:hook('{n}')\">x</a>",
    "]]><zqx><![CDATA[<script>hook('{n}')</script>",
    "<x\x0conerror=hook('{n}')><zqx\x0b>",
    "\ufeff<zqx>+ADw-script+AD4-hook('{n}')+ADw-/script+AD4-",
]
# The short form has those that found the most elsewhere.
CHOSEN = range(len(PAYLOADS)) if LONG else (0, 1, 2, 3, 5, 7, 13, 20)
A_SITE = 8

WATCH = """
document.addEventListener('securitypolicyviolation', event =>
    window.hook('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
window.alert = window.confirm = window.prompt = text => window.hook('dialog ' + text);
"""
# Where markup got out of its place, in what is on the page.
LOOK = """() => {
    const bad = [];
    for (const element of document.querySelectorAll('*')) {
        const name = element.localName;
        if (name.startsWith('zq') || ['iframe', 'object', 'embed', 'base', 'math', 'animate', 'audio', 'video', 'frame'].includes(name))
            bad.push(element.outerHTML.slice(0, 200));
        for (const attribute of element.attributes) {
            if (/^on/i.test(attribute.name)) bad.push(attribute.name + '=' + attribute.value.slice(0, 100));
            if (['href', 'src', 'action', 'formaction', 'data', 'xlink:href', 'srcset', 'poster'].includes(attribute.name)
                && /^[\\s\\0-\\x20]*(javascript|data|vbscript|blob|file)[\\s]*:/i.test(attribute.value)
                && !/^data:image\\/(svg\\+xml|png|gif)/.test(attribute.value)) bad.push(attribute.name + '=' + attribute.value.slice(0, 100));
        }
        if (name === 'script' && (!element.src || new URL(element.src).origin !== location.origin)) bad.push(element.outerHTML.slice(0, 200));
        if (name === 'meta' && element.httpEquiv) bad.push(element.outerHTML);
        if (name === 'style' && !element.closest('svg')) bad.push('<style>');
        if (name === 'form' && new URL(element.action, location).origin !== location.origin) bad.push(element.action);
    }
    return bad;
}"""


class Canary(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        Canary.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def canary():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Canary.asked.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def payload(number, canary):
    return PAYLOADS[number].format(n=number, c=canary)


class Reader:
    """A browser that notices."""

    def __init__(self, chromium, base_url, token=None):
        self.base_url, self.found, self.seen = base_url, [], 0
        self.context = chromium.new_context()
        if token:
            self.context.add_cookies([{"name": SESSION, "value": token, "url": base_url.replace("http", "https"), "secure": True,
                                       "httpOnly": True, "sameSite": "Lax"}])
        self.page = self.context.new_page()
        self.page.expose_binding("hook", lambda source, text=None: self.found.append(("ran", self.page.url, text)))
        self.page.add_init_script(WATCH)
        self.page.on("dialog", lambda dialog: (self.found.append(("dialog", self.page.url, dialog.message)), dialog.dismiss()))
        host = urllib.parse.urlsplit(base_url).netloc
        self.page.on("request", lambda r: None if urllib.parse.urlsplit(r.url).netloc == host or r.url.startswith("data:image/")
                     else self.found.append(("asked", self.page.url, r.url)))

    def look(self, path, needle=None):
        """Opens a page, looks at it, moves the mouse over it and the focus through it; returns its text."""
        for _ in range(20):
            answer = self.page.goto(self.base_url + path, wait_until="load")
            if answer.status != 429:
                break
            time.sleep(1)
        assert answer.status in (200, 404, 403), (path, answer.status)
        self.seen += 1
        text = self.page.content()
        for what in self.page.evaluate(LOOK):
            self.found.append(("element", path, what))
        self.page.evaluate("""() => { for (const element of [...document.querySelectorAll('a, button, input, [x], td, th')].slice(0, 60)) {
            for (const kind of ['mouseover', 'mouseenter', 'focus']) element.dispatchEvent(new Event(kind, {bubbles: true})); } }""")
        if needle:
            assert needle in text, f"{path} does not show it: the judge is blind"
        return text

    def links(self, prefix):
        """Where the page leads within a part of the dashboard."""
        found = self.page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
        return [link for link in found if link.startswith(prefix)]


@pytest.fixture(scope="module")
def tenant(world):
    return world.tenant("v")


@pytest.fixture(scope="module")
def sites(world, database, tenant, canary):
    """Sites to which the payloads were sent: in each wire field, by each way in."""
    groups = [list(CHOSEN)[start : start + A_SITE] for start in range(0, len(CHOSEN), A_SITE)]
    sites = []
    for index, group in enumerate(groups):
        site = world.site(tenant, f"xss{index}.{tenant.marker}.example", f"xss{index}-{tenant.marker}")
        _, key = world.secret_key(tenant, "send", "ff_sk_", [site.number])
        assert wait_for(lambda s=site: world.event(s, n="pageview") == 204)
        assert wait_for(lambda s=site, k=key: server_event(world, s, k, {}) == 200)
        for number in group:
            text = payload(number, canary)
            for address in ("203.0.113.5", "198.51.100.77"):
                send(world, site, key, text, address)
        sites.append((site, group))
    for site, group in sites:
        assert wait_for(lambda s=site, g=group: world.one("select count(*) from event where site_id = %s", s.number) >= 4 * len(g))
    return sites


def server_event(world, site, key, fields):
    body = json.dumps({"s": site.key, "u": "http://localhost/server", **fields}).encode()
    with Connection(world.ingest) as connection:
        return connection.send(request("/api/v1/events", body, CONTENT_TYPE=JSON_TYPE, HTTP_AUTHORIZATION=f"Bearer {key}")).answer()


def send(world, site, key, text, address):
    quoted = urllib.parse.quote(text, safe="")
    name, title = text[:110], text
    url = f"http://localhost/{text}?utm_source={quoted}&utm_medium={quoted}&utm_campaign={quoted}&utm_term={quoted}" \
        f"&utm_content={quoted}&q={quoted}&s={quoted}&search={quoted}&ref={quoted}#{text}"
    referrers = [f"https://ref.example/{text}?q={quoted}", text, f"https://{quoted}.example/", f"javascript:{text}"]
    properties = {text[:90]: text, "plain": text, "price": text}
    agent = f"Mozilla/5.0 {text} (X11; Linux x86_64) {text}/1.0"
    headers = {"HTTP_ACCEPT_LANGUAGE": text[:60], "HTTP_REFERER": text, "HTTP_SEC_CH_UA": text, "HTTP_SEC_CH_UA_PLATFORM": f'"{text}"',
               "HTTP_ORIGIN": "http://localhost"}

    def raw(path, body, query="", **more):
        fields = {**headers, **more}
        clean = {name: value.replace("\x00", "") for name, value in fields.items()}
        with Connection(world.ingest) as connection:
            return connection.send(request(path, body, "POST" if body else "GET", address=address, QUERY_STRING=query, **clean)).answer()

    for referrer in referrers:
        event = {"s": site.key, "u": url, "r": referrer, "t": title, "n": "pageview", "p": properties, "w": 1024}
        raw("/e", json.dumps(event).encode(), HTTP_USER_AGENT=agent)
    raw("/e", json.dumps({"s": site.key, "u": url, "t": title, "n": name, "p": properties, "i": text[:60]}).encode())
    raw("/e", json.dumps({"s": site.key, "u": "http://localhost/plain", "n": f"event {name}"[:120], "p": {"plan": text}}).encode(),
        HTTP_USER_AGENT=f"{text} Googlebot/2.1 (+http://www.google.com/bot.html)")
    raw("/p.gif", b"", urllib.parse.urlencode({"s": site.key, "u": url, "r": referrers[0], "n": name, "t": title}), HTTP_USER_AGENT=agent)
    server_event(world, site, key, {"u": url, "r": referrers[1], "t": title, "n": name, "p": properties, "address": address,
                                    "user_agent": agent, "user": text})


def crawl(reader, start, prefix, most):
    """The pages behind a page, with what they show beside each other: tabs, filters, sorted, turned."""
    waiting, known = [start], {start}
    shown = 0
    while waiting and shown < most:
        path = waiting.pop(0)
        reader.look(path)
        shown += 1
        # From different pages first: not a hundred filters of one table.
        links = [link for link in reader.links(prefix) if not link.split("?")[0].endswith(".csv")]
        kinds = {}
        for link in links:
            kinds.setdefault((link.split("?")[0], tuple(sorted(re.findall(r"[?&](\w+)=", link)))), []).append(link)
        for same in kinds.values():
            for link in same[: 3 if LONG else 1]:
                if link not in known:
                    known.add(link)
                    waiting.append(link)
    return shown


def test_events_on_every_page(chromium, base_url, tenant, sites, canary, tally):
    reader = Reader(chromium, base_url, tenant.people["owner"].token)
    for site, group in sites:
        home = f"/dashboard/{site.domain}"
        # What was sent is there to be seen: the names of events, which nothing shortens.
        shown = reader.look(f"{home}/events")
        assert sum("hook(" in part for part in shown.split("<td")) or "zqx" in shown, "the judge is blind"
        tally(crawl(reader, home, home, 150 if LONG else 10))
        for number in group:
            text = urllib.parse.quote(payload(number, canary)[:110], safe="")
            for path in (f"{home}/events?filter=event,is,{text}", f"{home}/events?filter=event,is,{text}&tab=property:plain",
                         f"{home}/pages?filter=page,contains,{text}&search={text}", f"{home}/sources?tab=utm_campaign&search={text}"):
                reader.look(path)
                tally()
        for page in ("/realtime", "/quality", "/inspector", "/privacy", "/settings"):
            reader.look(home + page)
            tally()
    assert reader.found == [] and Canary.asked == []


def test_events_behind_a_shared_link_and_in_public(chromium, base_url, world, tenant, sites, canary, tally):
    reader = Reader(chromium, base_url)
    for site, _ in sites:
        _, token = world.link(tenant, site)
        home = f"/footfall/share/{token}"
        tally(crawl(reader, home, home, 100 if LONG else 8))
        world.database.execute("update site set is_public = true where site_id = %s", (site.number,))
        home = f"/dashboard/{site.domain}"
        tally(crawl(reader, home, home, 60 if LONG else 3))
        reader.look(f"/footfall/privacy/{site.domain}")
    assert reader.found == [] and Canary.asked == []


PLACES = ["", "/pages", "/sources", "/locations", "/devices", "/events", "/goals", "/realtime", "/quality", "/inspector", "/privacy", "/settings"]
NAMES = ["search", "filter", "goal", "tab", "metric", "interval", "period", "from", "to", "compare", "sort", "turned", "dimension",
         "operator", "value", "view", "done", "before", "next", "email", "kept", "token", "pause"]


def test_what_is_typed_into_addresses(chromium, base_url, world, tenant, sites, canary, tally):
    """All parameters at once with one payload, on each page."""
    reader = Reader(chromium, base_url, tenant.people["owner"].token)
    stranger = Reader(chromium, base_url)
    site = sites[0][0]
    numbers = CHOSEN if LONG else (1,)
    for number in numbers:
        text = urllib.parse.quote(payload(number, canary), safe="")
        query = "&".join(f"{name}={text}" for name in NAMES) + f"&filter=page,contains,{text}&filter=property:{text},is,{text}&{text}={text}"
        for place in PLACES:
            reader.look(f"/dashboard/{site.domain}{place}?{query}")
            tally()
        for path in ("/dashboard", "/footfall/account", tenant.home, f"{tenant.home}/people", f"{tenant.home}/audit"):
            reader.look(f"{path}?{query}")
            tally()
        for path in ("/footfall/sign-in", "/footfall/join", "/footfall/set-up", "/footfall/password", f"/dashboard/{text}",
                     f"/dashboard/{text}/settings", f"/footfall/{text}", f"/footfall/share/{text}", f"/footfall/privacy/{text}",
                     f"/footfall/assets/{text}", f"/footfall/organisation/{text}"):
            stranger.look(f"{path}?{query}")
            tally()
    assert reader.found == [] and stranger.found == [] and Canary.asked == []


def test_what_is_typed_into_forms_and_comes_back(world, tenant, canary, tally):
    """Forms that show again what was typed, and complaints that name it."""
    from routes import FORMS

    browser = world.browser(world.fresh(tenant.people["owner"])[0])
    for number in CHOSEN if LONG else (0, 1, 3):
        text = payload(number, canary)
        for name in sorted(FORMS):
            address, fields = FORMS[name](tenant, tenant)
            if name in ("deleteAccount", "leaveOrganisation", "deleteOrganisation", "changePassword", "signOut"):
                continue
            sender = world.nobody() if name in ("signIn", "signInCode", "setUp", "joinAsSomebodyNew", "setPassword", "unlockShared") else browser
            if name in ("signIn", "unlockShared"):
                continue  # slowed down; looked at in the sign-in's own page below
            for field in fields:
                answer = sender.post(address, {**fields, field: text}, keep=False)
                assert answer.status in (200, 303, 403, 404, 422, 429), (name, field, answer.status)
                assert not re.search(r"<zqx|<script>|onerror=hook\('?\d+'?\)>|\" autofocus onfocus|<svg/onload|href=\"java", answer.text), (name, field)
                tally()


def test_names_that_people_give(chromium, base_url, world, database, canary, tally):
    """As they are in the database, whatever the forms would have let through."""
    numbers = CHOSEN if LONG else (1, 3)
    for number in numbers:
        tenant = world.tenant("n")
        text, site = payload(number, canary), tenant.sites[0]
        o = tenant.organisation
        person = tenant.people["owner"].number
        invitation, token = world.invitation(tenant, None, "guest", site=site.number, site_role="viewer")
        _, open_link = world.link(tenant, site)
        _, locked = world.link(tenant, site, password_hash=world.password_hash())
        definition = json.dumps({"event": text, "properties": {text[:90]: [text]}, "revenue": text})
        for statement, values in [
            ("update organisation set name = %s, brand_name = %s where organisation_id = %s", (text, text, o)),
            ("update person set name = %s where person_id in (select person_id from membership where organisation_id = %s)", (text, o)),
            ("update team set name = %s where organisation_id = %s", (text, o)),
            ("update secret_key set name = %s, beginning = %s where organisation_id = %s", (text, text, o)),
            ("update shared_link set name = %s, filters = %s where site_id = %s", (text, f"filter=page,is,{urllib.parse.quote(text, safe='')}", site.number)),
            ("update goal set name = %s where site_id = %s", (text, site.number)),
            ("update site set hosts = array[%s], embed_hosts = array[%s] where site_id = %s", (text, text, site.number)),
            ("update invitation set email = lower(%s) where organisation_id = %s and invitation_id <> %s", (text, o, invitation)),
            ("insert into audit_entry (organisation_id, person_id, person_name, action, object, network) values (%s, %s, %s, %s, %s, %s)",
             (o, person, text, text, text, text)),
            ("update person_session set device = %s, network = %s where person_id = %s", (text, text, person)),
        ]:
            database.execute(statement, values)
        if number % 2:
            database.execute("update goal set definition = %s where site_id = %s", (json.dumps({"page": "/" + text}), site.number))
        else:
            database.execute("update goal set definition = %s where site_id = %s", (json.dumps({"event": text}), site.number))
        reader = Reader(chromium, base_url, tenant.people["owner"].token)
        for path in ["/dashboard", "/footfall/account", tenant.home, f"{tenant.home}/people", f"{tenant.home}/keys", f"{tenant.home}/brand",
                     f"{tenant.home}/audit", f"{tenant.site_home()}/settings", tenant.site_home(), f"{tenant.site_home()}/goals"]:
            reader.look(path)
            tally()
        stranger = Reader(chromium, base_url)
        for path in (f"/footfall/join?token={token}", f"/footfall/share/{open_link}", f"/footfall/share/{locked}"):
            stranger.look(path)
            tally()
        assert reader.found == [] and stranger.found == []
    assert Canary.asked == []


IMAGES = {
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='hook(1)'><script>hook(1)</script></svg>", False),
    "an SVG with a declaration": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>hook(1)</script></svg>", False),
    "HTML": (b"<html><script>hook(1)</script>", False),
    "HTML after blanks": (b"\n\n  <script>hook(1)</script>", False),
    "a PDF": (b"%PDF-1.4 <script>hook(1)</script>", False),
    "nothing much": (b"x", False),
    "half of a PNG's beginning": (b"\x89PNG<script>hook(1)</script>", False),
    "a GIF that is a script": (b"GIF89a/*<svg onload=hook(1)>*/=1;hook(1)//<script>hook(1)</script>", True),
    "a GIF that is HTML": (b"GIF89a<html><script>hook(1)</script><body onload=hook(1)>", True),
    "a PNG that is HTML": (b"\x89PNG\r\n\x1a\n<html><script>hook(1)</script>", True),
    "a JPEG that is HTML": (b"\xff\xd8\xff<html><script>hook(1)</script>", True),
    "a WebP that is HTML": (b"RIFF\x00\x00\x00\x00WEBP<html><script>hook(1)</script>", True),
}


@pytest.mark.parametrize("what", IMAGES)
def test_pictures_that_are_something_else(chromium, base_url, world, tenant, canary, what, tally):
    content, may_be_taken = IMAGES[what]
    browser = world.browser(tenant.people["owner"])
    for type in ("image/png", "image/svg+xml", "text/html", "x\r\nX-Evil: 1"):
        for filename in ("logo.png", "logo.svg", "../../evil.html", 'a"b.png', "x.html\r\nX-Evil: 1"):
            answer = browser.post(f"{tenant.home}/brand", {"brand_name": "V", "colour": "#112233"}, files={"logo": (filename, type, content)})
            assert answer.status in (303, 422)
            assert may_be_taken or answer.status == 422, (what, type, filename)
            tally()
    if not may_be_taken:
        return
    page = browser.get(f"{tenant.home}/brand").text
    path = re.search(r'(/footfall/brand/\d+/logo-[0-9a-f]+)', page)[1]
    answer = through_nginx(base_url, "GET", path)
    assert answer.header("Content-Type") in ("image/png", "image/gif", "image/jpeg", "image/webp")
    assert answer.header("X-Content-Type-Options") == "nosniff"
    assert "default-src 'none'" in answer.header("Content-Security-Policy")
    reader = Reader(chromium, base_url)
    reader.page.goto(base_url + path)
    # As a script, a style or a document of a page of another host.
    reader.page.goto(f"{base_url}/shop/")
    loaded = reader.page.evaluate("""async path => { const out = [];
        for (const [name, key] of [['script', 'src'], ['iframe', 'src'], ['object', 'data']]) {
            const element = document.createElement(name); element[key] = path; document.body.append(element); }
        await new Promise(done => setTimeout(done, 150)); return out; }""", path)
    assert loaded == []
    ran = [found for found in reader.found if found[0] in ("ran", "dialog") and "policy" not in str(found[2])]
    assert ran == []


def test_every_answer_has_its_policy(world, tenant, tally):
    """Pages, files, refusals, redirections, for everybody."""
    browser = world.browser(tenant.people["owner"])
    answers = [browser.get(path) for path in (
        "/dashboard", tenant.home, f"{tenant.home}/audit.csv", tenant.site_home(), tenant.site_home() + "/pages.csv",
        "/dashboard/nothing", "/dashboard/", "/footfall/assets/none", "/footfall/account", "/footfall/sign-in")]
    answers += [world.nobody().get(path) for path in (
        "/dashboard", "/footfall/sign-in", "/footfall/join?token=x", "/footfall/share/x", f"/footfall/share/{tenant.link_token}",
        f"/footfall/privacy/{tenant.sites[0].domain}", "/footfall/nothing", "/footfall/assets/footfall.css")]
    answers += [world.nobody().post("/footfall/sign-in", {}, token=None), world.nobody().send("POST", "/api/v1/query", b"{}", JSON_TYPE),
                world.nobody().send("PUT", "/dashboard")]
    for answer in answers:
        policy = dict(part.strip().split(" ", 1) for part in answer.header("Content-Security-Policy").split(";"))
        assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" and policy["base-uri"] == "'none'"
        assert policy["form-action"] == "'self'" and policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in str(policy) and "*" not in str(policy) and "data:" not in policy["script-src"]
        assert answer.header("X-Content-Type-Options") == "nosniff" and answer.header("X-Frame-Options") == "DENY"
        assert answer.header("Referrer-Policy") in ("same-origin", "no-referrer")
        assert answer.header("Cross-Origin-Opener-Policy") == "same-origin"
        assert "max-age" in answer.header("Strict-Transport-Security")
        if "text/html" in (answer.header("Content-Type") or ""):
            assert "no-store" in answer.header("Cache-Control") or "public" in answer.header("Cache-Control")
        assert not answer.header("Access-Control-Allow-Origin") and not answer.header("Server") and not answer.header("X-Powered-By")
        tally()


def test_the_reader_notices(chromium, tally):
    """Pages that do have a hole: one without a policy, one with the dashboard's."""
    policy = "default-src 'none'; script-src 'self'; img-src 'self' data:"

    class Hole(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            number = int(self.path.strip("/").split("-")[0])
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if self.path.endswith("-policy"):
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            text = PAYLOADS[number].format(n=number, c="http://127.0.0.1:1")
            self.wfile.write(f'<!doctype html><title>x</title><a href="{text}">x</a><p>{text}</p>'.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hole)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for number in (0, 1, 2, 3, 5, 6, 7, 9, 13, 15, 17, 18, 20) if LONG else (0, 3, 5):
        for kind in ("", "-policy"):
            reader = Reader(chromium, f"http://127.0.0.1:{server.server_port}")
            reader.look(f"/{number}{kind}")
            assert reader.found, PAYLOADS[number]
            reader.context.close()
            tally()
    server.shutdown()
    server.server_close()
