"""SQL in every parameter, form and question, by hand and with sqlmap on loopback.

After it, what is in the database is what was in it before; and no answer takes longer or differs because a condition in
it was true.
"""

import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import pytest
from client import FORMS as FORMS_COOKIE
from client import JSON_TYPE, SESSION, encoded, through_nginx
from conftest import LONG, setting
from routes import FORMS, FOR_STRANGERS
from world import changes, snapshot

SLEEP = 3
PAYLOADS = [
    "'", "''", "\"", "\\", "\\'", "`", "';--", "' or '1'='1", "' or 1=1--", "\" or \"\"=\"", "') or ('1'='1", "1 or 1=1", "1;select 1",
    f"';select pg_sleep({SLEEP})--", f"' || pg_sleep({SLEEP})::text || '", f"1;select pg_sleep({SLEEP})", f"'||(select pg_sleep({SLEEP}))||'",
    f"(select 1 from pg_sleep({SLEEP}))", f"UTC'; select pg_sleep({SLEEP}); --", f"$$;select pg_sleep({SLEEP});--$$",
    "'; drop table person; --", "'; update person set email='x'; --", "'; select set_config('footfall.organisation','1',false); --",
    "' union select password_hash from person--", "1 union all select null,null,null--", "'||(select password_hash from person limit 1)||'",
    "{1,2}", "{\"a\"}", "ARRAY[1]", "1::int", "null", "NULL", "NaN", "1e400", "-1", "0", "9223372036854775808", "2147483648", "-2147483649",
    "%", "_", "%%", "\\%", "%s", "%1$s", "$1", "$2", ":1", "?", "\\x00", "E'\\000'", "U&'\\0000'", "\\u0000", "\x00", "a\x00b", "\x1a",
    "\xff".encode("latin-1"), b"\xc0\xa7", b"\xbf\x27", b"\xe5\x27", "\u02bc or 1=1--", "\uff07 or 1=1--", "\u2019", "/*", "*/", "--", "#",
    "\r\n", "(" * 200, ")" * 200, "[" * 50, "*" * 60, "(a+)+$", ".*" * 40, "a" * 5000,
]
PARAMETERS = ["period", "from", "to", "compare", "metric", "interval", "filter", "goal", "tab", "search", "sort", "turned", "dimension",
              "operator", "value", "view", "done", "before", "next", "email", "kept", "token", "pause", "timezone", "time_zone", "order", "limit"]


def quoted(text):
    return urllib.parse.quote(text, safe="")


@pytest.fixture(scope="module")
def tenant(world):
    from conftest import wait_for

    tenant = world.tenant("q")
    for page in ("/a", "/b", f"/{tenant.marker}"):
        assert wait_for(lambda p=page: world.event(tenant.sites[0], u=f"http://localhost{p}", p={"plan": "pro"}) == 204)
    assert wait_for(lambda: world.one("select count(*) from event where site_id = %s", tenant.sites[0].number) >= 3)
    return tenant


def all_rows(database):
    return database.execute("select count(*), max(time) from event").fetchone()


class Quick:
    """No answer waits for what was injected into it."""

    def __init__(self, tally):
        self.tally, self.slow, self.may_change = tally, [], ()

    def check(self, answer, started, what, statuses=(200, 303, 308, 400, 401, 403, 404, 405, 413, 414, 415, 422, 429, 431)):
        if time.perf_counter() - started > SLEEP:
            self.slow.append(what)
        assert answer.status in statuses, (what, answer.status)
        for word in ("syntax error at or near", "invalid input syntax", "SQLSTATE", "unterminated quoted", "pg_catalog", "$argon2id$"):
            assert word not in answer.text, (what, word)
        self.tally()


@pytest.fixture
def quick(tally, database):
    quick = Quick(tally)
    before, events = snapshot(database), all_rows(database)
    yield quick
    found = [change for change in changes(before, snapshot(database)) if change[0] not in quick.may_change]
    assert found == []
    assert all_rows(database) == events
    # What was slow is asked for again by whoever measures: a machine that is busy is slow once.
    assert len(quick.slow) <= 1, quick.slow


@pytest.mark.parametrize("page", ["", "/pages", "/sources", "/locations", "/events", "/goals", "/realtime", "/pages.csv"] if LONG else ["/pages", "/events"])
def test_addresses_of_reports(world, tenant, quick, page):
    browser = world.browser(tenant.people["viewer"])
    chosen = PAYLOADS if LONG else PAYLOADS[::4] + [PAYLOADS[13], PAYLOADS[17]]
    for text in chosen:
        value = quoted(text)
        queries = [f"{name}={value}" for name in PARAMETERS] if LONG or page in ("", "/pages") else []
        queries += ["&".join(f"{name}={value}" for name in PARAMETERS),
                    f"filter={value},is,x", f"filter=page,{value},x", f"filter=page,is,{value}", f"filter=page,contains,{value}",
                    f"filter=page,matches,{value}", f"filter=property:{value},is,x", f"filter=property:plan,is,{value}",
                    f"filter=fact:{value},is,x", f"filter=event,is_not,{value}&tab=property:{value}", f"tab=property:{value}",
                    f"dimension=page&operator=contains&value={value}", f"dimension=property:{value}&operator=is&value={value}",
                    f"from={value}&to=2026-01-01", f"sort={value}&turned={value}"]
        for query in queries:
            started = time.perf_counter()
            quick.check(browser.get(f"{tenant.site_home()}{page}?{query}"), started, query[:200])


def test_parts_of_the_path(world, tenant, quick):
    browser = world.browser(tenant.people["owner"])
    quick.may_change = ("audit_entry",)  # that the log was taken along
    for text in PAYLOADS if LONG else PAYLOADS[::2]:
        value = quoted(text)
        for path in (f"/dashboard/{value}", f"/dashboard/{value}/settings", f"/dashboard/{tenant.sites[0].domain}{value}/pages",
                     f"/dashboard/{tenant.sites[0].domain}/{value}", f"/footfall/share/{value}", f"/footfall/share/{tenant.link_token}{value}",
                     f"/footfall/organisation/{value}", f"{tenant.home}{value}/people", f"/footfall/privacy/{value}", f"/footfall/assets/{value}",
                     f"/footfall/brand/{tenant.organisation}/{value}", f"/footfall/brand/{value}/logo-x", f"/footfall/join?token={value}",
                     f"/footfall/set-up?token={value}", f"/footfall/password?token={value}", f"{tenant.home}/audit?before={value}",
                     f"/{value}"):
            started = time.perf_counter()
            quick.check(browser.get(path), started, path[:200])


def test_cookies_and_headers(world, tenant, quick):
    for text in PAYLOADS if LONG else PAYLOADS[::2]:
        for name in (SESSION, "__Host-footfall", FORMS_COOKIE, f"__Host-footfall-link-{tenant.link}"):
            started = time.perf_counter()
            browser = world.nobody()
            quick.check(browser.send("GET", "/footfall/account", cookies={name: text if isinstance(text, str) else "x"}), started, (name, text[:50]))
        for name in ("FOOTFALL_HOST", "HTTP_HOST", "HTTP_AUTHORIZATION", "HTTP_USER_AGENT", "HTTP_ORIGIN", "FOOTFALL_REQUEST_ID", "REMOTE_ADDR", "HTTP_REFERER"):
            started = time.perf_counter()
            browser = world.browser(tenant.people["viewer"])
            quick.check(browser.send("GET", tenant.site_home(), **{name: text}), started, (name, text[:50]))


@pytest.mark.parametrize("name", sorted(set(FORMS) - {"leaveOrganisation", "deleteAccount"}))
def test_fields_of_forms(world, database, tally, name):
    """Each field with each of the payloads, all else right. What an honest form may change may change."""
    tenant = world.tenant("i")
    others = world.tenant("o")
    before = snapshot(database, others)
    quick = Quick(tally)
    person, browser = world.fresh(tenant.people["owner"])
    if name in FOR_STRANGERS - {"signOut"}:
        browser = world.nobody()
    browser.form_secret()
    address, fields = FORMS[name](tenant, tenant)
    # Hashes of passwords take their time, and are slowed down after a few.
    slow = name in FOR_STRANGERS or "old" in fields
    chosen = PAYLOADS[:: (1 if LONG else 5)] if not slow else PAYLOADS[::9]
    for field in fields:
        for text in chosen:
            started = time.perf_counter()
            answer = browser.post(address, {**fields, field: text}, keep=False)
            quick.check(answer, started, (name, field, text[:60]))
    for text in chosen[::4]:
        answer = browser.post(address, {**{raw_name(text): "x"}, **fields}, keep=False)
        quick.check(answer, time.perf_counter(), (name, "field's name"))
    assert quick.slow == []
    assert changes(before, snapshot(database, others)) == []
    assert world.one("select count(*) from pg_class where relname = 'person'") == 1


def raw_name(text):
    return text if isinstance(text, str) else text.decode("latin-1")


def test_questions_of_the_api(world, tenant, quick):
    base = {"site": tenant.sites[0].domain, "metrics": ["visitors"], "period": "7d", "dimensions": ["page"]}
    goal = {"event": "x", "properties": {"plan": "x"}}
    texts = [text if isinstance(text, str) else text.decode("latin-1") for text in PAYLOADS]
    for text in texts if LONG else texts[::3]:
        questions = [{**base, name: text} for name in ("site", "period", "from", "to", "interval", "compare", "goal", "limit", "offset", "time_zone", text)]
        questions += [{**base, name: [text]} for name in ("metrics", "dimensions", "order")]
        questions += [
            {**base, "order": [[text, "desc"]]}, {**base, "order": [["visitors", text]]}, {**base, "dimensions": [f"property:{text}"]},
            {**base, "dimensions": [f"fact:{text}"]}, {**base, "filters": {"dimension": text, "operator": "is", "values": ["x"]}},
            {**base, "filters": {"dimension": "page", "operator": text, "values": ["x"]}},
            *({**base, "filters": {"dimension": dimension, "operator": operator, "values": [text]}}
              for dimension in ("page", "property:plan", f"property:{text}", "event", "country")
              for operator in ("is", "is_not", "contains", "matches")),
            {**base, "goal": {"event": text}}, {**base, "goal": {"page": "/" + text}}, {**base, "goal": {**goal, "properties": {text: text}}},
            {**base, "filters": {"and": [{"not": {"goal": text}}, {"dimension": "page", "operator": "is", "values": [text, text]}]}},
        ]
        for question in questions:
            started = time.perf_counter()
            answer = world.nobody().send("POST", "/api/v1/query", json.dumps(question).encode(), JSON_TYPE,
                                         HTTP_AUTHORIZATION=f"Bearer {tenant.read_key}")
            quick.check(answer, started, str(question)[:200])


def test_what_a_condition_says_does_not_come_out(world, tenant, tally):
    """Pairs of which one is true and one is not, as blind injection asks them: the answers are the same."""
    browser = world.browser(tenant.people["viewer"])
    for name in ("search", "filter", "goal", "tab", "sort", "period", "interval", "metric"):
        for template in ("x' and {} --", "x' or {} --", "x') and ({}) --", "x\" and {} --", "1 and {}", "visitors,(case when {} then 1 else 1/0 end)",
                         "page,contains,x' or {} or '", "page,is,/a' and {} and '1'='1", "property:plan' and {} --,is,pro"):
            texts = []
            for condition in ("1=1", "1=2"):
                answer = browser.get(f"{tenant.site_home()}/pages?{name}={quoted(template.format(condition))}")
                texts.append((answer.status, re.sub(r"\d+ \S+ ago|\d\d:\d\d(:\d\d)?", "", answer.text.replace(
                    quoted(condition), "").replace(condition, "").replace(quoted(quoted(condition)), "").replace("1=1", "").replace("1=2", ""))))
            one, other = ((status, re.sub(r"form_token\" value=\"[^\"]*|%3D\d|=\d", "", text)) for status, text in texts)
            assert one == other, (name, template)
            tally(2)


# ---- sqlmap ----------------------------------------------------------------------------------------------------------


class Relay(http.server.BaseHTTPRequestHandler):
    """In front of the web process, as nginx would be, without its limits: sqlmap speaks HTTP. It also puts the forms'
    secret in, which sqlmap does not know."""

    browser = None

    def relay(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        type = self.headers.get("Content-Type") or ""
        browser = Relay.browser
        parameters = {"HTTP_ORIGIN": browser.origin, "HTTP_SEC_FETCH_SITE": "same-origin"} if "urlencoded" in type else {}
        if "urlencoded" in type:
            body = b"form_token=" + browser.form_secret().encode() + b"&" + body
        if self.headers.get("Authorization"):
            parameters["HTTP_AUTHORIZATION"] = self.headers["Authorization"]
        if self.headers.get("Content-Encoding"):
            parameters["HTTP_CONTENT_ENCODING"] = self.headers["Content-Encoding"]
        answer = browser.send(self.command, self.path, body, type, keep=False, **parameters)
        self.send_response(answer.status or 502)
        for name, value in answer.headers:
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.relay
        raise AttributeError(name)

    def log_message(self, *_):
        pass


def sqlmap_program():
    beside = Path(sys.executable).with_name("sqlmap")
    return str(beside) if beside.exists() else shutil.which("sqlmap")


QUESTION = {"metrics": ["visitors"], "dimensions": ["page"], "period": "7d"}


def question(tenant, **more):
    return json.dumps({"site": tenant.sites[0].domain, **QUESTION, **more})


API = "/api/v1/query"
# Name → how it is asked for, and with which parameters; a star marks the places.
TARGETS = {
    "search": lambda t: (f"{t.site_home()}/pages?search=a*", None),
    "property": lambda t: (f"{t.site_home()}/events?filter=property:plan*,is,pro", None),
    "domain": lambda t: (f"{t.site_home()}*", None),
    "api filter": lambda t: (API, question(t, filters={"dimension": "page", "operator": "contains", "values": ["a*"]})),
    "filter": lambda t: (f"{t.site_home()}/pages?filter=page,is,%2Fa*", None),
    "tab": lambda t: (f"{t.site_home()}/events?tab=property:plan*&filter=event,is,pageview", None),
    "sort": lambda t: (f"{t.site_home()}/pages?sort=visitors*", None),
    "goal": lambda t: (f"{t.site_home()}?goal=x*", None),
    "period": lambda t: (f"{t.site_home()}?period=7d*", None),
    "dates": lambda t: (f"{t.site_home()}?from=2026-01-01*&to=2026-02-01*", None),
    "turned": lambda t: (f"{t.site_home()}/pages?turned=1*", None),
    "metric": lambda t: (f"{t.site_home()}?metric=visitors*&interval=day*", None),
    "realtime": lambda t: (f"{t.site_home()}/realtime?filter=page,contains,a*", None),
    "file": lambda t: (f"{t.site_home()}/pages.csv?search=a*", None),
    "link": lambda t: (f"/footfall/share/{t.link_token}*", None),
    "audit": lambda t: (f"{t.home}/audit?before=1000*", None),
    "organisation": lambda t: (f"{t.home}*/people", None),
    "join": lambda t: ("/footfall/join?token=abc*", None),
    "password": lambda t: ("/footfall/password?token=abc*", None),
    "public record": lambda t: (f"/footfall/privacy/{t.sites[0].domain}*", None),
    "goal form": lambda t: (f"{t.site_home()}/settings/goals/set", "name=G*&kind=page&target=/g*&property=plan%3Dpro*&revenue=x*"),
    "link form": lambda t: (f"{t.site_home()}/settings/links/add", "link_name=L*&filters=%3Ffilter%3Dpage,is,a*"),
    "site form": lambda t: (f"{t.site_home()}/settings/site", "hosts=localhost*&time_zone=UTC*"),
    "access form": lambda t: (
        f"{t.site_home()}/settings/access/give", f"holder=person-{t.people['guest'].number}*&role=viewer*"),
    "team form": lambda t: (f"{t.home}/teams/add", "name=T*"),
    "role form": lambda t: (f"{t.home}/people/role", f"person={t.people['viewer'].number}*&role=viewer*"),
    "invite form": lambda t: (
        f"{t.home}/people/invite", f"email=i@{t.marker}.example*&role=guest*&site={t.sites[0].number}*"),
    "key form": lambda t: (f"{t.home}/keys/add", f"name=K*&scope=read*&site={t.sites[0].number}*&days=3*"),
    "brand form": lambda t: (f"{t.home}/brand", "brand_name=B*&colour=%23112233*&has_colour=yes"),
    "name form": lambda t: ("/footfall/account/name", "name=N*"),
    "session form": lambda t: ("/footfall/account/session/revoke", "session=1*"),
    "sign-in": lambda t: ("/footfall/sign-in", "email=a@b.example*&password=x*"),
    "api site": lambda t: (API, question(t, site=t.sites[0].domain + "*")),
    "api dimensions": lambda t: (API, question(t, dimensions=["page*"])),
    "api order": lambda t: (API, question(t, order=[["visitors*", "desc*"]])),
    "api goal": lambda t: (API, question(t, goal={"event": "x*", "properties": {"plan*": "pro*"}})),
    "api interval": lambda t: (API, question(t, dimensions=[], interval="day*", period="7d*", compare="previous_period*")),
}
SHORT = ["search", "property", "domain", "api filter"]


@pytest.fixture(scope="module")
def relay(world, tenant):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Relay.browser = world.browser(tenant.people["owner"])
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


IDENTIFIED = re.compile(r"sqlmap identified the following injection point|is vulnerable")


def sqlmap_command(address, folder):
    program = sqlmap_program()
    assert program, "sqlmap is missing: tools/python"
    # Without questions; the same answer is not asked for again; nothing is looked up elsewhere.
    return [program, "-u", address, "--batch", "--dbms=PostgreSQL", f"--level={3 if LONG else 1}", "--risk=1",
            f"--technique={'BEUST' if LONG else 'BEU'}", "--time-sec=2", "--threads=2", "--flush-session", f"--output-dir={folder}",
            "--disable-coloring", "--ignore-code=401,403,404,422,429", "--answers=follow=N,redirect=N,JSON=Y,custom=Y,continue=Y,skip=N",
            "--retries=1", "--timeout=20", "--skip-waf"]


def run_sqlmap(command, folder):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=45 if LONG else 60, stdin=subprocess.DEVNULL,
                              env={**os.environ, "HOME": str(folder), "no_proxy": "*"})
    except subprocess.TimeoutExpired as ended:  # bounded: what it found by then counts
        return (ended.stdout or b"").decode(errors="replace")
    return done.stdout + done.stderr


def test_sqlmap_sees(tmp_path, tally):
    """A server that does have a hole, before the same database."""
    import psycopg

    class Hole(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            text = urllib.parse.unquote(self.path.partition("q=")[2])
            with psycopg.connect(setting("FOOTFALL_DATABASE_WEB_URL"), autocommit=True) as connection:
                try:
                    rows = connection.execute(f"select 'found' from generate_series(1, 1) as t(a) where 'x' = '{text}'").fetchall()
                    answer = b"<p>" + str(rows).encode()
                except psycopg.Error as error:
                    answer = b"<p>" + str(error).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hole)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    output = run_sqlmap(sqlmap_command(f"http://127.0.0.1:{server.server_port}/?q=x*", tmp_path), tmp_path)
    server.shutdown()
    server.server_close()
    assert IDENTIFIED.search(output), output[-2000:]
    tally()


@pytest.mark.parametrize("name", TARGETS if LONG else SHORT)
def test_with_sqlmap(world, database, tenant, relay, name, tmp_path, tally):
    """Level 3, risk 1, against PostgreSQL, all techniques but those that would only wait for longer. What sqlmap calls
    injectable is a finding."""
    address, data = TARGETS[name](tenant)
    other = world.tenant("m")
    before = snapshot(database, other)
    command = sqlmap_command(relay + address, tmp_path)
    if data is not None:
        command += ["--data", data, "--method=POST"]
    if address.startswith("/api"):
        command += [f"--headers=Authorization: Bearer {tenant.read_key}\nContent-Type: {JSON_TYPE}"]
    output = run_sqlmap(command, tmp_path)
    tried = len(re.findall(r"testing '", output))
    assert "testing" in output, output[-2000:]
    assert not IDENTIFIED.search(output), output[-3000:]
    assert changes(before, snapshot(database, other)) == []
    tally(max(tried, 1))
