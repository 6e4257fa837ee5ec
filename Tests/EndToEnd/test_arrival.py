"""Coming in for the first time, in a real browser and on an empty installation: every page on the way, and how it looks.
A stack of its own."""

import base64
import hashlib
import hmac
import os
import re
import struct
import subprocess
import time

import pytest
from support import door
from support.looks import look
from stacks import BINARY, Stack


def empty(stack):
    """Nobody is to be there."""
    stack.session = door.Session(stack.base)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack.of_its_own(tmp_path_factory, "arrival", empty) as stack:
        yield stack


def footfall(stack, *words):
    done = subprocess.run([BINARY, *words], capture_output=True, text=True, env=os.environ | stack.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def code(key, shift=0):
    """What an authenticator app shows (RFC 6238)."""
    step = struct.pack(">Q", int(time.time()) // 30 + shift)
    digest = hmac.new(base64.b32decode(key + "=" * (-len(key) % 8)), step, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place:place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_from_nobody_to_two_people_with_a_second_factor(stack, visitor):
    base, owner = stack.base, door.Person()
    found = []
    page = visitor("Owner")
    page.goto(f"{base}/footfall/sign-in")
    assert "Nobody is here yet" in page.content()
    found += look(page, "arrival-nobody")

    page.goto(f"{base}/footfall/set-up?token=made-up")
    found += look(page, "arrival-gone")
    page.goto(footfall(stack, "user", "set-up"))
    found += look(page, "arrival-set-up")
    page.get_by_label("Organisation").fill("Example & Sons")
    page.get_by_label("Your e-mail address").fill(owner.email)
    page.locator("input[name=password]").fill("short")
    page.locator("input[name=again]").fill("short")
    page.get_by_role("button", name="Set up").click()
    assert page.get_by_role("alert").inner_text().startswith("Not set up:")
    found += look(page, "arrival-set-up-refused")
    page.locator("input[name=password]").fill(owner.password)
    page.locator("input[name=again]").fill(owner.password)
    page.get_by_role("button", name="Set up").click()
    assert page.url == f"{base}/dashboard"

    # The second factor, with the code that a telephone reads.
    page.goto(f"{base}/footfall/account")
    card = page.locator("#second-factor")
    card.get_by_label("Your password now").fill(owner.password)
    card.get_by_role("button", name="Set up").click()
    assert page.get_by_role("img", name="Code for the app").is_visible()
    found += look(page, "arrival-second-factor")
    key = page.locator("code.key").inner_text().replace(" ", "")
    card.get_by_role("textbox", name="Code").fill(code(key))
    card.get_by_role("button", name="Switch on").click()
    codes = page.get_by_role("region", name="To be copied").inner_text().split()
    assert len(codes) == 10
    found += look(page, "arrival-recovery-codes")

    # Somebody else comes by an invitation.
    home = re.search(r"/footfall/organisation/\d+", page.content())[0]
    page.goto(f"{base}{home}/people")
    page.locator("#invite").get_by_role("button", name="Make the link").click()
    found += look(page, "arrival-invited")
    link = page.get_by_role("region", name="To be copied").inner_text().strip()
    guest = door.Person()
    other = visitor("Guest")
    other.goto(link)
    found += look(other, "arrival-join")
    other.get_by_label("Your e-mail address").fill(guest.email)
    other.get_by_label("Password").fill(guest.password)
    other.get_by_role("button", name="Make an account and join").click()
    assert other.url == f"{base}/dashboard" and "Example & Sons" in other.inner_text("main")

    # Out, and in again by both steps.
    page.goto(f"{base}/footfall/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    found += look(page, "arrival-sign-in")
    page.get_by_label("E-mail address").fill(owner.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").inner_text().startswith("Not signed in:")
    found += look(page, "arrival-sign-in-refused")
    page.get_by_label("Password").fill(owner.password)
    page.get_by_role("button", name="Sign in").click()
    found += look(page, "arrival-code")
    page.get_by_role("textbox", name="Code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    assert page.url == f"{base}/dashboard"

    # A link for a password, of the operator's.
    stranger = visitor("Stranger")
    stranger.goto(footfall(stack, "user", "reset", guest.email))
    found += look(stranger, "arrival-password")
    new = door.Person().password
    stranger.locator("input[name=password]").fill(new)
    stranger.locator("input[name=again]").fill(new)
    stranger.get_by_role("button", name="Set the password").click()
    stranger.get_by_label("E-mail address").fill(guest.email)
    stranger.get_by_label("Password").fill(new)
    stranger.get_by_role("button", name="Sign in").click()
    assert stranger.url == f"{base}/dashboard"
    assert found == []
