"""What anybody may put into an address of the reports, or into a question of the API: answered, and nothing else happens."""

import concurrent.futures
import json
import random
import urllib.parse

import pytest
from conftest import setting
from fastcgi import Connection, request

SITE = "/dashboard/shop.example"
PAGES = ["", "/realtime", "/pages", "/locations", "/events", "/goals", "/pages.csv"]
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


def ask(web, path, body=None):
    """At the socket: nginx lets nobody ask so often."""
    path, _, query = path.partition("?")
    kind = {"CONTENT_TYPE": "application/json"}
    asked = request(path, body or b"", "GET" if body is None else "POST", QUERY_STRING=query, **kind)
    with Connection(web, timeout=120) as connection:
        status, _, text = connection.send(asked).whole()
        return status, text.decode(errors="replace")


@pytest.fixture(autouse=True)
def unharmed(processes):
    before = processes()
    yield
    assert processes() == before, "a process has crashed"


@pytest.mark.parametrize("page", PAGES)
def test_no_parameter_breaks_a_page_or_gets_out_of_its_place(web, page):
    addresses = [f"{SITE}{page}?{name}={value}" for name in PARAMETERS for value in EVIL]
    addresses += [f"{SITE}{page}?dimension=page&operator=matches&value={value}" for value in EVIL]
    addresses += [f"{SITE}{page}?from=2020-01-01&to={value}" for value in EVIL]
    bad = []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for address, (status, text) in zip(addresses, pool.map(lambda path: ask(web, path), addresses)):
            if status not in (200, 400, 404, 414) or (MARK in text and not page.endswith(".csv")):
                bad.append((status, address[:200]))
            if 'onmouseover="alert' in text or "href=\"javascript" in text:
                bad.append(("markup", address[:200]))
    assert bad == []


def test_no_question_of_the_api_breaks_it(web):
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
        status, text = ask(web, "/api/v1/query", body.encode())
        if status not in (200, 400, 404) or (status != 200 and not json.loads(text)["error"]["message"]):
            bad.append((status, body[:200], text[:200]))
    assert bad == []


def test_a_hundred_viewers_of_cold_reports_are_all_answered(web):
    addresses = [f"{SITE}?period=30d&filter=page,is_not,/cold-{number % 25}" for number in range(100)]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda path: ask(web, path), addresses))
    assert [status for status, _ in answers] == [200] * 100
