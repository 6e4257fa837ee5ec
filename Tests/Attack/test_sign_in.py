"""Guessing passwords and codes, one after the other and a thousand at once.

Who guesses, guesses from one network or from many, at one account or at many, and lies in headers. What slows him down is
kept in the memory of the gateway, which therefore is started anew for each of these.
"""

import base64
import concurrent.futures
import hmac
import os
import re
import statistics
import struct
import time

import pytest
from client import SESSION, WEB_TOKEN
from conftest import LONG
from world import PASSWORD

WRONG = "Falsche-Giraffe-Kompass-3"
# What is free for an account before it waits, and what a network (/24, /64) may fail at once.
FREE, NETWORK = 6, 30


@pytest.fixture
def people(world, fresh_gateway):
    tenant = world.tenant("p")
    return lambda name, role="viewer": world.person(f"{name}@{tenant.marker}.example", "", tenant, role)


def attempt(browser, email, password=WRONG, **parameters):
    """One attempt with a form that is honest in all else; the status says how it was taken."""
    fields = {"email": email, "password": password, "next": ""}
    return browser.post("/footfall/sign-in", fields, keep=False, **parameters)


def looked_at(answers):
    """How many of the guesses were compared with the password."""
    return sum(answer.status == 403 for answer in answers)


def test_one_account_from_one_network(world, people, tally):
    victim = people("one")
    browser = world.nobody()
    answers = [attempt(browser, victim.email) for _ in range(60)]
    assert {answer.status for answer in answers} == {403, 429}
    # The machine may be slow: some seconds are another guess or two.
    assert FREE - 1 <= looked_at(answers) <= FREE + 4
    last = answers[-1]
    assert last.status == 429 and 1 <= int(last.header("Retry-After")) <= 300
    # The right password waits as well, or guesses would be compared nevertheless.
    assert attempt(browser, victim.email, PASSWORD).status == 429
    tally(61)


def test_spellings_of_one_account_are_one_account(world, people, tally):
    victim = people("spelling")
    browser = world.nobody()
    name, _, domain = victim.email.partition("@")
    spellings = [victim.email, victim.email.upper(), victim.email.title(), f" {victim.email}", f"{victim.email} ",
                 f"{name} @{domain}", f"{name}@ {domain}", " ".join(victim.email), f"{name[0].upper()}{name[1:]}@{domain}",
                 f"  {victim.email}  ", victim.email.replace("k", "\u212a"), f"{victim.email}\t", f"{victim.email}\n", f"\u00a0{victim.email}",
                 f"{victim.email}\u200b", f"{victim.email}.", f"{victim.email}\x00", f"{name}+x@{domain}", f"<{victim.email}>"]
    answers = [attempt(browser, spelling) for spelling in spellings * 2]
    real = world.one("select count(*) from audit_entry where person_id = %s and action = 'sign_in_failed'", victim.number)
    assert real <= FREE + 3
    assert looked_at(answers) <= NETWORK + 4
    tally(len(answers))


def test_a_thousand_at_once_are_no_more_than_one_after_the_other(world, people, tally):
    """At one account from a thousand networks: all that is compared is in the audit log of the account."""
    victim = people("parallel")
    number = 1000 if LONG else 300
    browsers = [world.nobody(f"203.{index // 250}.{index % 250}.9") for index in range(number)]
    token, cookies = browsers[0].form_secret(), browsers[0].cookies
    for browser in browsers:
        browser.token, browser.cookies = token, dict(cookies)
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda browser: attempt(browser, victim.email), browsers))
    assert looked_at(answers) <= FREE + 6
    compared = world.one("select count(*) from audit_entry where person_id = %s and action = 'sign_in_failed'", victim.number)
    assert compared <= FREE + 6
    tally(number)


def test_many_accounts_from_one_network(world, people, tally):
    """Its 256 addresses are one network; so are those of an IPv6 /64."""
    victims = [people(f"many{index}").email for index in range(40)] + [f"nobody{index}@zq.example" for index in range(80)]
    for address in (lambda index: f"203.0.113.{index % 256}", lambda index: f"2001:db8:1:2:{index:x}::{index:x}"):
        browsers = [world.nobody(address(index)) for index in range(len(victims))]
        token, cookies = browsers[0].form_secret(), browsers[0].cookies
        for browser in browsers:
            browser.token, browser.cookies = token, dict(cookies)
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda pair: attempt(*pair), zip(browsers, victims)))
        # Ten a minute come back, on a slow machine a few within this test.
        assert looked_at(answers) <= NETWORK + 6, address(1)
        tally(len(victims))


LIES = ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_CLIENT_IP", "HTTP_X_CLIENT_IP", "HTTP_TRUE_CLIENT_IP",
        "HTTP_CF_CONNECTING_IP", "HTTP_X_CLUSTER_CLIENT_IP", "HTTP_X_ORIGINATING_IP", "HTTP_VIA", "HTTP_REMOTE_ADDR"]


def test_lies_about_the_address_open_no_other_bucket(world, people, tally):
    browser = world.nobody()
    answers = []
    for index in range(60):
        lie = f"192.{index}.0.1"
        headers = {name: f"for={lie}" if name == "HTTP_FORWARDED" else lie for name in LIES}
        answers.append(attempt(browser, f"liar{index}@zq.example", **headers))
    assert looked_at(answers) <= NETWORK + 6
    tally(60)


def test_lies_through_nginx_open_no_other_bucket(world, people, base_url, tally):
    """The same where the headers have to pass nginx."""
    from client import encoded, through_nginx

    page = through_nginx(base_url, "GET", "/footfall/sign-in")
    cookie = page.header("Set-Cookie").split(";")[0]
    token = page.form_token
    statuses = []
    for index in range(50):
        lie = f"192.{index}.0.1"
        answer = through_nginx(base_url, "POST", "/footfall/sign-in", encoded([
            ("form_token", token), ("email", f"liar{index}@zq.example"), ("password", WRONG)]), {
            "Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Origin": base_url,
            "Sec-Fetch-Site": "same-origin", "X-Forwarded-For": lie, "X-Real-IP": lie, "Forwarded": f"for={lie}",
            "Remote-Addr": lie, "REMOTE_ADDR": lie, "Footfall-Host": "evil.example", "FOOTFALL_SIGNED_IN_AS": "x@y.example"})
        statuses.append(answer.status)
        time.sleep(0.06)
    assert set(statuses) <= {403, 429} and statuses.count(403) <= NETWORK + 6
    tally(50)


def test_the_owner_elsewhere_is_not_locked_out_for_long(world, people, tally):
    """While somebody guesses from everywhere else, whoever knows the password comes in after the wait that he is told."""
    victim = people("away")
    for index in range(FREE + 3):
        stranger = world.nobody(f"203.7.{index}.1")
        answer = attempt(stranger, victim.email)
        while answer.status == 429 and index < FREE + 2:
            time.sleep(int(answer.header("Retry-After")))
            answer = attempt(stranger, victim.email)
        tally()
    owner = world.nobody("198.51.100.44")
    waited = 0
    while (answer := owner.sign_in(victim.email, PASSWORD)).status == 429:
        seconds = int(answer.header("Retry-After"))
        assert seconds <= 300
        waited += seconds
        assert waited <= 30, "after nine wrong guesses nobody waits half a minute"
        time.sleep(seconds)
    assert answer.status == 303 and owner.is_in


def test_the_owner_on_a_known_network_does_not_notice(world, people, tally):
    """As `Throttle` promises: who has signed in from a network within thirty days does not notice that strangers try
    everywhere else."""
    victim = people("known")
    owner = world.nobody("198.51.100.45")
    assert owner.sign_in(victim.email, PASSWORD).status == 303
    for index in range(FREE + 2):
        attempt(world.nobody(f"203.8.{index}.1"), victim.email)
        tally()
    assert attempt(world.nobody("203.8.200.1"), victim.email).status == 429
    again = world.nobody("198.51.100.45")
    assert again.sign_in(victim.email, PASSWORD).status == 303, "a stranger keeps the owner out of his own network"


def test_strangers_everywhere_do_not_keep_known_networks_out(world, people, tally):
    """Hundreds of networks fail at hundreds of accounts: whoever was here before comes in at once."""
    friend = people("friend")
    before = world.nobody("198.51.100.60")
    assert before.sign_in(friend.email, PASSWORD).status == 303
    browsers = [world.nobody(f"203.{index // 200 + 20}.{index % 200}.1") for index in range(400)]
    token, cookies = browsers[0].form_secret(), browsers[0].cookies
    for browser in browsers:
        browser.token, browser.cookies = token, dict(cookies)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda pair: attempt(pair[1], f"e{pair[0]}@zq.example"), enumerate(browsers)))
    assert looked_at(answers) <= 340
    again = world.nobody("198.51.100.60")
    assert again.sign_in(friend.email, PASSWORD).status == 303
    tally(400)


def test_the_time_does_not_tell_who_is_here(world, people, tally):
    """Medians of many attempts, in pairs, each at an account and from a network of its own."""
    number = 120 if LONG else 60
    known = [people(f"time{index}").email for index in range(number)]
    times = {"known": [], "unknown": []}
    browser = world.nobody()
    token, cookies = browser.form_secret(), browser.cookies
    for index in range(number):
        for kind in ("known", "unknown") if index % 2 else ("unknown", "known"):
            email = known[index] if kind == "known" else f"time{index}@{known[0].split('@')[1][2:]}"
            sender = world.nobody(f"203.{100 + (kind == 'known')}.{index}.1")
            sender.token, sender.cookies = token, dict(cookies)
            started = time.perf_counter()
            answer = attempt(sender, email)
            times[kind].append(time.perf_counter() - started)
            assert answer.status == 403
            tally()
    medians = {kind: statistics.median(values) for kind, values in times.items()}
    # A hash takes some twenty milliseconds; what is beside it must not be seen over a network.
    difference = medians["known"] - medians["unknown"]
    spread = statistics.median(abs(value - medians["unknown"]) for value in times["unknown"])
    print(f"known {medians['known'] * 1000:.2f} ms, unknown {medians['unknown'] * 1000:.2f} ms, spread {spread * 1000:.2f} ms")
    assert abs(difference) < max(0.15 * medians["unknown"], 4 * spread), medians


def test_refusals_look_alike(world, people, tally):
    """Nobody; somebody with a wrong password; somebody without a password; somebody who has a second factor."""
    somebody, without, second = people("alike"), people("without"), people("second")
    world.database.execute("update person set password_hash = null where person_id = %s", (without.number,))
    switch_on(world, second)
    browser = world.nobody()
    texts = set()
    for email in (somebody.email, without.email, second.email, f"nobody@{somebody.email.split('@')[1]}"):
        answer = attempt(browser, email)
        assert answer.status == 403
        texts.add(re.sub(r'(form_token" value=")[^"]*', r"\1", answer.text).replace(email, "EMAIL"))
        tally()
    assert len(texts) == 1


# ---- the second factor -----------------------------------------------------------------------------------------------


def switch_on(world, person):
    secret = os.urandom(20)
    world.database.execute("update person set totp_secret = %s, has_second_factor = true where person_id = %s",
                           (secret, person.number))
    return secret


def totp(secret, step):
    digest = hmac.new(secret, struct.pack(">Q", step), "sha1").digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset:offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def code_token(answer):
    found = re.search(r'name="code_token" value="([^"]+)"', answer.text)
    return found and found[1]


def now_step():
    from conftest import wall_clock

    return int(wall_clock() / 30)


def test_codes_are_guessed_no_faster_than_passwords(world, people, tally):
    """From one network and from hundreds, at once, with as many passwords typed again as one likes."""
    victim = people("codes")
    secret = switch_on(world, victim)
    browser = world.nobody()
    right = {totp(secret, now_step() + offset) for offset in range(-3, 10)}
    wrong = [code for code in (f"{number:06d}" for number in range(0, 400)) if code not in right]
    answer = browser.sign_in(victim.email, PASSWORD)
    assert answer.status == 200 and code_token(answer)
    number = 300 if LONG else 120
    senders = [world.nobody(f"203.9.{index}.1") for index in range(number)]
    for sender in senders:
        sender.token, sender.cookies = browser.token, dict(browser.cookies)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda pair: pair[0].code(code_token(answer), pair[1]), zip(senders, wrong)))
    assert {a.status for a in answers} <= {403, 429}
    assert looked_at(answers) <= FREE + 6
    # Another password attempt gives another token, and no other guesses.
    again = world.nobody("203.10.0.1")
    token = code_token(again.sign_in(victim.email, PASSWORD))
    assert token
    assert again.code(token, wrong[-1]).status == 429
    assert not any(SESSION in sender.cookies for sender in senders)
    tally(number + 2)


def test_a_code_is_good_once(world, people, tally):
    victim = people("replay")
    secret = switch_on(world, victim)
    browsers = [world.nobody(f"203.11.{index}.1") for index in range(8)]
    tokens = [code_token(browser.sign_in(victim.email, PASSWORD)) for browser in browsers]
    code = totp(secret, now_step())
    # All at once: one comes in.
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda index: browsers[index].code(tokens[index], code), range(4)))
    assert sorted(a.status == 303 for a in answers) == [False] * 3 + [True], [a.status for a in answers]
    # Later, and the one before it.
    for browser, token, late in ((browsers[4], tokens[4], code), (browsers[5], tokens[5], totp(secret, now_step() - 1))):
        assert browser.code(token, late).status in (403, 429)
        assert not browser.is_in
    tally(6)


def test_codes_of_other_shapes_are_none(world, people, tally):
    victim = people("shapes")
    secret = switch_on(world, victim)
    code = totp(secret, now_step())
    shapes = ["", " ", "0", code[:5], code + "0", f"0{code}", f"-{code[1:]}", f"+{code}", code.replace(code[0], chr(0x660 + int(code[0])), 1),
              f"{code}\x00", f"{code},{code}", "' or 1=1--", "0" * 1000, "%s", "None", "000000", "null", totp(bytes(20), now_step())]
    for index, shape in enumerate(shapes):
        browser = world.nobody(f"203.12.{index}.1")
        # Forms drop fields with a zero byte, and an empty code is none.
        if shape == code:
            continue
        token = code_token(browser.sign_in(victim.email, PASSWORD))
        assert browser.code(token, shape).status in (403, 429), shape
        assert SESSION not in browser.cookies
        tally()


def test_a_recovery_code_is_good_once(world, people, tally):
    """Made by the program, through its own pages."""
    victim = people("recovery")
    browser = world.browser(victim)
    browser.post("/footfall/account/second-factor/start", {"old": PASSWORD})
    page = browser.get("/footfall/account")
    key = re.search(r'class="key">([A-Z2-7]{32})<', page.text)[1]
    secret = base64.b32decode(key)
    answer = browser.post("/footfall/account/second-factor/confirm", {"code": totp(secret, now_step()), "old": PASSWORD})
    assert answer.status == 200, answer.notice
    codes = re.search(r"<pre.*?<code>(.*?)</code>", answer.text, re.S)[1].split()
    assert len(codes) == 10
    # The code that switched it on is no code to sign in with any more.
    first = world.nobody("203.13.0.1")
    token = code_token(first.sign_in(victim.email, PASSWORD))
    assert first.code(token, totp(secret, world.one("select totp_last_step from person where person_id = %s", victim.number))).status == 403
    browsers = [world.nobody(f"203.13.{index}.1") for index in range(1, 7)]
    tokens = [code_token(b.sign_in(victim.email, PASSWORD)) for b in browsers]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda index: browsers[index].code(tokens[index], codes[0]), range(4)))
    assert [a.status for a in answers].count(303) == 1
    assert browsers[4].code(tokens[4], codes[0]).status in (403, 429)
    assert world.one("select count(*) from recovery_code where person_id = %s", victim.number) == 9
    hashes = world.database.execute("select code_hash from recovery_code where person_id = %s", (victim.number,)).fetchall()
    assert not any(code in row[0] for row in hashes for code in codes)
    tally(7)


def test_of_somebody_elses_codes_none_is_good(world, people, tally):
    """The token of one person's password with the code of another."""
    one, other = people("mine"), people("theirs")
    secret = switch_on(world, one)
    switch_on(world, other)
    browser = world.nobody()
    token = code_token(browser.sign_in(other.email, PASSWORD))
    assert browser.code(token, totp(secret, now_step())).status == 403
    assert browser.code("", totp(secret, now_step())).status == 403
    assert SESSION not in browser.cookies and WEB_TOKEN not in browser.cookies
    tally(2)


def test_a_second_factor_takes_the_password_to_be_set_up(world, people, tally):
    """Whoever sits at a browser that somebody left open cannot lock its owner out: a second factor of his own would."""
    victim = people("left")
    browser = world.browser(victim)
    browser.post("/footfall/account/second-factor/start", {"old": WRONG})
    page = browser.get("/footfall/account")
    found = re.search(r'class="key">([A-Z2-7]{32})<', page.text)
    if found:
        browser.post("/footfall/account/second-factor/confirm",
                     {"code": totp(base64.b32decode(found[1]), now_step()), "old": WRONG})
    assert not world.one("select has_second_factor from person where person_id = %s", victim.number), \
        "a second factor was switched on without the password"
    tally()


def test_passwords_behind_a_session_are_guessed_no_faster(world, people, tally):
    """The forms that ask for the password once more."""
    victim = people("confirm")
    browser = world.browser(victim)
    forms = {
        "/footfall/account/password": {"password": "Zwieback-Okapi-Laterne-9", "again": "Zwieback-Okapi-Laterne-9"},
        "/footfall/account/second-factor/end": {}, "/footfall/account/recovery-codes": {},
        "/footfall/account/delete": {"confirmation": victim.email},
        "/footfall/account/address": {"email": f"other-{victim.email}"},
    }
    notices = []
    for index in range(10):
        for address, fields in forms.items():
            browser.address = f"203.14.{index}.1"
            answer = browser.post(address, {"old": f"{WRONG}{index}", **fields}, keep=False)
            assert answer.status in (422, 429)
            notices.append(answer.notice)
            tally()
    compared = sum("not your password" in notice for notice in notices)
    assert compared <= FREE + 4, compared
