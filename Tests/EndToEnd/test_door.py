"""The closed door: who is nobody sees nothing, who signs in sees everything, who signs out nothing again."""

import json
import re
import subprocess
import urllib.parse

import pytest
from conftest import wait_for
from support import door

SITE = "/dashboard/shop.example"
PAGES = [
    "/dashboard", SITE, SITE + "?period=today&filter=page,is,/shop", *(
        f"{SITE}/{page}" for page in (
            "realtime", "pages", "sources", "locations", "devices", "events", "goals", "quality", "inspector", "privacy",
            "pages.csv?period=today", "settings")),
    "/footfall/account", "/footfall/organisation/1", "/footfall/organisation/1/people", "/footfall/organisation/1/keys",
    "/footfall/organisation/1/brand", "/footfall/organisation/1/audit", "/footfall/organisation/1/audit.csv",
]
QUESTION = b'{"site":"shop.example","period":"today","metrics":["visitors","pageviews"]}'
JSON = {"Content-Type": "application/json"}
# On a page of numbers, and nowhere else.
SEEN = "/shop/only-for-readers"


@pytest.fixture(scope="module")
def stranger(base_url):
    return door.Session(base_url)


@pytest.fixture(scope="module", autouse=True)
def visited(base_url, database):
    body = json.dumps({"s": "demo", "u": f"http://localhost{SEEN}"}).encode()
    assert door.Session(base_url).call("/e", body, {"Content-Type": "text/plain", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Door/1.0"}).status == 204
    assert wait_for(lambda: database.execute("select 1 from event_text where path = %s", (SEEN,)).fetchone())


def test_readers_see_what_strangers_are_not_to_see(session):
    """Else the tests below would prove nothing."""
    assert SEEN in session.read(SITE + "/pages?period=today&search=only-for-readers")
    assert SEEN in session.read(SITE + "/pages.csv?period=today&search=only-for-readers")


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_the_sign_in_and_back(base_url, path):
    stranger = door.Session(base_url)
    answer = stranger.call(path)
    assert answer.status == 303
    way = urllib.parse.urlsplit(answer.location)
    assert way.path == door.SIGN_IN and urllib.parse.parse_qs(way.query) == {"next": [path]}
    assert answer.body == b""
    # Nor does the way say whether there is such a page.
    page = stranger.read(answer.location)
    assert SEEN not in page and "shop.example</" not in page


def test_a_site_that_does_not_exist_looks_to_strangers_like_one_that_does(stranger):
    known, unknown = (stranger.call(f"/dashboard/{site}") for site in ("shop.example", "nobody.example"))
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert known.location.replace("shop.example", "nobody.example") == unknown.location


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer ff_rk_none"}, {"Authorization": "Bearer "}, {"Authorization": "Basic ff_rk_none"}])
def test_a_question_without_a_key_is_answered_401(stranger, headers):
    answer = stranger.call("/api/v1/query", QUESTION, JSON | headers)
    assert answer.status == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert set(json.loads(answer.text)) == {"error"}


def test_a_sign_in_is_no_key_and_a_key_is_no_sign_in(session, stranger, key):
    assert session.call("/api/v1/query", QUESTION, JSON).status == 401
    assert stranger.call("/api/v1/query", QUESTION, JSON | door.bearer(key)).status == 200
    assert stranger.call(SITE, headers=door.bearer(key)).status == 303


def test_a_key_for_sending_reads_nothing(session, stranger):
    organisation = re.search(r"/footfall/organisation/\d+", session.read("/dashboard"))[0]
    answer = session.send(f"{organisation}/keys/add", page=f"{organisation}/keys", name="Sender", scope="send")
    secret = re.search(r"ff_sk_[A-Za-z0-9_-]+(?=</code></pre>)", answer.text)[0]
    assert stranger.call("/api/v1/query", QUESTION, JSON | door.bearer(secret)).status == 401


def test_a_form_from_elsewhere_is_not_taken(base_url):
    session = door.come_in(base_url, {})
    page = session.read("/footfall/account")
    token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urllib.parse.urlencode({"form_token": token, "name": "Changed"}).encode()
    for headers in (
        {}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": base_url, "Sec-Fetch-Site": "cross-site"},
        {"Origin": base_url, "Sec-Fetch-Site": "same-site"},
    ):
        assert session.call("/footfall/account/name", body, kind | headers).status == 403, headers
    other = door.come_in(base_url, {}).read("/footfall/account")
    for wrong in ("", "x", re.search(r'name="form_token" value="([^"]+)"', other)[1]):
        body = urllib.parse.urlencode({"form_token": wrong, "name": "Changed"}).encode()
        assert session.call("/footfall/account/name", body, kind | {"Origin": base_url}).status == 403, wrong
    assert "Changed" not in session.read("/footfall/account")
    # And one of the page's own is.
    assert session.send("/footfall/account/name", page="/footfall/account", name="Changed").status == 303
    assert "Changed" in session.read("/footfall/account")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_person_signs_in_sees_the_page_that_they_wanted_and_signs_out(visitor, base_url, has_script):
    person = door.Person().add({})
    page = visitor("Guest", java_script_enabled=has_script)
    wanted = f"{base_url}{SITE}/pages?period=today"
    page.goto(wanted)
    assert page.url.startswith(base_url + door.SIGN_IN)
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill("not the password of it")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").is_visible() and SEEN not in page.content()
    page.get_by_label("Password").fill(person.password)
    page.get_by_role("button", name="Sign in").click()
    assert page.url == wanted
    for cookie in page.context.cookies():
        assert cookie["secure"] and cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["name"].startswith("__Host-")
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    page.goto(base_url + "/footfall/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    assert page.url.startswith(base_url + door.SIGN_IN)
    page.goto(wanted)
    assert page.url.startswith(base_url + door.SIGN_IN)
    # The session has ended on the server, not only in this browser.
    thief = door.Session(base_url)
    thief.cookies = kept
    assert thief.call(SITE).status == 303


def footfall(*words):
    done = subprocess.run([door.BINARY, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def test_an_operators_links_open_once_and_end_what_was_there(base_url):
    person = door.Person()
    first = footfall("user", "add", person.email, "--organisation", door.ORGANISATION, "--role", "viewer")
    assert first.startswith(base_url + "/footfall/password?token=")
    assert person.email in footfall("user", "list")

    def choose(link):
        path = link.removeprefix(base_url)
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["token"][0]
        stranger = door.Session(base_url)
        page = stranger.read(path)
        # Looking at it does not use it up: mail programs look at links.
        assert stranger.read(path)
        new = {"token": token, "password": person.password, "again": person.password}
        assert stranger.send_from(page, "/footfall/password", **new).status == 303
        assert stranger.send_from(page, "/footfall/password", **new).status != 303
        assert door.Session(base_url).call(path).status != 200

    choose(first)
    session = door.Session(base_url).sign_in(person)
    assert session.call(SITE).status == 200
    assert session.call(SITE + "/settings").status == 404, "a viewer sets nothing, and does not see that one could"
    second = footfall("user", "reset", person.email)
    assert session.call(SITE).status == 303, "all sessions end"
    person.password = door.Person().password
    choose(second)
    assert door.Session(base_url).sign_in(person).call(SITE).status == 200


def test_the_set_up_is_over_once_somebody_is_here(base_url, session):
    done = subprocess.run([door.BINARY, "user", "set-up"], capture_output=True, text=True)
    assert done.returncode == 78 and "somebody has an account already" in done.stderr
    assert door.Session(base_url).call("/footfall/set-up?token=made-up").status != 200


def test_visitors_are_given_no_cookie(visitor, base_url):
    page = visitor("Cookieless")
    page.goto(base_url + "/shop/")
    page.get_by_role("link", name="Morning cup").click()
    assert page.context.cookies() == []
