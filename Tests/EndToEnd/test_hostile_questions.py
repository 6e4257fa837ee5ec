"""What anybody may put into an address of the reports, or into a question of the API: answered, and nothing else happens."""

import concurrent.futures
import json
import random
import urllib.parse

import pytest
from conftest import setting
from fastcgi import Connection, request

SITE = "/dashboard/shop.example"
PAGES = ["", "/realtime", "/pages", "/locations", "/events", "/goals", "/pages.csv", "/settings"]
PARAMETERS = ["period", "from", "to", "compare", "metric", "interval", "filter", "goal", "tab", "search", "sort",
              "turned", "dimension", "operator", "value", "view"]
MARK = "<script>alert(5)</script>"
EVIL = [
    "", "'", "';select pg_sleep(9)--", '"', "\\", "%", "%00", "%zz", "%ff%fe", "a%00b", "*" * 200, "%25" * 200,
    urllib.parse.quote(MARK), urllib.parse.quote('"onmouseover="alert(5)'), "javascript:alert(5)", "-1",
    "99999999999999999999", "1e309", "NaN", "0000-00-00", "2026-02-30", "9999-12-31", "-0001-01-01",
    "page,is", "page,is,", "page,matches," + "*a" * 90, "page,contains," + urllib.parse.quote(MARK),
    "property:" + "x" * 101 + ",is,1", "property:%00,is,1", "property:a'b,is,1", "property:a%20b,is," + "y" * 3000,
    "country,contains,%25%25", "fact:x,is_not,", "event,is," + ",".join(str(n) for n in range(98)),
    "%F0%9F%92%A9", "%E2%80%AE", "a\x7f", "..%2f..%2fetc%2fpasswd",
]


@pytest.fixture(scope="module")
def web():
    return setting("FOOTFALL_LISTEN_WEB")


@pytest.fixture
def signed_in(session, key):
    """Who asks: somebody who may, so that what they ask is looked at; for questions of the API with a key."""
    return {"HTTP_COOKIE": session.headers["Cookie"], "HTTP_AUTHORIZATION": f"Bearer {key}"}


def ask(web, path, caller, body=None, type="application/json"):
    """At the socket: nginx lets nobody ask so often."""
    path, _, query = path.partition("?")
    asked = request(path, body or b"", "GET" if body is None else "POST", QUERY_STRING=query, CONTENT_TYPE=type, **caller)
    with Connection(web, timeout=120) as connection:
        status, _, text = connection.send(asked).whole()
        return status, text.decode(errors="replace")


@pytest.fixture(autouse=True)
def unharmed(processes):
    before = processes()
    yield
    assert processes() == before, "a process has crashed"


@pytest.mark.parametrize("page", PAGES)
def test_no_parameter_breaks_a_page_or_gets_out_of_its_place(web, signed_in, page):
    addresses = [f"{SITE}{page}?{name}={value}" for name in PARAMETERS for value in EVIL]
    addresses += [f"{SITE}{page}?dimension=page&operator=matches&value={value}" for value in EVIL]
    addresses += [f"{SITE}{page}?from=2020-01-01&to={value}" for value in EVIL]
    bad = []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for address, (status, text) in zip(addresses, pool.map(lambda path: ask(web, path, signed_in), addresses)):
            if status not in (200, 400, 404, 414) or (MARK in text and not page.endswith(".csv")):
                bad.append((status, address[:200]))
            if 'onmouseover="alert' in text or "href=\"javascript" in text:
                bad.append(("markup", address[:200]))
    assert bad == []


def test_no_question_of_the_api_breaks_it(web, signed_in):
    chance = random.Random(5)
    scraps = [None, True, -1, 0, 1e308, 10**30, "", "'", "\u0000", "*", "%", MARK, [], {}, [[]], [None], "a" * 5000,
              ["visitors"], ["visitors", "visitors"], {"dimension": "page", "operator": "is", "values": ["/"]},
              {"and": []}, {"or": [{"not": {"goal": "x"}}]}, {"page": "*"}, {"event": "\u0000"},
              [["visitors", "asc"]], [["page", "down"]], "2026-01-01", "today", "minute", "previous_year"]
    fields = ["site", "metrics", "dimensions", "interval", "period", "from", "to", "filters", "goal", "order", "limit",
              "offset", "compare", "unknown"]
    bodies = ["", "[]", "null", "{", '{"site":"shop.example"', "[" * 5000, '{"site":"shop.example","filters":' + '{"not":' * 3000]
    for _ in range(600):
        question = {"site": "shop.example", "period": "7d", "metrics": ["visitors"], "dimensions": ["page"]}
        for field in chance.sample(fields, chance.randint(1, 3)):
            question[field] = chance.choice(scraps)
        bodies.append(json.dumps(question))
    bad = []
    for body in bodies:
        status, text = ask(web, "/api/v1/query", signed_in, body.encode())
        if status not in (200, 400, 404) or (status != 200 and not json.loads(text)["error"]["message"]):
            bad.append((status, body[:200], text[:200]))
    assert bad == []


def test_a_hundred_viewers_of_cold_reports_are_all_answered(web, signed_in):
    addresses = [f"{SITE}?period=30d&filter=page,is_not,/cold-{number % 25}" for number in range(100)]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda path: ask(web, path, signed_in), addresses))
    assert [status for status, _ in answers] == [200] * 100


# What somebody may show instead of a session, a web token or a key.
FORGED = [*(value for value in EVIL if value.isascii()), "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", ";" * 4000, "=", "ff_rk_"]


@pytest.mark.parametrize("cookie", ["__Host-footfall-session", "__Host-footfall", "__Host-footfall-forms"])
def test_nobody_comes_in_by_a_forged_cookie(web, cookie):
    bad = []
    for value in FORGED:
        for path in ("/dashboard", SITE, SITE + "/pages.csv", SITE + "/settings", "/footfall/organisation/1"):
            status, text = ask(web, path, {"HTTP_COOKIE": f"{cookie}={value}"})
            if status not in (303, 400) or "shop.example" in text:
                bad.append((status, path, value[:200]))
    assert bad == []


def test_nobody_asks_with_a_forged_key(web):
    question = json.dumps({"site": "shop.example", "period": "7d", "metrics": ["visitors"]}).encode()
    bad = []
    for value in FORGED:
        for scheme in ("Bearer ", "bearer", "Basic ", ""):
            status, text = ask(web, "/api/v1/query", {"HTTP_AUTHORIZATION": scheme + value}, question)
            if status not in (400, 401) or "totals" in text:
                bad.append((status, scheme + value[:200]))
    assert bad == []


@pytest.mark.parametrize("path", ["/footfall/organisation/{}", "/footfall/organisation/{}/keys", "/footfall/share/{}",
                                  "/footfall/set-up?token={}", "/footfall/join?token={}", "/footfall/password?token={}",
                                  "/footfall/sign-in?next={}", "/footfall/privacy/{}", "/footfall/assets/{}"])
def test_no_address_of_an_account_breaks_it(web, signed_in, path):
    bad = []
    for caller in (signed_in, {}):
        for value in EVIL:
            status, text = ask(web, path.format(value), caller)
            if status not in (200, 303, 308, 400, 404, 405, 414) or MARK in text:
                bad.append((status, bool(caller), value[:200]))
    assert bad == []


def test_no_form_of_a_stranger_breaks_it(web):
    """Without the form's secret, and so without a look at what is in it."""
    bodies = [f"{name}={value}".encode() for name in ("form_token", "email", "password", "token") for value in EVIL]
    bodies += [b"", b"&" * 60_000, b"=" * 60_000, b"--x\r\n" * 9_000, bytes(range(256)) * 200]
    origin = {"HTTP_ORIGIN": "http://127.0.0.1", "FOOTFALL_HOST": "127.0.0.1", "HTTP_SEC_FETCH_SITE": "same-origin"}
    bad = []
    for path in ("/footfall/sign-in", "/footfall/set-up", "/footfall/join", "/footfall/organisation/1/keys/add"):
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data; boundary="):
            for body in bodies:
                status, text = ask(web, path, {"HTTP_COOKIE": "__Host-footfall-forms=seed", **origin}, body, kind)
                if status not in (400, 403):
                    bad.append((status, path, kind, body[:100]))
    assert bad == []
