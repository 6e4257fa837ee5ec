"""Forms from elsewhere (CSRF): every form of the program, with everything wrong that a foreign page can make wrong."""

import http.server
import re
import threading

import pytest
from client import FORMS as FORMS_COOKIE
from client import SESSION, WEB_TOKEN, Browser, encoded
from conftest import LONG
from routes import FOR_PROGRAMS, FOR_STRANGERS, FORMS, table
from world import changes, snapshot

JSON = "application/json"


@pytest.fixture(scope="module")
def tenant(world):
    return world.tenant("f")


def test_every_route_that_changes_something_is_attacked(tally):
    """A route that nobody has written an attack for is a finding."""
    posts = {name for name, (method, _) in table().items() if method == "POST"}
    assert len(posts) >= 40
    assert posts == set(FORMS) | FOR_PROGRAMS
    tally(len(posts))


def test_addresses_are_the_programs(tenant, tally):
    for name, (method, pattern) in table().items():
        if name in FORMS:
            address = FORMS[name](tenant, tenant)[0]
            assert re.fullmatch(re.sub(r":\w+", "[^/]+", pattern.strip('"')), address), name
            tally()


def sender(world, tenant, name):
    """Who could send it: somebody signed in, or a stranger with the cookie of the forms."""
    if name in FOR_STRANGERS - {"signOut"}:
        browser = world.nobody()
        browser.form_secret()
        assert FORMS_COOKIE in browser.cookies
        return browser
    return world.browser(tenant.people["owner"])


def forgeries(browser, world, tenant, own):
    """Ways in which a form can be forged: name → what differs from an honest one."""
    # Of somebody else; of whoever is not signed in; once more as the other half.
    other = world.browser(tenant.people["admin"]).form_secret()
    stranger = world.nobody().form_secret()
    evil = "http://evil.example"
    port = browser.origin.rsplit(":", 1)[0] + ":1"
    return {
        "no secret": {"token": None},
        "an empty secret": {"token": ""},
        "another session's secret": {"token": other if own != other else stranger},
        "a stranger's secret": {"token": stranger},
        "a secret with a bit turned": {"token": ("A" if own[0] != "A" else "B") + own[1:]},
        "half a secret": {"token": own[: len(own) // 2]},
        "a secret of zeros": {"token": "A" * len(own)},
        "a secret with padding": {"token": own + "="},
        "a foreign origin": {"origin": evil},
        "a foreign origin that begins like ours": {"origin": browser.origin + ".evil.example"},
        "a foreign origin that ends like ours": {"origin": f"http://evil.example/{browser.host}"},
        "another port": {"origin": port},
        "another scheme": {"origin": browser.origin.replace("http:", "https:")},
        "an origin in capitals with a blank": {"origin": " " + browser.origin.upper()},
        "two origins": {"origin": f"{browser.origin} {evil}"},
        "an opaque origin": {"origin": "null"},
        "an opaque origin, said to be the same": {"origin": "null", "site": "same-origin"},
        "an empty origin": {"origin": ""},
        "cross-site": {"site": "cross-site"},
        "same-site": {"site": "same-site"},
        "none": {"site": "none"},
        "an unknown word for where from": {"site": "same-origin, cross-site"},
        "cross-site without an origin": {"site": "cross-site", "origin": None},
        "no headers at all": {"site": None, "origin": None},
        "a referrer instead of an origin": {"site": None, "origin": None, "HTTP_REFERER": browser.origin + "/dashboard"},
        "a foreign origin and all the rest right": {"site": None, "origin": evil},
        "another host's origin and host": {"origin": evil, "FOOTFALL_HOST": None, "HTTP_HOST": None},
    }


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_forged_form_changes_nothing(world, tenant, database, name, tally):
    address, fields = FORMS[name](tenant, tenant)
    browser = sender(world, tenant, name)
    own = browser.form_secret()
    before = snapshot(database)
    for what, difference in forgeries(browser, world, tenant, own).items():
        answer = browser.post(address, fields, keep=False, **difference)
        assert answer.status == 403, (what, answer.status)
        # Nothing comes of it for whoever sent it, either.
        assert not any(line.startswith((SESSION + "=", WEB_TOKEN + "=")) and "Max-Age=0" not in line
                       for line in answer.all("Set-Cookie")), what
        tally()
    # As other kinds of bodies, which a page may send without asking first.
    for type in ("text/plain", JSON, "", "multipart/form-data", "application/x-www-form-urlencoded;charset=utf-7"):
        answer = browser.post(address, fields, token=None, type=type, keep=False)
        assert answer.status == 403, type
        tally()
    # The secret in the address instead of the body.
    answer = browser.post(f"{address}?form_token={own}", fields, token=None, keep=False)
    assert answer.status == 403
    # By other methods. Some addresses are pages as well; what they show must not have changed anything.
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "Post", "POST ", "X"):
        query = encoded([("form_token", own), *fields.items()]).decode()
        for body in (b"", encoded([("form_token", own), *fields.items()])):
            answer = browser.send(
                method, f"{address}?{query}", body, "application/x-www-form-urlencoded", keep=False,
                HTTP_ORIGIN=browser.origin, HTTP_SEC_FETCH_SITE="same-origin",
                HTTP_X_HTTP_METHOD_OVERRIDE="POST", HTTP_X_METHOD_OVERRIDE="POST")
            assert answer.status in (200, 303, 404, 405), (method, answer.status)
            if answer.status == 303:  # to the sign-in, or away from it for who is signed in already
                assert method in ("GET", "HEAD") and answer.header("Location").startswith(("/footfall/sign-in", "/dashboard"))
            tally()
    # The secret hangs on a cookie: without it, or with another one, it is worthless.
    for cookies in ({}, {SESSION: "x"}, {FORMS_COOKIE: "x"}, {WEB_TOKEN: "x"}):
        answer = browser.send(
            "POST", address, encoded([("form_token", own), *fields.items()]), "application/x-www-form-urlencoded",
            cookies=cookies, keep=False, HTTP_ORIGIN=browser.origin, HTTP_SEC_FETCH_SITE="same-origin")
        assert answer.status == 403, cookies
        tally()
    assert changes(before, snapshot(database)) == []


def test_no_page_of_elsewhere_erases_a_visitors_data(world, tenant, tally):
    """The button stands on a page that caches keep, without a secret. What is closed answers 404 to whoever may ask."""
    address = f"/footfall/privacy/{tenant.sites[0].domain}/mine/erase"
    browser = world.nobody()
    for what, difference in forgeries(browser, world, tenant, browser.form_secret()).items():
        if "token" in difference:
            continue
        answer = browser.post(address, {}, token=None, keep=False, **difference)
        from_no_page = what in ("no headers at all", "a referrer instead of an origin")
        assert answer.status == (404 if from_no_page else 403), (what, answer.status)
        tally()
    assert browser.post(address, {}, token=None, keep=False).status == 404


TOLD_OTHERWISE = {"revokeSession", "joinAsMyself", "confirmSecondFactor", "renewRecoveryCodes", "leaveOrganisation", "deleteAccount"}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_the_honest_form_is_taken(world, name, tally):
    """Without this, the test above would prove nothing: a form that is never taken is not forged either."""
    tenant = world.tenant("h")
    address, fields = FORMS[name](tenant, tenant)
    browser = sender(world, tenant, name)
    assert browser.form_secret()
    answer = browser.post(address, fields)
    # Links and codes that are of no use are told so, which is an answer to the form; and the last owner cannot leave.
    wanted = (403, 404) if name in ("signInCode", "setUp", "setPassword", "unlockShared") else (422,) if name in TOLD_OTHERWISE else (200, 303)
    assert answer.status in wanted, answer.notice
    assert "This form cannot be taken" not in answer.text
    tally()


def test_only_the_web_token_guards_forms_as_well(world, tenant, tally):
    """Whose session cookie is gone has a secret in his forms nevertheless: one that nobody can work out from numbers that
    everybody sees (the session's, in the list of sessions)."""
    import base64
    import hashlib
    import hmac

    person, browser = world.fresh(tenant.people["owner"])
    browser.get("/footfall/account")
    only = Browser(world.web, world.host, cookies={WEB_TOKEN: browser.cookies[WEB_TOKEN]})
    assert only.is_in
    for seed in (f"session {person.session}", f"{person.session}", "", f"person {person.number}", "session"):
        secret = hmac.new(seed.encode(), b"form", hashlib.sha256).digest()[:16]
        token = base64.urlsafe_b64encode(bytes(16) + secret).rstrip(b"=").decode()
        answer = only.post("/footfall/account/name", {"name": "Guessed"}, token=token, keep=False)
        assert answer.status == 403, f"the forms' secret follows from {seed!r}"
        tally()


# ---- a real browser ------------------------------------------------------------------------------------------------


class Evil(http.server.BaseHTTPRequestHandler):
    page = ""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.page.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def evil():
    """Somebody else's server on loopback: another port, and another name."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Evil)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_foreign_page_in_a_real_browser_changes_nothing(world, tenant, database, evil, chromium, base_url, tally):
    """Forms that send themselves, and fetches with credentials, from another port of this host (which is the same site,
    so that SameSite does not help) and from another host; signed in, with the secret of the attacker's own session."""
    victim, browser = world.fresh(tenant.people["owner"])
    attacker = world.browser(tenant.people["viewer"]).form_secret()
    before = snapshot(database)
    context = chromium.new_context()
    context.add_cookies([{"name": SESSION, "value": victim.token, "url": base_url.replace("http", "https"), "secure": True,
                          "httpOnly": True, "sameSite": "Lax"}])
    page = context.new_page()
    # Signed in, really: otherwise nothing that follows proves anything.
    page.goto(f"{base_url}/footfall/account")
    assert victim.email in page.content()
    forms = [(name, *FORMS[name](tenant, tenant)) for name in sorted(FORMS)[:: 1 if LONG else 3] if name != "signIn"]
    # The short form has every third, from the host whose cookies go along.
    for host in ("127.0.0.1", "localhost") if LONG else ("127.0.0.1",):
        for name, address, fields in forms:
            inputs = "".join(
                f'<input type="hidden" name="{key}" value="{value}">'
                for key, value in {"form_token": attacker, **fields}.items())
            Evil.page = (
                f"<!doctype html><title>evil</title><iframe name=sink sandbox></iframe>"
                f'<form method="post" action="{base_url}{address}" target="sink">{inputs}</form>'
                f'<form method="post" action="{base_url}{address}" enctype="text/plain">{inputs}</form>'
                "<script>"
                f"const body = new URLSearchParams({ {**{'form_token': attacker}, **{k: str(v) for k, v in fields.items()}} });"
                f"const to = {base_url + address!r};"
                "Promise.allSettled(["
                "fetch(to, {method: 'POST', credentials: 'include', mode: 'no-cors', body}),"
                "fetch(to, {method: 'POST', credentials: 'include', body}),"
                "fetch(to, {method: 'POST', credentials: 'include', mode: 'no-cors', referrerPolicy: 'no-referrer', body}),"
                "fetch(to, {credentials: 'include', mode: 'no-cors'}),"
                "Promise.resolve(navigator.sendBeacon(to, body))"
                "]).then(() => { document.forms[0].submit(); setTimeout(() => document.forms[1].submit(), 20); });"
                "</script>")
            page = context.new_page()
            with page.expect_response(lambda r, a=address: r.url.endswith(a) and r.request.is_navigation_request()
                                      and r.request.frame.parent_frame is None, timeout=15000) as response:
                page.evaluate(f"location.href = 'http://{host}:{evil}/'")
            # nginx lets nobody ask twenty times a second for ever; what it refuses has not come in either.
            assert response.value.status in (403, 404, 429), (host, name, response.value.status)
            page.close()
            tally(7)
    context.close()
    assert changes(before, snapshot(database)) == []
