"""Sessions: planted, stolen, revoked, and what the browser is told about their cookies."""

import os

import pytest
from client import AGENT, FORMS, SESSION, WEB_TOKEN, Browser
from conftest import restart_gateway
from world import PASSWORD, sha256

ANOTHER = "Zwieback-Okapi-Laterne-9"


@pytest.fixture(scope="module", autouse=True)
def quiet():
    """What other tests guessed is forgotten."""
    restart_gateway()


@pytest.fixture
def tenant(world):
    return world.tenant("s")


def stolen(browser):
    """What somebody has who read the cookies of a browser: all, and each alone."""
    copies = [dict(browser.cookies)] + [{name: value} for name, value in browser.cookies.items()]
    return [Browser(browser.web, browser.host, "203.0.113.77", copy) for copy in copies]


def test_a_planted_cookie_is_worthless_after_the_sign_in(world, tenant, tally):
    """Session fixation: with a session that an attacker knows, of his own, of nobody, and a seed of forms that he chose."""
    person, attacker = tenant.people["viewer"], tenant.people["guest"]
    other = world.browser(attacker)
    other.get("/footfall/account")
    for planted in ({SESSION: attacker.token}, {SESSION: "A" * 43}, {SESSION: attacker.token, WEB_TOKEN: other.cookies[WEB_TOKEN]},
                    {FORMS: "known-to-the-attacker"}, {WEB_TOKEN: other.cookies[WEB_TOKEN]}, {SESSION: ""},
                    {SESSION: attacker.token, FORMS: "known-to-the-attacker"}):
        victim = Browser(world.web, world.host, "198.51.100.20", dict(planted))
        page = victim.get("/footfall/sign-in", keep=False)
        victim.keep(page)
        if page.status == 303:  # signed in already, as the attacker: the victim signs out of it, or sends the form
            victim.token = victim.form_secret()
        else:
            victim.token = page.form_token
        before = dict(victim.cookies)
        answer = victim.post("/footfall/sign-in", {"email": person.email, "password": PASSWORD, "next": ""})
        assert answer.status == 303
        assert victim.cookies[SESSION] not in planted.values() and victim.cookies[SESSION] not in before.values()
        assert victim.cookies[WEB_TOKEN] not in planted.values()
        assert FORMS not in victim.cookies
        assert person.email in victim.get("/footfall/account").text
        # What was planted opens at most what it did before.
        with_planted = Browser(world.web, world.host, cookies=dict(planted))
        assert person.email not in with_planted.get("/footfall/account").text
        tally()
        _, token = world.session(attacker.number)
        attacker.token = token
        other = world.browser(attacker)
        other.get("/footfall/account")


def test_each_sign_in_has_cookies_of_its_own(world, tenant, tally):
    person = tenant.people["viewer"]
    seen = set()
    for index in range(5):
        browser = world.nobody(f"198.51.{index}.1")
        assert browser.sign_in(person.email, PASSWORD).status == 303
        seen |= {browser.cookies[SESSION], browser.cookies[WEB_TOKEN]}
        assert len(browser.cookies[SESSION]) >= 43
        stored = world.one("select count(*) from person_session where token_hash = %s", sha256(browser.cookies[SESSION]))
        assert stored == 1, "the cookie's hash is what is kept"
        tally()
    assert len(seen) == 10
    whole = str(world.database.execute("select * from person_session").fetchall())
    assert not any(secret in whole for secret in seen)


def test_cookies_are_kept_from_scripts_hosts_and_other_sites(world, tenant, tally):
    browser = world.nobody()
    answers = [browser.get("/footfall/sign-in")]
    browser.token = answers[0].form_token
    answers.append(browser.post("/footfall/sign-in", {"email": tenant.people["viewer"].email, "password": PASSWORD, "next": ""}))
    only_session = Browser(world.web, world.host, cookies={SESSION: browser.cookies[SESSION]})
    answers.append(only_session.get("/dashboard"))
    browser.token = None
    answers.append(browser.post("/footfall/sign-out"))
    lines = [line for answer in answers for line in answer.all("Set-Cookie")]
    assert len(lines) >= 6
    for line in lines:
        name, *attributes = [part.strip() for part in line.split(";")]
        assert name.startswith("__Host-"), line
        assert {"Secure", "HttpOnly", "Path=/"} <= set(attributes), line
        assert "SameSite=Lax" in attributes or "SameSite=Strict" in attributes, line
        assert not any(attribute.startswith("Domain") for attribute in attributes), line
        tally()
    # Nothing of it stands in a page or an address.
    for answer in answers:
        for secret in browser.cookies.values():
            assert not secret or secret not in answer.text
            assert not secret or secret not in (answer.header("Location") or "")


def test_signing_out_ends_it_for_whoever_has_the_cookies(world, tenant, tally):
    browser = world.nobody()
    browser.sign_in(tenant.people["viewer"].email, PASSWORD)
    thieves = stolen(browser)
    assert all(thief.is_in for thief in thieves)
    assert browser.post("/footfall/sign-out").status == 303
    for thief in thieves:
        assert not thief.is_in
        tally()
    assert SESSION not in browser.cookies and WEB_TOKEN not in browser.cookies


ENDS = {
    "revoked from elsewhere": lambda world, victim, browser, session, owner: browser.post(
        "/footfall/account/session/revoke", {"session": session}),
    "revoked with all others": lambda world, victim, browser, session, owner: browser.post("/footfall/account/sessions/revoke"),
    "another password": lambda world, victim, browser, session, owner: browser.post(
        "/footfall/account/password", {"old": PASSWORD, "password": ANOTHER, "again": ANOTHER}),
    "the account deleted": lambda world, victim, browser, session, owner: browser.post(
        "/footfall/account/delete", {"old": PASSWORD, "confirmation": victim.email}),
    "reset by the operator": lambda world, victim, browser, session, owner: __import__("subprocess").run(
        [os.environ["FOOTFALL_TEST_BINARY"], "user", "reset", victim.email], check=True, capture_output=True),
}


@pytest.mark.parametrize("how", ENDS)
def test_an_ended_session_is_over_at_once(world, tenant, how, tally):
    """Also for whoever has the short-lived token alone, which would be good for minutes."""
    victim = tenant.people["viewer"]
    there = world.nobody("203.0.113.50")
    there.sign_in(victim.email, PASSWORD)
    session = world.one("select person_session_id from person_session where token_hash = %s", sha256(there.cookies[SESSION]))
    here = world.browser(victim)
    thieves = stolen(there)
    assert len(thieves) == 3 and all(thief.is_in for thief in thieves)
    done = ENDS[how](world, victim, here, session, tenant)
    assert getattr(done, "status", 303) == 303, done.notice
    for thief in thieves:
        assert not thief.is_in, how
        answer = thief.post("/footfall/account/name", {"name": "Ghost"}, token=there.token or "x", keep=False)
        assert answer.status == 403
        tally()
    assert here.is_in == (how not in ("the account deleted", "reset by the operator"))


def test_who_is_taken_out_sees_nothing_more_at_once(world, tenant, tally):
    """Without a sign-in in between: roles, teams and single sites are looked up with every request."""
    owner = world.browser(tenant.people["owner"])
    viewer, guest = world.browser(tenant.people["viewer"]), world.browser(tenant.people["guest"])
    editor = world.browser(tenant.people["editor"])
    assert viewer.get(tenant.site_home()).status == guest.get(tenant.site_home()).status == 200
    assert editor.get(tenant.site_home() + "/settings").status == 200
    assert owner.post(f"{tenant.home}/people/role", {"person": tenant.people["editor"].number, "role": "viewer"}).status == 303
    assert editor.get(tenant.site_home() + "/settings").status == 404
    assert owner.post(f"{tenant.home}/people/remove", {"person": tenant.people["viewer"].number, "confirmation": "yes"}).status == 303
    for page in ("", "/pages", "/pages.csv", "/quality"):
        assert viewer.get(tenant.site_home() + page).status == 404
        tally()
    assert viewer.get(tenant.home).status == 404
    guest_number = tenant.people["guest"].number
    assert owner.post(f"{tenant.site_home()}/settings/access/take", {"holder": f"person-{guest_number}"}).status == 303
    assert guest.get(tenant.site_home()).status == 200, "there is the team still"
    assert owner.post(f"{tenant.home}/teams/remove-member", {"team": tenant.team, "person": guest_number}).status == 303
    assert guest.get(tenant.site_home()).status == 404
    tally(4)


def test_a_session_is_nobody_elses(world, tenant, tally):
    """The session's number of one person in the form of another."""
    _, other = world.fresh(tenant.people["admin"])
    victim = tenant.people["viewer"]
    victim_browser = world.browser(victim)
    answer = other.post("/footfall/account/session/revoke", {"session": victim.session})
    assert answer.status == 422 and victim_browser.is_in
    for number in ("0", "-1", "99999999999999999999", "x", "", str(victim.session) + "x", f"{victim.session} or 1=1"):
        assert other.post("/footfall/account/session/revoke", {"session": number}, keep=False).status == 422
        tally()
    assert victim_browser.is_in
    # What is shown of sessions is one's own.
    assert "203.0.113" not in world.browser(tenant.people["admin"]).get("/footfall/account").text.replace("198.51.100", "")


def test_cookies_of_many_kinds_open_nothing(world, tenant, tally):
    token = tenant.people["owner"].token
    values = ["", "x", token[:-1], token + "0", token.upper(), sha256(token), token + " ", "\x00" + token, f'"{token}"', token * 3,
              "' or '1'='1", "%00", "../../etc/passwd", "null", "0", "-1", "A" * 64, "A" * 8000, str(tenant.people["owner"].session)]
    for value in values:
        for name in (SESSION, WEB_TOKEN):
            answer = Browser(world.web, world.host, cookies={name: value}).get("/footfall/account")
            assert answer.status == 303, (name, value[:50])
            tally()
    # Names that only look like the cookie's.
    for name in ("footfall-session", "__Host-footfall-sessio", "x__Host-footfall-session", "__host-footfall-session", "__Secure-footfall-session",
                 "__Host-footfall-session "):
        assert Browser(world.web, world.host, cookies={name: token}).get("/footfall/account").status == 303, name
        tally()


def test_what_is_kept_of_a_sign_in_is_little(world, tenant, tally):
    """No whole address, no user agent."""
    person = tenant.people["viewer"]
    for address in ("198.51.100.123", "2001:db8:aaaa:bbbb:cccc::123"):
        browser = world.nobody(address)
        browser.sign_in(person.email, PASSWORD)
        text = str(world.database.execute("select device, network from person_session").fetchall()
                   + world.database.execute("select object, network, person_name from audit_entry").fetchall())
        assert address not in text and AGENT not in text and ":cccc" not in text and ":bbbb" not in text
        tally()
