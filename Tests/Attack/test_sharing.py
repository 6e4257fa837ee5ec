"""What is open without signing in: shared links, public sites, the set-up link, invitations; and what is about to be deleted.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import urllib.parse

import psycopg
import pytest
from client import JSON_TYPE, SESSION, Browser
from conftest import LONG, restart_gateway, setting, wait_for
from world import PASSWORD, changes, snapshot

PAGES = ["", "/pages", "/sources", "/locations", "/devices", "/events", "/goals", "/realtime"]
FILES = ["/pages.csv", "/sources.csv", "/locations.csv", "/devices.csv", "/events.csv"]
ANOTHER = "Zwieback-Okapi-Laterne-9"


@pytest.fixture(scope="module", autouse=True)
def quiet():
    restart_gateway()


@pytest.fixture(scope="module")
def tenant(world):
    """A site with two parts: what a link is locked to, and what it must not show."""
    tenant = world.tenant("k")
    site = tenant.sites[0]
    for part in ("open", "hidden"):
        for index in range(3):
            event = {"u": f"http://localhost/{part}-{tenant.marker}-{index}?utm_campaign={part}-{tenant.marker}", "t": f"{part} title {tenant.marker}",
                     "r": f"https://{part}-{tenant.marker}.example/x", "p": {"plan": f"{part} value {tenant.marker}", f"{part}prop{tenant.marker}": "1"}}
            for fields in ({}, {"n": f"{part}-event-{tenant.marker}"}):
                assert wait_for(lambda e=event, f=fields, i=index, p=part: world.event(
                    site, address=f"203.0.{113 if p == 'open' else 114}.{i}", **e, **f) == 204)
    assert wait_for(lambda: world.one("select count(*) from event where site_id = %s", site.number) >= 12)
    return tenant


def share(token):
    return f"/footfall/share/{token}"


def hidden(tenant):
    return f"hidden-{tenant.marker}", f"hidden title {tenant.marker}", f"hidden value {tenant.marker}", f"hiddenprop{tenant.marker}", f"hidden-event-{tenant.marker}"


def test_a_link_shows_reports_and_nothing_else(world, tenant, tally):
    _, token = world.link(tenant, tenant.sites[0])
    reader = world.nobody()
    for page in PAGES + FILES:
        assert reader.get(share(token) + page).status == 200, page
    for page in ("/quality", "/inspector", "/privacy", "/settings", "/settings/site", "/quality.csv", "/inspector.csv", "/privacy.csv", "/audit.csv", "/x",
                 "/../../dashboard", "/%2e%2e/settings", "//settings", "/settings/links/add"):
        assert reader.get(share(token) + page).status in (404, 308), page
        tally()
    for path in (tenant.site_home(), tenant.site_home() + "/pages", tenant.site_home() + "/settings", tenant.home, "/dashboard", "/footfall/account"):
        assert reader.get(path).status == 303, path
        tally()
    text = "".join(reader.get(share(token) + page).text for page in PAGES)
    for secret in [person.email for person in tenant.people.values()] + [tenant.name, f"Team {tenant.marker}", tenant.sites[1].domain, "/settings", "/footfall/account"]:
        assert secret not in text, secret
        tally()
    # What changes something is not below a link.
    for address in ("/settings/goals/set", "/settings/site", "/settings/public", "", "/pages"):
        answer = reader.post(share(token) + address, {"name": "x", "kind": "page", "target": "/x", "password": "x"}, keep=False)
        assert answer.status in (403, 404, 405, 422)
        tally()
    # Of whoever opens it while signed in, nothing shows.
    member = world.browser(tenant.people["owner"])
    text = member.get(share(token)).text
    assert tenant.people["owner"].email not in text and "/settings" not in text


@pytest.mark.parametrize("change", ["", "dimension", "negation"] if LONG else ["", "negation"])
def test_a_locked_link_cannot_be_unlocked_by_its_address(world, tenant, change, tally):
    """Every way in which an address can say what is filtered, on every page and in every file."""
    lock = f"filter=page,contains,{urllib.parse.quote('/open-')}" if change != "negation" else f"filter=page,contains_not,{urllib.parse.quote('/hidden-')}"
    if change == "dimension":
        lock = "filter=title," + "contains,open"
    state = world.browser(tenant.people["owner"])
    # As the form makes it: what of the filter holds is what it stores.
    answer = state.post(f"{tenant.site_home()}/settings/links/add", {"link_name": f"Locked {change}", "filters": f"http://x/dashboard/x?{lock}"})
    assert answer.status == 303, answer.notice
    token = world.one("select token from shared_link where site_id = %s order by shared_link_id desc limit 1", tenant.sites[0].number)
    reader = world.nobody()
    secret = hidden(tenant)
    found = []
    shown = reader.get(share(token) + "/pages?period=day").text
    assert f"/open-{tenant.marker}-0" in shown, "the judge is blind"
    h = urllib.parse.quote(f"/hidden-{tenant.marker}-0", safe="")
    queries = ["", f"filter=page,is,{h}", f"filter=page,contains,hidden", f"filter=page,is_not,x", "filter=page,matches,*", "filter=page,contains,",
               f"filter=page,is,{h}&filter=page,is,{h}", "filter=", "filter", lock, lock + "&" + lock, lock.replace("contains", "contains_not"), f"dimension=page&operator=is&value={h}",
               f"dimension=page&operator=contains&value=hidden", "locked=", "lock=&filters=", "search=hidden", f"tab=title&search=hidden", "goal=x", f"goal={urllib.parse.quote(tenant.goal)}",
               "tab=utm_campaign", "tab=entry_page", "tab=exit_page", "tab=title", "tab=referrer", f"filter=event,is,hidden-event-{tenant.marker}",
               f"filter=event,is,hidden-event-{tenant.marker}&tab=property:plan", "filter=event,is,pageview&tab=property:plan", f"filter=event,is,pageview&tab=property:hiddenprop{tenant.marker}",
               "compare=none", "from=2020-01-01&to=2030-01-01", "&".join(["filter=page,is,a"] * 25), "&".join(f"filter=page,contains,{n}" for n in range(30)),
               "filter=page,matches," + "*a" * 60, "a=b&" * 3000 + "x=y", "x=" + "a" * 8200, "turned=0&turned=1", "filter=page,is,%00", f"filter%5B%5D=page,is,{h}", f"Filter=page,is,{h}",
               "filter=" + ",".join(["page,is"] + ["a"] * 97), "token=x&site=x", "period=all"]
    # The short form leaves out tables that are asked in the same way.
    for page in PAGES + FILES if LONG else ["", "/pages", "/events", "/pages.csv"]:
        for query in queries if LONG or page else queries[::3]:
            answer = reader.get(f"{share(token)}{page}?{query}")
            assert answer.status in (200, 404, 400, 414), (page, query[:80])
            asked = urllib.parse.unquote(urllib.parse.unquote(query))
            for text in secret:
                # What the reader himself has typed is shown to him again.
                shown = answer.text
                if text in shown and not (text in asked or text.replace("hidden-", "/hidden-") in asked):
                    found.append((page, query[:60], text))
                elif text in asked and f"<bdi>{text}" in shown and "/bdi></th>" in shown.partition(f"<bdi>{text}")[2][:20]:
                    found.append((page, query[:60], text))
            tally()
    assert sorted(set(found)) == []


def test_numbers_of_a_locked_link_are_those_of_its_filter(world, tenant, tally):
    """Not only names: totals, too."""
    browser = world.browser(tenant.people["owner"])
    browser.post(f"{tenant.site_home()}/settings/links/add", {"link_name": "Numbers", "filters": "?filter=page,contains,%2Fopen-"})
    token = world.one("select token from shared_link where site_id = %s order by shared_link_id desc limit 1", tenant.sites[0].number)
    reader = world.nobody()
    whole, part = (total(answer) for answer in (browser.get(tenant.site_home() + "?period=day"), reader.get(share(token) + "?period=day")))
    assert whole and part and part < whole
    for query in ("period=day&filter=page,matches,*", "period=day&filter=page,contains,%2F", "period=day&compare=none", "period=day&metric=pageviews"):
        assert total(reader.get(f"{share(token)}?{query}")) <= part, query
        tally()
    body = reader.get(share(token) + "/realtime").text
    assert f"hidden-{tenant.marker}" not in body


def total(answer):
    """Visitors, visits and page views, and how often they are in tables."""
    return sum(int(number) for number in re.findall(r'class="figure"><data value="(\d+)"', answer.text)) or sum(
        int(number) for number in re.findall(r'class="figure">(\d+)<', answer.text))


def test_the_password_of_a_link_is_guessed_no_faster(world, tenant, fresh_gateway, tally):
    number, token = world.link(tenant, tenant.sites[0], password_hash=world.password_hash())
    reader = world.nobody()
    for page in PAGES + FILES:
        text = reader.get(share(token) + page).text
        assert 'type="password"' in text and tenant.marker not in text.replace(f"Link {tenant.marker}", "").replace(f"Brand {tenant.marker}", ""), page
        tally()
    senders = [world.nobody(f"203.20.{index}.1") for index in range(100)]
    form, cookies = reader.get(share(token)).form_token, dict(reader.cookies)
    for sender in senders:
        sender.token, sender.cookies = form, dict(cookies)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda pair: pair[1].post(share(token), {"password": f"wrong-{pair[0]}"}), enumerate(senders)))
    assert {answer.status for answer in answers} <= {403, 429}
    assert sum(answer.status == 403 for answer in answers) <= 12
    assert not any(name.startswith("__Host-footfall-link") for sender in senders for name in sender.cookies)
    # A proof that somebody made up, or from before another password.
    number, token = world.link(tenant, tenant.sites[0], password_hash=world.password_hash())
    reader = world.nobody("198.51.100.99")
    reader.token = reader.get(share(token)).form_token
    assert reader.post(share(token), {"password": PASSWORD}).status == 303
    assert 'type="password"' not in reader.get(share(token)).text
    proof = reader.cookies[f"__Host-footfall-link-{number}"]
    for value in ("x", "1", "true", proof[:-2] + ("A" if proof[-2] != "A" else "B") + proof[-1], ""):
        thief = Browser(world.web, world.host, cookies={f"__Host-footfall-link-{number}": value})
        assert 'type="password"' in thief.get(share(token)).text, value
        tally()
    world.database.execute("update shared_link set password_hash = %s where shared_link_id = %s", (
        world.one("select %s || ''", world.password_hash()[:-4] + "AAAA"), number))
    assert 'type="password"' in reader.get(share(token)).text


def test_a_link_that_was_ended_shows_nothing_at_once(world, tenant, tally):
    number, token = world.link(tenant, tenant.sites[0])
    reader = world.nobody()
    assert reader.get(share(token) + "/pages").status == 200
    assert world.browser(tenant.people["editor"]).post(f"{tenant.site_home()}/settings/links/revoke", {"link": number, "confirmation": "yes"}).status == 303
    for page in PAGES + FILES:
        assert reader.get(share(token) + page).status == 404
        tally()
    for token in ("", "x", token[:-1], token + "x", token.upper(), "%00", "0", str(number), "' or 1=1"):
        assert reader.get(share(urllib.parse.quote(token))).status == 404
        tally()


def test_frames_where_they_are_allowed_only(world, database, tenant, tally):
    """A link that may stand in a frame, on every page of it; and nothing else of the dashboard."""
    site = tenant.sites[0]
    database.execute("update site set embed_hosts = '{www.embed.example,*.sub.example}' where site_id = %s", (site.number,))
    _, embedded = world.link(tenant, site, may_embed=True)
    _, plain = world.link(tenant, site)
    _, locked = world.link(tenant, site, may_embed=True, password_hash=world.password_hash())
    _, elsewhere = world.link(tenant, tenant.sites[1], may_embed=True)
    browser, reader = world.browser(tenant.people["owner"]), world.nobody()
    different = []
    for page in PAGES:
        answer = reader.get(share(embedded) + page)
        ancestors = re.search(r"frame-ancestors ([^;]*)", answer.header("Content-Security-Policy"))[1]
        if ancestors != "https://www.embed.example http://www.embed.example https://*.sub.example http://*.sub.example" or answer.header("X-Frame-Options"):
            different.append((page, ancestors))
        tally()
    refused = [share(plain), share(plain) + "/pages", share(locked), share(elsewhere), share(embedded) + "/nothing", share("nothing"), "/footfall/sign-in",
               f"/footfall/privacy/{site.domain}"]
    for sender, paths in ((reader, refused), (browser, [tenant.site_home(), tenant.site_home() + "/settings", "/dashboard", "/footfall/account", tenant.home])):
        for path in paths:
            answer = sender.get(path)
            assert "frame-ancestors 'none'" in answer.header("Content-Security-Policy"), path
            assert answer.header("X-Frame-Options") == "DENY", path
            tally()
    database.execute("update site set embed_hosts = '{}' where site_id = %s", (site.number,))
    assert "frame-ancestors 'none'" in reader.get(share(embedded)).header("Content-Security-Policy")
    assert different == []


def test_a_public_site_is_open_to_read_and_to_nothing_else(world, database, tenant, tally):
    site, other = tenant.sites
    reader = world.nobody()
    assert reader.get(f"/dashboard/{site.domain}").status == 303
    database.execute("update site set is_public = true where site_id = %s", (site.number,))
    try:
        for page in PAGES + FILES:
            assert reader.get(f"/dashboard/{site.domain}{page}").status == 200, page
            assert reader.get(f"/dashboard/{other.domain}{page}").status == 303, page
            tally(2)
        for page in ("/quality", "/inspector", "/privacy", "/settings"):
            assert reader.get(f"/dashboard/{site.domain}{page}").status == 303, page
            tally()
        stranger = world.browser(world.tenant("u").people["owner"])
        for page in ("/quality", "/inspector", "/privacy", "/settings"):
            assert stranger.get(f"/dashboard/{site.domain}{page}").status == 404, page
            tally()
        text = reader.get(f"/dashboard/{site.domain}").text
        for secret in [person.email for person in tenant.people.values()] + [tenant.name, "/settings", "/inspector"]:
            assert secret not in text
        body = json.dumps({"site": site.domain, "metrics": ["visitors"], "period": "7d"}).encode()
        assert reader.send("POST", "/api/v1/query", body, JSON_TYPE).status == 401
    finally:
        database.execute("update site set is_public = false where site_id = %s", (site.number,))
    for page in PAGES + FILES:
        assert reader.get(f"/dashboard/{site.domain}{page}").status == 303, page


# ---- what is about to be deleted ---------------------------------------------------------------------------------------


def doors(world, tenant, token):
    """Ways to the reports of a tenant's site: what they are answered with."""
    site = tenant.sites[0]
    body = json.dumps({"site": site.domain, "metrics": ["visitors"], "period": "7d"}).encode()
    found = {f"link {page}": world.nobody().get(share(token) + page).status for page in ("", "/pages", "/pages.csv", "/realtime")}
    found |= {f"public {page}": world.nobody().get(f"/dashboard/{site.domain}{page}").status for page in ("", "/pages.csv")}
    found |= {f"{role} {page}": world.browser(tenant.people[role]).get(f"/dashboard/{site.domain}{page}").status
              for role in ("viewer", "guest", "editor") for page in ("", "/pages", "/quality")}
    found["key"] = world.nobody().send("POST", "/api/v1/query", body, JSON_TYPE, HTTP_AUTHORIZATION=f"Bearer {tenant.read_key}").status
    return found


@pytest.mark.parametrize("what", ["site", "organisation"])
def test_what_is_about_to_be_deleted_is_closed(world, database, what, tally):
    """Its links, its public pages, its keys and its members; but for those who can take that back."""
    tenant = world.tenant("d")
    site = tenant.sites[0]
    _, token = world.link(tenant, site)
    database.execute("update site set is_public = true where site_id = %s", (site.number,))
    assert set(doors(world, tenant, token).values()) <= {200}, doors(world, tenant, token)
    owner = world.browser(tenant.people["owner"])
    if what == "site":
        answer = owner.post(f"{tenant.site_home()}/settings/delete", {"confirmation": site.domain})
    else:
        answer = owner.post(f"{tenant.home}/delete", {"confirmation": tenant.name})
    assert answer.status == 303, answer.notice
    after = doors(world, tenant, token)
    tally(len(after))
    open_still = {way: status for way, status in after.items() if status == 200}
    if what == "organisation":
        # Nobody joins what is about to go.
        newcomer = world.nobody()
        assert newcomer.get(f"/footfall/join?token={tenant.invitation_token}").status == 404
    keep = f"{tenant.site_home()}/settings/keep" if what == "site" else f"{tenant.home}/keep"
    for role in ("admin", "editor", "viewer", "guest"):
        assert world.browser(tenant.people[role]).post(keep).status == 404, role
    assert owner.post(keep).status == 303
    assert set(doors(world, tenant, token).values()) <= {200}
    assert open_still == {}


def test_a_moved_site_takes_nobody_along(world, database, tally):
    """Guests, teams, links, invitations and keys for it end; those of the organisation that it leaves see it no more."""
    old, new = world.tenant("g"), world.tenant("o")
    site = old.sites[0]
    world.join(old.people["owner"].number, new, "admin")
    _, token = world.link(old, site)
    _, key = world.secret_key(old, "read", "ff_rk_", [site.number])
    _, both = world.secret_key(old, "read", "ff_rk_", [site.number, old.sites[1].number])
    _, invitation = world.invitation(old, None, "guest", site=site.number, site_role="editor")
    owner = world.browser(old.people["owner"])
    # Not to where one is nobody, and not by who is less than its owner.
    third = world.tenant("h")
    for target in (third.organisation, 0, -1, 2147483647):
        assert owner.post(f"/dashboard/{site.domain}/settings/move", {"organisation_number": target, "confirmation": site.domain}).status == 422
        tally()
    assert owner.post(f"/dashboard/{site.domain}/settings/move", {"organisation_number": new.organisation, "confirmation": site.domain}).status == 303
    body = json.dumps({"site": site.domain, "metrics": ["visitors"], "period": "7d"}).encode()
    for bearer in (key, both, old.read_key):
        assert world.nobody().send("POST", "/api/v1/query", body, JSON_TYPE, HTTP_AUTHORIZATION=f"Bearer {bearer}").status in (401, 404)
        tally()
    assert world.nobody().get(share(token)).status == 404
    for role in ("admin", "editor", "viewer", "guest"):
        assert world.browser(old.people[role]).get(f"/dashboard/{site.domain}").status == 404, role
        tally()
    assert world.nobody().get(f"/footfall/join?token={invitation}").status == 404
    assert world.browser(new.people["viewer"]).get(f"/dashboard/{site.domain}").status == 200


# ---- links for once --------------------------------------------------------------------------------------------------


def join(browser, token, email, **more):
    browser.token = browser.get(f"/footfall/join?token={token}").form_token or browser.form_secret()
    return browser.post("/footfall/join", {"token": token, "email": email, "name": "", "password": ANOTHER, **more})


def members(world, tenant):
    return {row[0]: row[1] for row in world.database.execute(
        "select email, role from membership join person using (person_id) where organisation_id = %s", (tenant.organisation,)).fetchall()}


def test_an_invitation_is_good_once_for_one_and_for_a_time(world, database, tally):
    tenant = world.tenant("n")
    before = members(world, tenant)
    number, token = world.invitation(tenant, f"guest2@{tenant.marker}.example", "guest")
    # For another address, also in spellings; with a role of one's own.
    for email in (f"other@{tenant.marker}.example", f"guest2@{tenant.marker}.example.evil.example", "", f"guest2@{tenant.marker}.example,other@x.example"):
        assert join(world.nobody(), token, email, role="owner", organisation="1").status in (422, 404)
        tally()
    other = world.person(f"third@{tenant.marker}.example")
    assert world.browser(other).post("/footfall/join/as-myself", {"token": token}).status == 422
    # Expired by the clock of the database's row.
    database.execute("update invitation set expires_at = now() - interval '1 second' where invitation_id = %s", (number,))
    assert world.nobody().get(f"/footfall/join?token={token}").status == 404
    assert join(world.nobody(), token, f"guest2@{tenant.marker}.example").status == 404
    database.execute("update invitation set expires_at = now() + interval '1 day' where invitation_id = %s", (number,))
    assert members(world, tenant) == before
    # Ten at once.
    browsers = [world.nobody(f"203.30.{index}.1") for index in range(8)]
    for browser in browsers:
        browser.token = browser.get(f"/footfall/join?token={token}").form_token
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda b: b.post("/footfall/join", {
            "token": token, "email": f"guest2@{tenant.marker}.example", "name": "", "password": ANOTHER, "role": "owner"}), browsers))
    assert [a.status for a in answers].count(303) == 1, [a.status for a in answers]
    assert members(world, tenant) == before | {f"guest2@{tenant.marker}.example": "guest"}
    # And once more, by anybody.
    assert join(world.nobody(), token, f"guest2@{tenant.marker}.example").status == 404
    assert world.browser(other).post("/footfall/join/as-myself", {"token": token}).status == 404
    tally(12)


def test_an_open_invitation_makes_one_member_whoever_hurries(world, tally):
    tenant = world.tenant("n")
    before = members(world, tenant)
    _, token = world.invitation(tenant, None, "viewer")
    browsers = [world.nobody(f"203.31.{index}.1") for index in range(6)]
    for browser in browsers:
        browser.token = browser.get(f"/footfall/join?token={token}").form_token
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda pair: pair[1].post("/footfall/join", {
            "token": token, "email": f"race{pair[0]}@{tenant.marker}.example", "name": "", "password": ANOTHER}), enumerate(browsers)))
    assert [a.status for a in answers].count(303) == 1
    assert len(members(world, tenant)) == len(before) + 1
    # Who lost the race is nobody: no account stays behind.
    assert world.one("select count(*) from person where email like %s", f"race%@{tenant.marker}.example") == 1
    tally(6)


def test_an_invitation_takes_over_no_account(world, tally):
    """With an address that is somebody's already: neither his password nor his session comes of it."""
    tenant = world.tenant("n")
    victim = world.person(f"victim@{tenant.marker}.example", "", world.tenant("m"), "owner")
    for email in (None, victim.email):
        _, token = world.invitation(tenant, email, "viewer")
        browser = world.nobody()
        answer = join(browser, token, victim.email)
        assert answer.status == 422 and SESSION not in browser.cookies
        assert world.one("select password_hash from person where person_id = %s", victim.number) == world.password_hash()
        tally()


def test_an_invitation_makes_nobody_less(world, tally):
    tenant = world.tenant("n")
    owner = tenant.people["owner"]
    _, token = world.invitation(tenant, owner.email, "guest")
    assert world.browser(owner).post("/footfall/join/as-myself", {"token": token}).status in (303, 422)
    assert members(world, tenant)[owner.email] == "owner"
    tally()


def test_who_was_taken_out_comes_back_by_no_invitation_of_his_own(world, tally):
    """An admin who expects to be removed invites himself under another address: when he goes, they go."""
    tenant = world.tenant("n")
    admin = tenant.people["admin"]
    browser = world.browser(admin)
    answer = browser.post(f"{tenant.home}/people/invite", {"email": f"backdoor@{tenant.marker}.example", "role": "admin"})
    token = re.search(r"token=([\w-]+)", answer.text)[1]
    assert world.browser(tenant.people["owner"]).post(f"{tenant.home}/people/remove", {"person": admin.number, "confirmation": "yes"}).status == 303
    assert world.nobody().get(f"/footfall/join?token={token}").status == 404, "his invitation is good still"
    tally()


def program(*words):
    done = subprocess.run([os.environ["FOOTFALL_TEST_BINARY"], *words], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_a_link_for_a_password_is_good_once(world, database, tally):
    tenant = world.tenant("n")
    person = tenant.people["viewer"]
    session = world.browser(person)
    assert session.is_in
    code, text = program("user", "reset", person.email)
    assert code == 0
    first = re.search(r"token=([\w-]+)", text)[1]
    assert not session.is_in
    code, text = program("user", "reset", person.email)
    token = re.search(r"token=([\w-]+)", text)[1]
    assert world.nobody().get(f"/footfall/password?token={first}").status == 404, "the one before is of no use"
    # Not for another purpose.
    for path in ("/footfall/set-up", "/footfall/join"):
        assert world.nobody().get(f"{path}?token={token}").status == 404
    browsers = [world.nobody(f"203.32.{index}.1") for index in range(5)]
    for browser in browsers:
        browser.token = browser.get(f"/footfall/password?token={token}").form_token
    passwords = [f"Zwieback-Okapi-Laterne-{index}" for index in range(5)]
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda pair: pair[0].post("/footfall/password", {"token": token, "password": pair[1], "again": pair[1]}), zip(browsers, passwords)))
    assert [a.status for a in answers].count(303) == 1
    assert world.nobody().get(f"/footfall/password?token={token}").status == 404
    # Old: by the row's clock.
    code, text = program("user", "reset", person.email)
    token = re.search(r"token=([\w-]+)", text)[1]
    database.execute("update one_time_link set expires_at = now() - interval '1 second' where person_id = %s", (person.number,))
    assert world.nobody().get(f"/footfall/password?token={token}").status == 404
    browsers[0].post("/footfall/password", {"token": token, "password": ANOTHER, "again": ANOTHER})
    assert world.one("select password_hash is null from person where person_id = %s", person.number)
    tally(12)


def test_the_set_up_link_is_of_no_use_once_somebody_is_here(world, database, tally):
    """Neither the one from the log, nor one that is put into the database, nor one that the program is asked for."""
    from world import sha256

    world.tenant("n")
    code, text = program("user", "set-up")
    assert code != 0 and "token=" not in text
    token = os.urandom(32).hex()
    database.execute("insert into one_time_link (token_hash, purpose, expires_at) values (%s, 'set_up', now() + interval '1 day')", (sha256(token),))
    before = snapshot(database)
    browser = world.nobody()
    assert browser.get(f"/footfall/set-up?token={token}").status == 404
    answer = browser.post("/footfall/set-up", {"token": token, "organisation": "Evil", "email": "evil@evil.example", "password": ANOTHER, "again": ANOTHER})
    assert answer.status == 404 and SESSION not in browser.cookies
    log = "".join(path.read_text(errors="replace") for path in __import__("pathlib").Path(setting("FOOTFALL_TEST_STATE")).glob("log/gateway*.log"))
    for old in re.findall(r"set-up\?token=([\w-]+)", log):
        assert browser.get(f"/footfall/set-up?token={old}").status == 404
        tally()
    assert changes(before, snapshot(database)) == []
    database.execute("delete from one_time_link where token_hash = %s", (sha256(token),))
    tally(3)


def test_what_nginx_says_of_who_somebody_is_cannot_be_said_by_clients(world, base_url, tally):
    """The header of a single sign-on, in all spellings, with it off as it is delivered."""
    from client import through_nginx

    victim = world.tenant("n").people["owner"]
    for name in ("Footfall-Signed-In-As", "FOOTFALL_SIGNED_IN_AS", "Footfall_Signed_In_As", "HTTP_FOOTFALL_SIGNED_IN_AS", "X-Footfall-Signed-In-As", "Remote-User",
                 "REMOTE_USER", "X-Remote-User", "X-Forwarded-User", "X-Forwarded-Email", "X-Auth-Request-Email", "Authorization"):
        for path in ("/footfall/sign-in", "/footfall/account", "/dashboard"):
            answer = through_nginx(base_url, "GET", path, headers={name: victim.email, name.replace("-", "_"): victim.email})
            assert answer.status in (200, 303, 429) and victim.email not in answer.text
            assert SESSION not in str(answer.all("Set-Cookie"))
            tally()
