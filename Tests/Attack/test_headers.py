"""Headers and lines of logs that somebody else writes, and redirections to elsewhere; secrets in logs."""

import json
import os
import re
import socket
import urllib.parse
from pathlib import Path

import client
import psycopg
import pytest
from client import FORMS as FORMS_COOKIE
from client import JSON_TYPE, SESSION, WEB_TOKEN, encoded, through_nginx
from conftest import LONG, restart_gateway, setting
from routes import FORMS
from world import PASSWORD

BREAKS = ["\r\n", "\n", "\r", "%0d%0a", "%0a", "%0d", "%250d%250a", "\u560d\u560a", "%E5%98%8D%E5%98%8A", "\u2028", "\u0085", "%00%0d%0a", "\x0b", "\x0c"]
EVIL = "Set-Cookie:zqevil=1"
ELSEWHERE = [
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "https://evil.example", "http:evil.example", "https:evil.example", "https:/evil.example", "HTTPS://evil.example", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", "data:text/html,x", "/dashboard@evil.example", "/dashboard//evil.example", "/dashboard/..//evil.example",
    "/dashboard/../..//evil.example", "/dashboard/%2e%2e//evil.example", "//evil.example/dashboard", "/%2fevil.example", "/%5cevil.example",
    "/dashboard\\@evil.example", "/dashboard%0d%0aLocation:%20//evil.example", "/dashboard\r\nLocation: //evil.example", ".evil.example",
    "evil.example", "@evil.example", "/dashboard:80@evil.example", "//evil%E3%80%82example", "/footfall//evil.example", "/footfall/\\evil.example",
    "/footfall/../\\evil.example", " //evil.example", "\u00a0//evil.example", "/dashboard?next=//evil.example", "?next=//evil.example", "#//evil.example",
    "/footfall/sign-in?next=//evil.example", "/footfall/sign-out", "//127.0.0.1:1", "http://127.0.0.1.evil.example", "/dashboard" + "a" * 5000,
    "/dashboard/<script>", "/\u3002\u3002/evil.example", "\x00//evil.example", "/dashboard/\x00",
]


@pytest.fixture(scope="module", autouse=True)
def quiet():
    restart_gateway()


@pytest.fixture(scope="module")
def tenant(world):
    return world.tenant("l")


def q(text):
    return urllib.parse.quote(text, safe="")


def check_headers(answer, what):
    """No header that we did not write: none with the mark in its name, none twice, none with a control character."""
    names = [name.lower() for name, _ in answer.headers]
    assert not any("zqevil" in name for name in names), what
    assert not any(value.strip().lower().startswith("zqevil") for name, value in answer.headers if name.lower() == "set-cookie"), what
    for name in ("location", "content-type", "content-disposition", "content-security-policy", "x-evil", "refresh"):
        assert names.count(name) <= 1 and (name != "x-evil" or name not in names), (what, name)
    for name, value in answer.headers:
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value), (what, name)
    # A body that begins with what was to be a header.
    assert not answer.text.startswith(("Set-Cookie:zqevil", "\r\n", "X-Evil")), what


@pytest.mark.parametrize("text", BREAKS if LONG else BREAKS[:4])
def test_no_header_of_an_attackers_own(world, tenant, text, tally):
    browser = world.browser(tenant.people["owner"])
    stranger = world.nobody()
    evil = f"{text}{EVIL}{text}X-Evil: 1{text}{text}<p>"
    ways = {evil, q(evil)}
    site = tenant.site_home()
    for value in ways:
        asked = value if "%" in value else q(value)
        paths = [f"/footfall/sign-in?next={asked}", f"/footfall/sign-in?next=/dashboard{asked}", f"/dashboard/x{asked}", f"/dashboard/x{asked}/pages",
                 f"/dashboard{asked}/", f"/dashboard/x{asked}/pages/", f"/dashboard?{asked}", f"/footfall/{asked}/", f"/footfall/account/?{asked}",
                 f"/footfall/account?next={asked}", f"/footfall/account?done={asked}", f"/footfall/share/{asked}/"]
        for path in paths:
            check_headers(stranger.get(path, keep=False), path)
            check_headers(browser.get(path, keep=False), path)
            tally(2)
        for path in (f"{site}/events.csv?tab=property:{asked}&filter=event,is,x", f"{site}/pages.csv?tab={asked}", f"{site}/pages.csv?from={asked}&to={asked}",
                     f"{site}/sources.csv?tab={asked}", f"{tenant.home}/audit.csv?name={asked}", f"{site}/?{asked}"):
            answer = browser.get(path, keep=False)
            check_headers(answer, path)
            disposition = answer.header("Content-Disposition")
            assert not disposition or re.fullmatch(r'attachment; filename="[A-Za-z0-9_.-]+"', disposition), disposition
            tally()
        for name in ("FOOTFALL_HOST", "HTTP_HOST", "HTTP_ORIGIN", "HTTP_REFERER", "FOOTFALL_REQUEST_ID", "HTTP_USER_AGENT", "HTTP_COOKIE", "HTTPS", "REMOTE_ADDR"):
            for path in ("/footfall/sign-in", f"{site}/settings", "/dashboard/x/", f"{tenant.home}/people"):
                check_headers(browser.get(path, keep=False, **{name: evil}), (name, path))
                tally()
        for name in ("signIn", "joinAsSomebodyNew", "setGoal", "shareLink", "addSite", "renameOrganisation", "setPublic", "setSite", "moveSite", "invite"):
            address, fields = FORMS[name](tenant, tenant)
            for field in list(fields) + ["next"]:
                sender = stranger if name in ("signIn", "joinAsSomebodyNew") else browser
                check_headers(sender.post(address, {**fields, field: f"x{evil}"}, keep=False), (name, field))
                tally()
    # The hosts for frames become a header.
    for host in (evil, f"a.example{evil}", "a.example; script-src *", "a.example 'unsafe-inline'", "*", "https:", "data:", "'self'", "a.example,b.example;sandbox", "*.", "%0a"):
        browser.post(f"{site}/settings/public", {"embed_hosts": host}, keep=False)
        hosts = world.one("select embed_hosts from site where site_id = %s", tenant.sites[0].number)
        assert all(re.fullmatch(r"(\*\.)?[a-z0-9_.:\[\]-]+", host) for host in hosts), hosts
        world.database.execute("update site set embed_hosts = '{}' where site_id = %s", (tenant.sites[0].number,))
        tally()


def test_no_way_to_elsewhere_after_the_sign_in(world, tenant, tally):
    """By the page's address and by the form's own field, and for whoever is signed in already."""
    from conftest import restart_gateway

    person = world.person(f"next@{tenant.marker}.example", "", tenant)
    inside = world.browser(person)
    for text in ELSEWHERE:
        browser = world.nobody(f"203.{ELSEWHERE.index(text)}.4.4")
        page = browser.get(f"/footfall/sign-in?next={q(text)}")
        hidden = re.search(r'name="next" value="([^"]*)"', page.text)[1]
        assert_here(hidden, text)
        browser.token = page.form_token
        answer = browser.post("/footfall/sign-in", {"email": person.email, "password": PASSWORD, "next": text})
        assert answer.status == 303, answer.notice
        for hop in range(3):
            assert_here(answer.header("Location"), text)
            answer = browser.get(answer.header("Location"))
            if answer.status not in (303, 308):
                break
        again = inside.get(f"/footfall/sign-in?next={q(text)}")
        assert again.status == 303
        assert_here(again.header("Location"), text)
        kept = inside.get(f"/footfall/sign-in?kept=1&next={q(text)}")
        assert kept.status == 303
        assert_here(kept.header("Location"), text)
        tally(4)


def assert_here(address, what):
    """As a browser reads it: a path of this very host."""
    import html

    address = html.unescape(address)
    resolved = urllib.parse.urljoin("http://here.example/footfall/sign-in", address.replace("\\", "/").replace("\t", "").replace("\n", ""))
    where = urllib.parse.urlsplit(resolved)
    assert where.scheme == "http" and where.netloc == "here.example", (what, address)
    if address:
        assert address.startswith("/") and not address.startswith(("//", "/\\")), (what, address)
        assert address.startswith(("/dashboard", "/footfall/")), (what, address)


def test_redirections_stay_here(world, tenant, tally):
    """Slashes at the end, and sign-ins that lead back."""
    browser = world.browser(tenant.people["owner"])
    for text in ELSEWHERE:
        for path in (f"/dashboard/{q(text)}/", f"{text}/", f"/dashboard/{text}/", f"/footfall/{text}/", f"/dashboard/x/{text}/"):
            if not path.startswith("/") or " " in path:
                continue
            for sender in (browser, world.nobody()):
                answer = sender.get(path, keep=False)
                location = answer.header("Location")
                if location:
                    assert location.startswith(("/dashboard", "/footfall/")) and not location.startswith("//"), (path, location)
                tally()


RAW = [
    b"GET /dashboard/x%0d%0aSet-Cookie:%20zqevil=1/ HTTP/1.1\r\nHost: H\r\nConnection: close\r\n\r\n",
    b"GET /footfall/account?x=%0d%0aX-Evil:1 HTTP/1.1\r\nHost: H\r\nConnection: close\r\n\r\n",
    b"GET //evil.example/dashboard/ HTTP/1.1\r\nHost: H\r\nConnection: close\r\n\r\n",
    b"GET http://evil.example/footfall/sign-in HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    b"GET /dashboard/ HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n",
    b"GET /dashboard/ HTTP/1.1\r\nHost: evil.example\r\nHost: H\r\nConnection: close\r\n\r\n",
    b"GET /dashboard HTTP/1.1\r\nHost: H\r\nX: a\nX-Evil: 1\r\nConnection: close\r\n\r\n",
    b"GET /dashboard HTTP/1.1\r\nHost: H\r\nX: a\r\n X-Evil: 1\r\nConnection: close\r\n\r\n",
    b"POST /footfall/sign-in HTTP/1.1\r\nHost: H\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\nGET /zqevil HTTP/1.1\r\n\r\n",
    b"POST /footfall/sign-in HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: xchunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
    b"POST /footfall/sign-in HTTP/1.1\r\nHost: H\r\nContent-Length: 1\r\nContent-Length: 9\r\nConnection: close\r\n\r\nx",
    b"POST /footfall/sign-in HTTP/1.1\r\nHost: H\r\nContent-Length: -1\r\nConnection: close\r\n\r\n",
    b"POST /footfall/sign-in HTTP/1.1\r\nHost: H\r\nContent-Length: 99999999999999999999\r\nConnection: close\r\n\r\n",
    b"GET /dashboard\x00 HTTP/1.1\r\nHost: H\r\nConnection: close\r\n\r\n",
    b"GET /dashboard/%00 HTTP/1.1\r\nHost: H\r\nConnection: close\r\n\r\n",
    b"GET /footfall/..%2fdashboard HTTP/1.1\r\nHost: H\r\nConnection: close\r\n\r\n",
    b"GET /metrics/../dashboard HTTP/1.1\r\nHost: H\r\nConnection: close\r\n\r\n",
    b"TRACE /dashboard HTTP/1.1\r\nHost: H\r\nCookie: zqevil=1\r\nConnection: close\r\n\r\n",
    b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: H\r\nConnection: close\r\n\r\n",
]


def test_requests_that_nginx_takes_apart(base_url, host, tally):
    where = urllib.parse.urlsplit(base_url)
    for data in RAW:
        with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
            connection.sendall(data.replace(b"Host: H", b"Host: " + host.encode()))
            answer = b""
            try:
                while chunk := connection.recv(65536):
                    answer += chunk
            except OSError:
                pass
        head = answer.partition(b"\r\n\r\n")[0].decode(errors="replace")
        assert not re.search(r"(?im)^(set-cookie: ?zqevil|x-evil)", head), (data, head)
        # 501 is nginx's own for what it does not do.
        assert not re.match(r"HTTP/1.1 50[02-9]", head), (data, head)
        location = re.search(r"(?im)^location: (.*)$", head)
        assert not location or location[1].startswith("/") and not location[1].startswith("//"), (data, head)
        assert answer.count(b"HTTP/1.1 ") <= 1, data
        tally()


# ---- logs ------------------------------------------------------------------------------------------------------------


def logs():
    folder = Path(setting("FOOTFALL_TEST_STATE"))
    files = [path for path in (folder / "log").glob("*") if path.is_file()] + list((folder / "nginx").rglob("*.log"))
    return {path: path.read_bytes() for path in files}


def test_no_forged_line_and_no_secret_in_any_log(world, tenant, base_url, host, tally):
    """After requests full of both, through nginx and at the socket, and with failures that are written down."""
    mark = f"zqlog{os.urandom(6).hex()}"
    address = "198.18.77.66"
    person = world.person(f"log@{tenant.marker}.example", "", tenant, "owner")
    browser = world.nobody(address)
    browser.agent = f"Agent {mark}"
    assert browser.sign_in(person.email, PASSWORD).status == 303
    secrets = {
        "password": PASSWORD, "session": browser.cookies[SESSION], "web token": browser.cookies[WEB_TOKEN], "reading key": tenant.read_key,
        "sending key": tenant.send_key, "link": tenant.link_token, "invitation": tenant.invitation_token, "form": browser.form_secret(),
        "wrong password": f"Falsch-{mark}", "address": address, "agent": f"Agent {mark}",
    }
    forged = f"x\r\n2026-01-01T00:00:00Z error web: {mark} forged\n{{\"time\":\"{mark}\"}}\x1b[31m"
    browser.post("/footfall/account/password", {"old": secrets["wrong password"], "password": secrets["wrong password"], "again": "x"})
    world.nobody(address).sign_in(person.email, secrets["wrong password"])
    for path in (f"/footfall/join?token={tenant.invitation_token}", f"/footfall/share/{tenant.link_token}", f"/footfall/password?token={secrets['wrong password']}",
                 f"/footfall/set-up?token={secrets['wrong password']}", f"/dashboard/{q(forged)}", f"{tenant.site_home()}?filter=page,is,{q(forged)}&search={q(forged)}"):
        browser.get(path)
        through_nginx(base_url, "GET", path, headers={
            "Cookie": f"{SESSION}={browser.cookies[SESSION]}", "User-Agent": secrets["agent"], "X-Forwarded-For": address, "Referer": f"http://{mark}.example"})
        tally(2)
    for name in ("HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_COOKIE", "FOOTFALL_REQUEST_ID", "HTTP_X_REQUEST_ID", "FOOTFALL_HOST", "REQUEST_METHOD", "HTTP_ORIGIN", "QUERY_STRING"):
        browser.send("GET", tenant.site_home(), keep=False, **{name: forged})
        tally()
    for key in (tenant.read_key, f"ff_rk_{mark}"):
        for body in (json.dumps({"site": forged, "metrics": [forged]}), forged, json.dumps({"site": tenant.sites[0].domain, "metrics": ["visitors"], "goal": {"event": forged}})):
            world.nobody(address).send("POST", "/api/v1/query", body.encode(), JSON_TYPE, HTTP_AUTHORIZATION=f"Bearer {key}")
            through_nginx(base_url, "POST", "/api/v1/query", body.encode(), {"Content-Type": JSON_TYPE, "Authorization": f"Bearer {key}"})
            tally(2)
    through_nginx(base_url, "POST", "/api/v1/events", json.dumps({"s": tenant.sites[0].key, "u": f"http://localhost/{mark}"}).encode(),
                  {"Content-Type": JSON_TYPE, "Authorization": f"Bearer {tenant.send_key}", "User-Agent": secrets["agent"]})
    # Failures that are written down: the database goes away while somebody asks.
    with psycopg.connect(setting("FOOTFALL_TEST_DATABASE_URL"), autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'footfall_web'")
    for path in (f"{tenant.site_home()}?search={q(forged)}", f"/footfall/join?token={tenant.invitation_token}"):
        browser.get(path)
    client.broken[:] = [one for one in client.broken if one[0] != 503]
    found = []
    written = logs()
    assert any("gateway" in path.name for path in written) and any("access" in path.name for path in written)
    for path, content in written.items():
        text = content.decode(errors="replace")
        for what, secret in secrets.items():
            if secret and (secret in text or q(secret) in text):
                found.append((path.name, what))
        for line in text.splitlines():
            if mark in line and re.match(r"\s*(2026-01-01T|\{\"time\":\"" + mark + ")", line):
                found.append((path.name, "forged", line[:200]))
            if mark in line and "\x1b" in line:
                found.append((path.name, "escape", line[:200]))
    assert found == []
    tally(len(secrets) * len(written))


def test_errors_tell_nothing_of_the_inside(world, tenant, tally):
    """Answers to what goes wrong name no file, query, version or trace."""
    browser = world.browser(tenant.people["owner"])
    answers = [browser.get(path) for path in ("/dashboard/%ff", "/footfall/organisation/99999999999", f"{tenant.site_home()}?filter=%00", "/footfall/nothing")]
    answers += [browser.post(f"{tenant.home}/people/role", {"person": "x", "role": "y"}), world.nobody().send("POST", "/api/v1/query", b"{", JSON_TYPE)]
    for answer in answers:
        for word in (".swift", "PostgreSQL", "psql", "libpq", "SELECT ", "/work/", "/tmp/", "Fatal", "stack", "nginx/", "DatabaseError"):
            assert word not in answer.text, word
        tally()
