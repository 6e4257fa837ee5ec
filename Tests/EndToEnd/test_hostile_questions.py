"""What anybody may put into an address of the reports, or into a question of the API: answered, and nothing else happens."""

import concurrent.futures
import http.client
import json
import random
import urllib.parse

import pytest

SITE = "/dashboard/shop.example"
PAGES = ["", "/realtime", "/pages", "/sources", "/locations", "/devices", "/events", "/goals", "/quality",
         "/pages.csv", "/sources.csv", "/events.csv"]
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


def ask(base_url, path, method="GET", body=None, kind="application/json"):
    address = urllib.parse.urlsplit(base_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    try:
        # putrequest looks for control characters; what matters is what a hostile client sends.
        connection._validate_path = lambda url: None
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


@pytest.mark.parametrize("page", PAGES)
def test_no_parameter_breaks_a_page_or_gets_out_of_its_place(base_url, page, processes):
    before = processes()
    addresses = [f"{SITE}{page}?{name}={value}" for name in PARAMETERS for value in EVIL]
    addresses += [f"{SITE}{page}?dimension=page&operator=matches&value={value}" for value in EVIL]
    addresses += [f"{SITE}{page}?from=2020-01-01&to={value}" for value in EVIL]
    bad = []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for address, (status, text) in zip(addresses, pool.map(lambda path: ask(base_url, path), addresses)):
            if status not in (200, 400, 404, 414) or (MARK in text and not page.endswith(".csv")):
                bad.append((status, address[:200]))
            if 'onmouseover="alert' in text or "href=\"javascript" in text:
                bad.append(("markup", address[:200]))
    assert bad == []
    assert processes() == before


def test_no_question_of_the_api_breaks_it(base_url, processes):
    before = processes()
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
        status, text = ask(base_url, "/api/v1/query", "POST", body.encode())
        if status not in (200, 400, 404) or (status != 200 and not json.loads(text)["error"]["message"]):
            bad.append((status, body[:200], text[:200]))
    assert bad == []
    assert processes() == before


def test_a_hundred_viewers_of_cold_reports_are_all_answered(base_url, processes):
    before = processes()
    addresses = [f"{SITE}?period=30d&filter=page,is_not,/cold-{number % 25}" for number in range(100)]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda path: ask(base_url, path), addresses))
    assert [status for status, _ in answers] == [200] * 100
    assert processes() == before, "nobody was restarted"
