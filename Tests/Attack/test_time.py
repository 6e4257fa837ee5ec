"""What is good for a time only, under a clock that is set: web tokens, sessions, codes, links, invitations.

The stack's wall clock is a file (tools/parts/clock.sh); what waits goes by another one.
"""

import os
import re
from pathlib import Path

import pytest
from client import SESSION, WEB_TOKEN, Browser
from conftest import restart_gateway
from test_sign_in import code_token, now_step, switch_on, totp
from world import PASSWORD

MINUTE, HOUR, DAY = 60, 3600, 86400

pytestmark = pytest.mark.skipif(not os.environ.get("FOOTFALL_RUN_CLOCK"), reason="the stack runs by the machine's clock")


@pytest.fixture
def clock():
    file = Path(os.environ["FOOTFALL_RUN_CLOCK"])
    before = float(file.read_text())

    def advance(seconds):
        now = float(file.read_text()) + seconds
        temporary = file.with_suffix(".new")
        temporary.write_text(f"{now:+f}")
        temporary.chmod(0o644)
        temporary.replace(file)

    yield advance
    advance(before - float(file.read_text()))


@pytest.fixture(scope="module", autouse=True)
def quiet():
    restart_gateway()
    yield
    # Tokens that were made in what is the future now must not outlive this module.
    restart_gateway()


@pytest.fixture
def tenant(world):
    return world.tenant("z")


def only(world, browser, name):
    return Browser(world.web, world.host, "198.51.100.88", {name: browser.cookies[name]})


def test_a_web_token_ends_and_is_not_good_before_its_time(world, tenant, clock, tally):
    browser = world.nobody()
    assert browser.sign_in(tenant.people["viewer"].email, PASSWORD).status == 303
    token = only(world, browser, WEB_TOKEN)
    assert token.is_in
    clock(4 * MINUTE)
    assert token.is_in
    clock(1 * MINUTE + 2)
    assert not token.is_in
    # The session gives another one, which is good.
    assert browser.is_in and only(world, browser, SESSION).is_in
    browser.get("/footfall/account")
    fresh = only(world, browser, WEB_TOKEN)
    assert fresh.is_in
    # A clock that goes back more than it may differ: not good yet.
    clock(-3 * MINUTE)
    assert not fresh.is_in
    tally(5)


def test_a_session_that_is_idle_or_old_ends(world, database, tenant, clock, tally):
    browser = world.nobody()
    browser.sign_in(tenant.people["viewer"].email, PASSWORD)
    session = only(world, browser, SESSION)
    clock(11 * HOUR)
    assert session.is_in
    clock(11 * HOUR)
    assert session.is_in, "who comes back in time stays in"
    clock(12 * HOUR + MINUTE)
    assert not session.is_in
    clock(-13 * HOUR)
    assert not session.is_in, "over is over, also when the clock is put back"
    # Used all the time, it ends after seven days nevertheless.
    browser = world.nobody()
    browser.sign_in(tenant.people["viewer"].email, PASSWORD)
    session = only(world, browser, SESSION)
    for _ in range(16):
        clock(10 * HOUR)
        assert session.is_in
    clock(9 * HOUR)
    assert not session.is_in
    tally(6)


def test_a_codes_token_ends(world, tenant, clock, tally):
    person = tenant.people["viewer"]
    secret = switch_on(world, person)
    browser = world.nobody()
    token = code_token(browser.sign_in(person.email, PASSWORD))
    clock(11 * MINUTE)
    assert browser.code(token, totp(secret, now_step())).status == 403
    assert SESSION not in browser.cookies
    # With one of now it would have been right; and codes of other times are not.
    token = code_token(browser.sign_in(person.email, PASSWORD))
    for offset in (-3, -2, 2, 3):
        assert browser.code(token, totp(secret, now_step() + offset)).status == 403, offset
        tally()
    assert browser.code(token, totp(secret, now_step())).status == 303
    # The clock goes back: a code that comes before the last one is of no use.
    clock(-5 * MINUTE)
    again = world.nobody("203.0.113.33")
    token = code_token(again.sign_in(person.email, PASSWORD))
    if token:
        assert again.code(token, totp(secret, now_step())).status == 403
    tally(2)


def test_a_links_proof_ends(world, tenant, clock, tally):
    number, token = world.link(tenant, tenant.sites[0], password_hash=world.password_hash())
    reader = world.nobody()
    reader.token = reader.get(f"/footfall/share/{token}").form_token
    assert reader.post(f"/footfall/share/{token}", {"password": PASSWORD}).status == 303
    clock(11 * HOUR)
    assert 'type="password"' not in reader.get(f"/footfall/share/{token}").text
    clock(1 * HOUR + MINUTE)
    assert 'type="password"' in reader.get(f"/footfall/share/{token}").text
    tally(2)


def test_invitations_and_links_for_passwords_end(world, tenant, clock, tally):
    import subprocess

    owner = world.browser(tenant.people["owner"])
    answer = owner.post(f"{tenant.home}/people/invite", {"email": f"late@{tenant.marker}.example", "role": "viewer"})
    invitation = re.search(r"token=([\w-]+)", answer.text)[1]
    text = subprocess.run([os.environ["FOOTFALL_TEST_BINARY"], "user", "reset", tenant.people["viewer"].email], capture_output=True, text=True).stdout
    password = re.search(r"token=([\w-]+)", text)[1]
    stranger = world.nobody()
    assert stranger.get(f"/footfall/join?token={invitation}").status == 200
    assert stranger.get(f"/footfall/password?token={password}").status == 200
    clock(24 * HOUR + MINUTE)
    assert stranger.get(f"/footfall/password?token={password}").status == 404
    assert stranger.get(f"/footfall/join?token={invitation}").status == 200
    clock(6 * DAY)
    assert stranger.get(f"/footfall/join?token={invitation}").status == 404
    tally(4)


def test_keys_end(world, tenant, clock, tally):
    import json

    from client import JSON_TYPE

    owner = world.browser(tenant.people["owner"])
    answer = owner.post(f"{tenant.home}/keys/add", {"name": "Short", "scope": "read", "days": 2})
    key = re.search(r"ff_rk_\w+", answer.text)[0]
    body = json.dumps({"site": tenant.sites[0].domain, "metrics": ["visitors"], "period": "7d"}).encode()

    def ask():
        return world.nobody().send("POST", "/api/v1/query", body, JSON_TYPE, HTTP_AUTHORIZATION=f"Bearer {key}").status

    assert ask() == 200
    clock(2 * DAY - HOUR)
    assert ask() == 200
    clock(HOUR + MINUTE)
    assert ask() == 401
    tally(3)


def test_keys_of_tokens_change(world, tenant, fresh_gateway, clock, tally):
    """They are in memory and rotate; a token of two keys ago verifies no more, even if it were not over."""
    browser = world.nobody()
    browser.sign_in(tenant.people["viewer"].email, PASSWORD)
    token = only(world, browser, WEB_TOKEN)
    for _ in range(2):
        clock(HOUR + MINUTE)
        browser.get("/footfall/account")
    clock(-2 * HOUR - 2 * MINUTE)
    assert not token.is_in
    tally()
