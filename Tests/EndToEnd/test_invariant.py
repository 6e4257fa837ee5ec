"""Promise 2 (DESIGN section 1): what identifies a person reaches no disk. Known addresses, user agents, e-mail addresses,
tokens and click ids go in by every door, through refusals, an outage, a trap and restarts; then every byte that was
written anywhere is searched for them. So it is for readers' addresses and browsers, and for all that opens the door."""

import concurrent.futures
import ipaddress
import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import psycopg
import pytest
from conftest import wait_for
from support import door
from stacks import DurableStack

ADDRESS, ADDRESS6 = "198.51.100.77", "2001:db8:dead:beef::77"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0 Unmistakable/8c1d9f"
EMAIL = "anna.invariant@example.org"
TOKEN = "hush8c1d9fQw3rTy7ZxCvBnM5kLpOiUyTr2eWq9A"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJpbnZhcmlhbnQifQ.c2lnbmF0dXJlMTIzNDU2Nzg5MA"
CLICK = "Cj0KCQiA8c1d9fInvariant"
CARD = "4111 1111 1111 1111"
PHONE = "+43 660 1234567"
SEARCHED = "secret8c1d9fsearch"
LANGUAGE = "tlh-QX"
USER = "customer-8c1d9f-invariant"
SERVER_AGENT = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:150.0) ServerSide/8c1d9f Unmistakable too"

TEXTS = [
    ADDRESS, ADDRESS6, ipaddress.ip_address(ADDRESS6).exploded, AGENT, "Unmistakable", EMAIL, EMAIL.replace("@", "%40"), "anna.invariant",
    TOKEN, JWT, JWT.split(".")[1], CLICK, CARD, CARD.replace(" ", ""), PHONE, SEARCHED, LANGUAGE, SERVER_AGENT, USER,
]
# Sixteen bytes are found by chance nowhere; four would be, in a hundred megabytes.
SECRETS = [text.encode() for text in TEXTS] + [ipaddress.ip_address(ADDRESS6).packed]
MARKER = "invariant-run"


def page(where):
    """A page's URL with something personal in every part."""
    mail = urllib.parse.quote(EMAIL)
    return (
        f"http://anna:{TOKEN}@localhost/{MARKER}/{where}/{mail}/{TOKEN}?mail={mail}&token={TOKEN}&gclid={CLICK}"
        f"&utm_source={mail}&utm_medium={TOKEN}&utm_campaign={mail}&utm_term={TOKEN}&q={mail}&ref={TOKEN}#{JWT}"
    )


def beacon(where, **fields):
    return json.dumps(
        {
            "s": "demo", "u": page(where), "r": f"https://www.google.com/search?q={SEARCHED}&user={EMAIL}",
            "t": f"Order of {EMAIL}, card {CARD}, call {PHONE}",
            "p": {"note": f"{EMAIL} {JWT}", "phone": PHONE, "from": ADDRESS, "token": TOKEN, "kept": "plain"},
            **fields,
        }
    ).encode()


class Run(DurableStack):
    """The stack, with an nginx that believes a header about the address, as behind a load balancer."""

    def headers(self, address=ADDRESS):
        return {
            "Content-Type": "text/plain", "User-Agent": AGENT, "Accept-Language": LANGUAGE, "X-Test-Address": address,
            "Cookie": f"session={TOKEN}", "Sec-Fetch-Dest": "empty", "X-Forwarded-For": ADDRESS,
        }

    def post(self, body, address=ADDRESS, path="/e", **headers):
        request = urllib.request.Request(self.base + path, body, self.headers(address) | headers)
        try:
            return urllib.request.urlopen(request, timeout=60).status
        except urllib.error.HTTPError as error:
            return error.code

    def believe_the_header(self):
        conf = self.state / "nginx/footfall-http.conf"
        with conf.open("a") as file:
            file.write("set_real_ip_from 127.0.0.1;\nreal_ip_header X-Test-Address;\n")
        self.call("stop", str(self.state), "nginx")
        self.call("start", str(self.state), "nginx")

    def restart_gateway(self):
        self.call("stop", str(self.state), "gateway")
        self.call("start", str(self.state), "gateway")

    def come_in(self):
        """A reader, whose address and browser are as much theirs as a visitor's; what opens the door is kept as hashes
        only, and written nowhere on the way. Returns all that."""
        # The last of them is who reads the reports.
        secrets = []
        for address in (ADDRESS6, ADDRESS):
            person = door.Person().add(self.environment)
            self.session = door.Session(self.base, **{"X-Test-Address": address, "User-Agent": AGENT, "Accept-Language": LANGUAGE})
            wrong = door.Person().password
            assert self.session.send(door.SIGN_IN, email=person.email, password=wrong).status == 403
            self.session.sign_in(person)
            secrets += [wrong, person.password, self.session.make_reading_key(), *self.session.cookies.values()]
        stolen = self.footfall("user", "reset", person.email).strip().split("token=")[1]
        assert self.session.call(f"/footfall/password?token={stolen}").status == 200
        # That has signed them out.
        self.session.sign_in(door.Person().add(self.environment))
        return [*secrets, stolen, *self.session.cookies.values()]

    def look_at_reports(self):
        """So that Redis and the logs hold what they hold after a look."""
        # What is asked under a filter goes to Redis.
        filtered = "?period=today&filter=page,contains,a&filter=country,is_not,XX"
        for path in ("", filtered, f"/pages{filtered}&tab=title", f"/sources{filtered}&tab=referrer", f"/events{filtered}",
                     "/realtime", "/quality", "/inspector", "/privacy"):
            self.session.read(f"/dashboard/shop.example{path}")


def quick(stack):
    """What nginx has kept comes back as soon as its file is over."""
    stack.configure(every_seconds=1)


@pytest.fixture
def run(tmp_path_factory):
    with Run.of_its_own(tmp_path_factory, "invariant", quick) as run:
        yield run


def files_with(folder, secrets):
    """Pairs of a file and what it holds of these."""
    found, read = [], 0
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        read += len(content)
        found += [(str(path.relative_to(folder)), secret) for secret in secrets if secret in content]
    return found, read


def test_nothing_that_identifies_a_person_reaches_a_disk(run, tmp_path):
    run.believe_the_header()
    key = run.footfall("key", "add", "shop.example").split()[0]
    secrets = run.come_in()

    # By every door.
    run.look_at_reports()
    assert run.post(beacon("beacon")) == 204
    assert run.post(beacon("six"), ADDRESS6) == 204
    pixel = urllib.parse.urlencode({"s": "demo", "u": page("pixel"), "r": f"https://example.org/?mail={EMAIL}", "t": EMAIL})
    urllib.request.urlopen(urllib.request.Request(f"{run.base}/p.gif?{pixel}", headers=run.headers()), timeout=60)
    server = json.dumps({"u": page("server"), "address": ADDRESS, "user_agent": SERVER_AGENT, "user": USER, "p": {"mail": EMAIL}})
    # A running gateway notices a key within five seconds.
    assert wait_for(lambda: run.post(server.encode(), path="/api/v1/events", Authorization=f"Bearer {key}") == 200)

    # Refused: not JSON, not ours, too large, too much.
    assert run.post(beacon("broken") + b"}") == 400
    assert run.post(beacon("foreign", s="nobody")) == 400
    assert run.post(beacon("huge", t="x" * 70_000)) == 413
    # On a fast machine it is the rate that is too high, on a slow one the connections are too many.
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        statuses = set(pool.map(lambda number: run.post(beacon(f"flood-{number}")), range(600)))
    assert 429 in statuses, "nginx's limit was to be met"
    assert wait_for(lambda: run.post(beacon("after-the-flood")) == 204)
    # A program, kept apart. The flood's limit still is near: it gives back one event after the other.
    assert wait_for(lambda: run.post(beacon("bot"), **{"User-Agent": f"Googlebot/2.1 (+http://www.google.com/bot.html) {AGENT}"}) == 204)

    # Away: nginx keeps the event, and hands it in afterwards.
    run.call("stop", str(run.state), "gateway")
    assert wait_for(lambda: run.post(beacon("outage")) == 204)
    run.call("start", str(run.state), "gateway")
    assert wait_for(lambda: run.execute(f"select count(*) from event_text where path like '/{MARKER}/outage%'")[0][0] == 1, 90)

    # A plugin that traps.
    run.call("stop", str(run.state), "gateway")
    gateway = run.serve(FOOTFALL_FAILPOINT="chain=poison")
    try:
        assert run.post(beacon("trap", n="poison")) == 400
        assert run.post(beacon("after-the-trap")) == 204
        run.look_at_reports()
    finally:
        run.stop(gateway)
    run.call("start", str(run.state), "gateway")
    assert run.post(beacon("last")) == 204
    run.look_at_reports()

    paths = {row[0].split("/")[2] for row in wait_for(lambda: loaded(run), 60)}
    assert {"beacon", "six", "pixel", "server", "outage", "after-the-trap", "last"} <= paths, paths
    assert run.execute(f"select count(*) from bot_event_text where path like '/{MARKER}/bot%'")[0][0] == 1
    assert run.execute("select count(distinct visitor) from event where visitor is not null")[0][0] >= 2

    search(run, tmp_path, SECRETS + [text.encode() for text in [key, *secrets]])


def loaded(run):
    rows = run.execute(f"select path from event_text where path like '/{MARKER}/%'")
    return rows if any("/last/" in row[0] for row in rows) else None


def search(run, tmp_path, secrets):
    # What PostgreSQL has only in memory goes to its files; and Redis says all that it has, as it is.
    with psycopg.connect(run.environment["FOOTFALL_TEST_DATABASE_URL"], autocommit=True) as administrator:
        administrator.execute("checkpoint")
    socket = run.environment["FOOTFALL_TEST_REDIS_URL"].removeprefix("unix:")
    subprocess.run(["redis-cli", "-s", socket, "config", "set", "rdbcompression", "no"], check=True, capture_output=True)
    dump = tmp_path / "dump.rdb"
    subprocess.run(["redis-cli", "-s", socket, "--rdb", str(dump)], check=True, capture_output=True)
    assert dump.stat().st_size > 500, "Redis holds reports"

    marker = MARKER.encode()
    holders = {path.split("/")[0] for path, _ in files_with(run.state, [marker])[0]}
    # The search sees: where events are kept, their paths are found.
    assert {"journal", "postgres"} <= holders, holders
    assert any("pg_wal" in path for path, _ in files_with(run.state, [marker])[0])
    found, read = files_with(run.state, secrets)
    found += files_with(tmp_path, secrets)[0]
    assert read > 10_000_000
    assert found == []
    # Four bytes: only where few bytes are.
    packed = ipaddress.ip_address(ADDRESS).packed
    assert files_with(run.state / "journal", [packed, packed[::-1]])[0] == []
