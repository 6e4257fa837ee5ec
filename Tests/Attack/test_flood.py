"""Too large, too many, too deep, too slow: through nginx and straight at the gateway, while somebody else goes on reading."""

import concurrent.futures
import json
import os
import socket
import threading
import time
import urllib.parse

import pytest
from client import JSON_TYPE, Browser, encoded, multipart, through_nginx
from conftest import LONG
from routes import FORMS

FORM = "application/x-www-form-urlencoded"
# What nothing of ours may take longer for, on a machine that is busy with other tests.
PATIENCE = 10


@pytest.fixture(scope="module")
def tenant(world):
    return world.tenant("b")


def raw(base_url, data, seconds=3):
    """Bytes at nginx; the first line of the answer, or nothing."""
    where = urllib.parse.urlsplit(base_url)
    with socket.create_connection((where.hostname, where.port), timeout=seconds) as connection:
        answer = b""
        try:
            connection.sendall(data)
            while chunk := connection.recv(65536):
                answer += chunk
                if len(answer) > 65536:
                    break
        except OSError:
            pass
    return answer.split(b"\r\n")[0].decode(errors="replace")


def status_of(line):
    return int(line.split(" ")[1]) if line.startswith("HTTP/1.1 ") else None


def test_bodies_over_the_limit_through_nginx(base_url, host, tally):
    for path, limit, type in (("/footfall/sign-in", 65536, FORM), ("/dashboard/x/settings/site", 65536, FORM), ("/api/v1/query", 65536, JSON_TYPE),
                              ("/e", 131072, "text/plain"), ("/api/v1/events", 2 * 1024 * 1024, JSON_TYPE), ("/footfall/join", 65536, "multipart/form-data; boundary=x")):
        for size in (limit + 1, limit * 4):
            answer = through_nginx(base_url, "POST", path, b"a" * size, {"Content-Type": type, "Origin": base_url})
            assert answer.status == 413, (path, size, answer.status)
            tally()
        # Said to be small and being large, chunked, and said to be large and never sent.
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {type}\r\nConnection: close\r\n"
        chunk = b"8000\r\n" + b"a" * 0x8000 + b"\r\n"
        line = raw(base_url, head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * (limit // 0x8000 + 4) + b"0\r\n\r\n")
        assert status_of(line) in (413, 400, 401, 403, 404, 429, None), (path, line)
        line = raw(base_url, head.encode() + f"Content-Length: {10**12}\r\n\r\n".encode())
        assert status_of(line) == 413, (path, line)
        tally(2)


def test_headers_over_the_limit(base_url, host, tally):
    for extra in (b"X: " + b"a" * 70_000, b"Cookie: " + b"a=b; " * 20_000, b"\r\n".join(b"X%d: y" % n for n in range(5000)), b"Cookie: " + b"a" * 15_000,
                  b"User-Agent: " + b"a" * 15_000, b"Authorization: Bearer " + b"a" * 15_000, b"Referer: http://" + b"a" * 15_000):
        line = raw(base_url, b"GET /footfall/sign-in HTTP/1.1\r\nHost: " + host.encode() + b"\r\nConnection: close\r\n" + extra + b"\r\n\r\n")
        assert status_of(line) in (200, 400, 414, 431, 494, None), line
        tally()


def test_an_address_that_leads_to_the_sign_in_may_be_long(base_url, host, tally):
    """Where to come back to stands in the answer's header, which nginx has so much room for and no more."""
    for length in (1_000, 2_000, 4_000, 8_000, 15_000, 70_000):
        line = raw(base_url, b"GET /dashboard/x?filter=" + b"a" * length + b" HTTP/1.1\r\nHost: " + host.encode() + b"\r\nConnection: close\r\n\r\n")
        assert status_of(line) in (303, 400, 414, None), line
        tally()


BODIES = {
    "100,000 fields": (FORM, lambda: b"&".join(b"a%d=b" % n for n in range(100_000))),
    "100,000 times one field": (FORM, lambda: b"name=x&" * 100_000),
    "nothing but separators": (FORM, lambda: b"&" * 1_000_000),
    "nothing but equals signs": (FORM, lambda: b"=" * 1_000_000),
    "one name of a megabyte": (FORM, lambda: b"a" * 1_000_000),
    "one value of a megabyte": (FORM, lambda: b"name=" + b"a" * 1_000_000),
    "percent signs": (FORM, lambda: b"name=" + b"%" * 1_000_000),
    "half of an escape": (FORM, lambda: b"name=" + b"%a" * 500_000),
    "a megabyte of zeros": (FORM, lambda: b"\0" * 1_000_000),
    "accents on one letter": (FORM, lambda: b"name=a" + "\u0301".encode() * 300_000),
    "texts without end in fields that are compared": (FORM, lambda: b"role=" + b"owner" * 100_000),
    "a boundary everywhere": ("multipart/form-data; boundary=-", lambda: b"\r\n---" * 200_000),
    "a boundary of one letter": ("multipart/form-data; boundary=a", lambda: b"\r\n--a" * 200_000),
    "a boundary that almost fits": ("multipart/form-data; boundary=" + "-" * 70, lambda: b"\r\n--" + b"-" * 1_000_000),
    "blank lines without end": ("multipart/form-data; boundary=x", lambda: b"--x\r\n" + b"\r\n" * 500_000 + b"\r\n--x--\r\n"),
    "heads without end": ("multipart/form-data; boundary=x", lambda: b"--x\r\n" + b"; name=" * 140_000 + b"\r\n\r\nx\r\n--x--\r\n"),
    "many parts": ("multipart/form-data; boundary=x", lambda: b"".join(b'--x\r\nContent-Disposition: form-data; name="n%d"\r\n\r\n\r\n' % n for n in range(15_000)) + b"--x--"),
    "many files": ("multipart/form-data; boundary=x", lambda: b"".join(b'--x\r\nContent-Disposition: form-data; name="logo"; filename="a"\r\n\r\n\x89PNG\r\n' for n in range(15_000)) + b"--x--"),
    "parts within parts": ("multipart/form-data; boundary=x", lambda: b'--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n' * 20_000),
    "no boundary": ("multipart/form-data", lambda: b"--x\r\n" * 200_000),
    "an empty boundary": ("multipart/form-data; boundary=", lambda: b"--\r\n" * 200_000),
    "a boundary of 5000": ("multipart/form-data; boundary=" + "b" * 5000, lambda: (b"--" + b"b" * 5000 + b"\r\n") * 150),
    "another kind of boundary": ('multipart/form-data; boundary="a;b"; boundary=c', lambda: b'--a;b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--a;b--'),
    "JSON": (JSON_TYPE, lambda: b"[" * 1_000_000),
    "an unknown kind": ("application/x-thing", lambda: os.urandom(1_000_000)),
}


@pytest.mark.parametrize("what", BODIES)
def test_bodies_straight_at_the_gateway(world, tenant, what, tally):
    """Larger than nginx would let through: who sits behind it must not rely on it. With the forms' secret in front, so that
    the body is looked at, and without; to forms with files and others."""
    type, make = BODIES[what]
    body = make()
    browser = world.browser(tenant.people["owner"])
    browser.timeout = 60
    secret = browser.form_secret()
    for path in (f"{tenant.home}/brand", f"{tenant.site_home()}/settings/site", "/footfall/sign-in", f"{tenant.home}/people/role"):
        for before in (b"", f"form_token={secret}&".encode() if type == FORM else
                       multipart([("form_token", secret)], {}, type.partition("boundary=")[2][:70] or "x")[1].rsplit(b"--", 2)[0] if "multipart" in type else b""):
            data = before + body
            started = time.monotonic()
            answer = browser.send("POST", path, data, type, keep=False, HTTP_ORIGIN=browser.origin, HTTP_SEC_FETCH_SITE="same-origin")
            assert answer.status in (200, 303, 400, 403, 404, 413, 415, 422, 429), answer.status
            assert time.monotonic() - started < PATIENCE
            tally()


def test_questions_without_end(world, tenant, tally):
    for body in (b"[" * 1_000_000, b'{"a":' * 200_000, b'{"site":"' + b"a" * 1_000_000 + b'"}', b"{" + b'"site":"x",' * 50_000 + b'"site":"x"}',
                 json.dumps({"site": tenant.sites[0].domain, "metrics": ["visitors"] * 50_000}).encode(),
                 json.dumps({"site": tenant.sites[0].domain, "metrics": ["visitors"], "period": "7d", "filters": nested(3000)}).encode(),
                 json.dumps({"site": tenant.sites[0].domain, "metrics": ["visitors"], "period": "7d", "filters": {"dimension": "page", "operator": "is", "values": ["a"] * 60_000}}).encode(),
                 json.dumps({"site": tenant.sites[0].domain, "metrics": ["visitors"], "period": "7d", "filters": {"or": [{"dimension": "page", "operator": "matches", "values": ["*a*a*a*a*a*b"] * 90}] * 90}}).encode(),
                 json.dumps({"site": tenant.sites[0].domain, "metrics": ["visitors"], "from": "0001-01-01", "to": "9999-12-31", "interval": "hour"}).encode(),
                 json.dumps({"site": tenant.sites[0].domain, "metrics": ["visitors"], "period": "7d", "limit": 10**30}).encode(),
                 b'{"limit":' + b"9" * 500_000 + b"}", b"\xff" * 500_000, b"\0" * 500_000, b'"' + b"\\u0000" * 100_000 + b'"'):
        started = time.monotonic()
        answer = world.nobody().send("POST", "/api/v1/query", body, JSON_TYPE, HTTP_AUTHORIZATION=f"Bearer {tenant.read_key}")
        assert answer.status in (200, 400, 404, 413), (body[:80], answer.status)
        assert time.monotonic() - started < PATIENCE, body[:80]
        tally()


def nested(depth):
    filter = {"dimension": "page", "operator": "is", "values": ["a"]}
    for _ in range(depth if depth < 900 else 900):
        filter = {"not": filter}
    return filter


def test_cookies_and_addresses_without_end(world, tenant, tally):
    for cookies in ({"a": "b" * 1_000_000}, {f"a{n}": "b" for n in range(50_000)}, {"__Host-footfall-session": "x" * 500_000}, {"__Host-footfall": "a." * 200_000}):
        answer = world.nobody().send("GET", "/dashboard", cookies=cookies)
        assert answer.status in (303, 400, 431), answer.status
        tally()
    browser = world.browser(tenant.people["owner"])
    for query in ("filter=page,is,a&" * 5000, "filter=" + "page,is,a," * 5000, "search=" + "a" * 500_000, "&" * 500_000, "a=b&" * 100_000,
                  "filter=page,matches," + "*a" * 5000, "filter=property:a,is," + "%2C" * 10_000, "value=x&" * 10_000 + "dimension=page&operator=is"):
        started = time.monotonic()
        answer = browser.get(f"{tenant.site_home()}/pages?{query}")
        assert answer.status in (200, 400, 414, 431), answer.status
        assert time.monotonic() - started < PATIENCE
        tally()
    for path in ("/dashboard" + "/a" * 50_000, "/" + "a" * 100_000, "/footfall/share/" + "a" * 100_000, "/dashboard/" + "a." * 50_000 + "/settings"):
        assert browser.get(path).status in (404, 303, 400, 414, 431)
        tally()


def test_slow_ones_keep_nobody_waiting(world, tenant, base_url, host, tally):
    """Hundreds of connections that say a letter a second, in heads and in bodies, and some that never read; meanwhile
    somebody else reads as before."""
    where = urllib.parse.urlsplit(base_url)
    seconds, number = (20, 400) if LONG else (5, 150)
    stop = threading.Event()
    opened = []

    def slow(index):
        try:
            connection = socket.create_connection((where.hostname, where.port), timeout=5)
            opened.append(connection)
            kind = index % 3
            if kind == 0:
                connection.sendall(b"GET /dashboard HTTP/1.1\r\nHost: " + host.encode() + b"\r\nX: ")
            elif kind == 1:
                connection.sendall(f"POST /footfall/sign-in HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM}\r\nContent-Length: 60000\r\n\r\n".encode())
            else:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
                connection.sendall(f"GET /footfall/assets/footfall.js HTTP/1.1\r\nHost: {host}\r\n\r\n".encode() * 20)
            while kind < 2 and not stop.wait(1):
                connection.sendall(b"a")
            stop.wait()
        except OSError:
            pass

    threads = [threading.Thread(target=slow, args=(index,), daemon=True) for index in range(number)]
    for thread in threads:
        thread.start()
    browser = world.browser(tenant.people["viewer"])
    browser.timeout = PATIENCE
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    times, refused = [], 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for ask in (lambda: browser.get(tenant.site_home(), keep=False),
                    lambda: through_nginx(base_url, "GET", tenant.site_home(), headers={"Cookie": cookie}, timeout=PATIENCE)):
            started = time.monotonic()
            answer = ask()
            times.append(time.monotonic() - started)
            # nginx counts connections by address, and all of these come from one.
            refused += answer.status == 429
            assert answer.status in (200, 429)
        time.sleep(0.2)
    stop.set()
    for connection in opened:
        connection.close()
    for thread in threads:
        thread.join(5)
    assert max(times) < PATIENCE and refused < len(times) / 2
    tally(number)


def test_a_storm_of_sign_ins_holds_up_no_reader(world, tenant, fresh_gateway, tally):
    """Each takes a hash; they queue. Whoever reads reports does not queue with them."""
    senders = [world.nobody(f"203.{index // 200 + 50}.{index % 200}.1") for index in range(200)]
    token, cookies = senders[0].form_secret(), senders[0].cookies
    for sender in senders:
        sender.token, sender.cookies = token, dict(cookies)
    reader = world.browser(tenant.people["viewer"])
    times = []
    with concurrent.futures.ThreadPoolExecutor(60) as pool:
        storm = [pool.submit(sender.post, "/footfall/sign-in", {"email": f"s{index}@zq.example", "password": "x" * 100}, keep=False) for index, sender in enumerate(senders)]
        while not all(one.done() for one in storm):
            started = time.monotonic()
            assert reader.get(tenant.site_home(), keep=False).status == 200
            times.append(time.monotonic() - started)
    assert {one.result().status for one in storm} <= {403, 429}
    print(f"slowest page beside {len(storm)} sign-ins: {max(times):.2f} s of {len(times)}")
    assert max(times) < PATIENCE
    tally(len(senders))


def test_names_and_lists_without_end(world, tenant, tally):
    """What a member can store has limits: he cannot fill pages, or the disk, with one form after the other of any size."""
    browser = world.browser(tenant.people["owner"])
    huge = "n" * 60_000
    for name in ("setName", "renameOrganisation", "addTeam", "setGoal", "shareLink", "addKey", "setSite", "setPublic", "invite", "addSite", "setBrand"):
        address, fields = FORMS[name](tenant, tenant)
        for field in fields:
            answer = browser.post(address, {**fields, field: huge}, keep=False)
            assert answer.status in (200, 303, 413, 422), (name, field)
            tally()
    longest = world.one(
        "select max(length(to_jsonb(t)::text)) from (select to_jsonb(x) as r from goal x union all select to_jsonb(x) from team x union all"
        " select to_jsonb(x) - 'brand_logo' from organisation x union all select to_jsonb(x) from site x union all select to_jsonb(x) from person x"
        " union all select to_jsonb(x) from shared_link x union all select to_jsonb(x) from secret_key x union all select to_jsonb(x) from invitation x"
        " union all select to_jsonb(x) from audit_entry x) t")
    assert longest < 40_000, longest
    # Hundreds of hosts, and hosts as long as they may be.
    many = "\n".join(f"h{n}.example" for n in range(5000))
    for address, field in ((f"{tenant.site_home()}/settings/site", "hosts"), (f"{tenant.site_home()}/settings/public", "embed_hosts")):
        assert browser.post(address, {field: many, "time_zone": "UTC"}, keep=False).status in (413, 422)
        tally()
