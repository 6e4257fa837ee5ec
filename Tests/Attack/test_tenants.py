"""Other people's numbers in addresses and forms (IDOR): between organisations, and between roles within one.

Three organisations with everything in them. Every number in every address and field is replaced with the others' ones;
then nothing of theirs may have changed, and no text of theirs may be in an answer.
"""

import itertools
import json
import re

import pytest
from client import JSON_TYPE as JSON
from conftest import LONG
from routes import FORMS, FOR_STRANGERS, pages_of
from world import PASSWORD, ROLES, changes, snapshot

# What a role may at least have to be for a form, within its own organisation (Access/Action.swift, in our words).
LEAST = {
    **{name: "guest" for name in ("leaveOrganisation",)},
    **{name: "admin" for name in (
        "addSite", "invite", "revokeInvitation", "setRole", "removePerson", "addTeam", "removeTeam", "addTeamMember",
        "removeTeamMember", "addKey", "revokeKey", "setBrand", "renameOrganisation", "setSite", "setPublic", "giveSite",
        "takeSite", "setLimits", "setRetention", "exportData", "eraseData")},
    **{name: "editor" for name in ("setGoal", "removeGoal", "shareLink", "revokeLink")},
    **{name: "owner" for name in ("deleteOrganisation", "keepOrganisation", "moveSite", "deleteSite", "keepSite")},
}
SELF = {"addOrganisation", "setName", "changeAddress", "changePassword", "startSecondFactor", "confirmSecondFactor", "endSecondFactor", "renewRecoveryCodes",
        "revokeSession", "revokeOtherSessions", "deleteAccount", "joinAsMyself"}


def markers(answer, *tenants):
    return [tenant.marker for tenant in tenants if tenant.marker in answer.whole]


@pytest.fixture(scope="module")
def tenants(world, database):
    tenants = [world.tenant(letter) for letter in "xyz"]
    send_events(world, database, tenants)
    return tenants


def send_events(world, database, tenants):
    """An event of each site, so that reports have something to give away."""
    from conftest import wait_for

    for tenant in tenants:
        for site in tenant.sites:
            fields = {"t": f"Title {tenant.marker}", "n": "pageview", "u": f"http://localhost/{tenant.marker}/page",
                      "r": f"https://{tenant.marker}.example/ref", "p": {f"prop{tenant.marker}": f"value {tenant.marker}"}}
            assert wait_for(lambda s=site, f=fields: world.event(s, **f) == 204), "the gateway does not know the site"
    sites = [site.number for tenant in tenants for site in tenant.sites]
    assert wait_for(lambda: world.one("select count(distinct site_id) from event where site_id = any(%s)", sites) == len(sites))


def test_forms_are_all_known():
    assert set(FORMS) == set(LEAST) | SELF | FOR_STRANGERS


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_others_look_like_pages_that_do_not_exist(world, tenants, role, tally):
    mine, *others = tenants
    browser = world.browser(mine.people[role])
    assert mine.marker in browser.get("/dashboard").text, "the judge is blind"
    nothing = browser.get("/dashboard/nothing.zq.example/pages")
    assert nothing.status == 404
    for other in others:
        for path in pages_of(other) + [path + "?period=30d&filter=page,is," + other.marker for path in pages_of(other)]:
            for variant in {path, path.upper() if "dashboard" in path and False else path, path + "/"}:
                answer = browser.get(variant)
                if answer.status == 308:
                    assert variant.endswith("/")
                    continue
                assert answer.status == 404, (variant, answer.status)
                assert not markers(answer, *others), variant
                # Not told apart from what does not exist: the same bytes, but for the secret of forms and the navigation.
                assert same(answer, nothing), variant
                tally()


def same(one, other):
    def plain(answer):
        text = re.sub(r'(form_token" value=")[^"]*', r"\1", answer.text)
        return answer.status, re.sub(r"\d+", "N", text)

    return plain(one) == plain(other)


def test_strangers_see_no_difference(world, tenants, tally):
    """Who is not signed in is led to the sign-in, whether there is such a page or not."""
    for tenant in tenants:
        for path in pages_of(tenant):
            browser = world.nobody()
            answer = browser.get(path)
            nothing = world.nobody().get(path.replace(tenant.marker, "zqnothing").replace(
                f"/{tenant.organisation}", "/2147483000"))
            assert answer.status == nothing.status == 303, path
            assert not markers(answer, *tenants) or tenant.marker in path
            assert answer.header("Location").startswith("/footfall/sign-in?next=%2F")
            tally()


def test_addresses_with_odd_spellings_open_nothing(world, tenants, tally):
    mine, theirs, _ = tenants
    browser = world.browser(mine.people["owner"])
    number = theirs.organisation
    for spelling in (f"+{number}", f" {number}", f"{number} ", f"0{number}", f"{number}.0", f"{number}e0", f"0x{number:x}",
                     f"{mine.organisation},{number}", f"{mine.organisation}%00{number}", f"{number}%00", f"{number}%0a",
                     f"{number}%20", "".join(chr(0x660 + int(digit)) for digit in str(number)), f"-{number}",
                     str(number + 2**32), f"{mine.organisation}/../{number}", f"{mine.organisation}%2f..%2f{number}"):
        for page in ("", "/people", "/keys", "/audit.csv"):
            answer = browser.get(f"/footfall/organisation/{spelling}{page}")
            # What nginx never lets through, a zero byte, ends the text for libfcgi: then it is one's own number.
            assert answer.status in (404, 400) or spelling.startswith(f"{mine.organisation}%00"), (spelling, page, answer.status)
            assert not markers(answer, theirs)
            tally()
    domain = theirs.sites[0].domain
    for spelling in (domain.upper(), f"{domain}.", f"{domain}%00", f" {domain}", f"{mine.sites[0].domain}%00{domain}",
                     f"{mine.sites[0].domain}/../{domain}", f"{domain}%2f", f"%2f{domain}", f"{domain};", f"{domain}%20",
                     domain.replace("z", "Z"), f"{domain}%0d%0a", domain.replace(".", "%E3%80%82")):
        for page in ("", "/settings", "/pages.csv", "/quality"):
            answer = browser.get(f"/dashboard/{spelling}{page}")
            assert answer.status in (404, 308) or spelling.startswith(f"{mine.sites[0].domain}%00"), (spelling, page, answer.status)
            assert answer.status == 308 or not markers(answer, theirs)
            tally()


@pytest.mark.parametrize("role", ROLES if LONG else ("owner", "guest"))
@pytest.mark.parametrize("name", sorted(set(FORMS) - FOR_STRANGERS - {"deleteAccount"}))
def test_forms_with_numbers_of_others_change_nothing_of_theirs(world, database, tenants, role, name, tally):
    """At their address with their numbers, at their address with ours, and at ours with each of their numbers."""
    mine, *others = tenants
    _, browser = world.fresh(mine.people[role])
    browser.form_secret()
    # What a form does to one's own is put back, so that the next one finds all of it.
    for other in others:
        theirs_address, theirs = FORMS[name](mine, other)
        mine_address, own = FORMS[name](mine, mine)
        attacks = [(theirs_address, theirs), (theirs_address, own)]
        for field in theirs:
            if str(theirs[field]) != str(own.get(field)):
                attacks.append((mine_address, {**own, field: theirs[field]}))
        if name in SELF:
            attacks = [(address, fields) for address, fields in attacks if fields != own] or []
        before = snapshot(database, other)
        kept = keep(database, mine)
        for address, fields in attacks:
            answer = browser.post(address, fields, keep=False)
            if address == theirs_address and name not in SELF:
                assert answer.status == 404, (address, fields, answer.status)
            # The domain that was typed is in the answer that says that it is wrong; nothing else of theirs is.
            typed = " ".join(str(value) for value in fields.values()) + address
            left = answer.whole if other.marker not in typed else re.sub(rf"[\w.@ -]*{other.marker}[\w.@-]*", lambda m: "" if m[0].strip() in typed else m[0], answer.whole)
            # Whoever has an invitation's link sees who invites whom.
            assert name == "joinAsMyself" or other.marker not in left, (address, fields)
            tally()
        put_back(database, kept)
        found = changes(before, snapshot(database, other))
        assert found == [], (name, role)


# Rows of one's own that forms change.
KEPT = ["organisation", "person", "membership", "team", "team_member", "site", "site_access", "invitation", "secret_key",
        "shared_link", "goal"]


def keep(database, tenant):
    from world import OWNED

    rows = {}
    for table in KEPT:
        rows[table] = [row[0] for row in database.execute(
            f"select to_jsonb(t) from {table} t where {OWNED[table]}", {"o": tenant.organisation}).fetchall()]
    return tenant, rows


def put_back(database, kept):
    tenant, rows = kept
    with database.transaction():
        for table in KEPT:
            for row in rows[table]:
                columns = [c for c in row]
                keys = [r[0] for r in database.execute(
                    "select attname from pg_index join pg_attribute on attrelid = indrelid and attnum = any(indkey)"
                    " where indrelid = %s::regclass and indisprimary", (table,)).fetchall()]
                target = ", ".join(keys)
                overriding = "overriding system value"
                update = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in keys and not generated(database, table, c))
                if keys:
                    conflict = f"on conflict ({target}) do update set {update}" if update else f"on conflict ({target}) do nothing"
                else:
                    conflict = "on conflict do nothing"
                database.execute(
                    f"insert into {table} ({', '.join(columns)}) {overriding}"
                    f" select {', '.join(columns)} from jsonb_populate_record(null::{table}, %s) {conflict}",
                    (json.dumps(row),))


identities = {}


def generated(database, table, column):
    if table not in identities:
        identities[table] = {row[0] for row in database.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attidentity <> ''", (table,)).fetchall()}
    return column in identities[table]


@pytest.mark.parametrize("name", sorted(LEAST))
def test_roles_do_what_they_may_and_nothing_more(world, database, name, tally):
    """Within one organisation: every form as every role, also as somebody who was taken out of it."""
    tenant = world.tenant("r")
    for role in ROLES + ["removed"]:
        may = role in ROLES and ROLES.index(role) <= ROLES.index(LEAST[name])
        if role == "removed":
            person = world.person(f"removed-{name.lower()}@{tenant.marker}.example")
        else:
            person = tenant.people[role]
        if may:
            continue
        browser = world.browser(person)
        address, fields = FORMS[name](tenant, tenant)
        browser.form_secret()
        before = snapshot(database, tenant)
        answer = browser.post(address, fields, keep=False)
        assert answer.status == 404, (role, answer.status)
        assert changes(before, snapshot(database, tenant)) == [], role
        tally()
    # The judge sees: the least role that may, may.
    browser = world.browser(tenant.people[LEAST[name]])
    assert browser.post(*FORMS[name](tenant, tenant)).status in (200, 303, 422)


def test_roles_read_what_they_may_and_nothing_more(world, tenants, tally):
    tenant = tenants[0]
    least = {"": "guest", "/people": "admin", "/keys": "admin", "/brand": "admin", "/audit": "admin", "/audit.csv": "admin"}
    for role in ROLES:
        browser = world.browser(tenant.people[role])
        for page, needed in least.items():
            wanted = 200 if ROLES.index(role) <= ROLES.index(needed) else 404
            assert browser.get(tenant.home + page).status == wanted, (role, page)
            tally()
        for index, page in itertools.product((0, 1), ("", "/pages", "/pages.csv", "/quality", "/inspector", "/settings")):
            needed = "editor" if page == "/settings" else "viewer"
            sees = ROLES.index(role) <= ROLES.index(needed)
            # The guest was given the first site, as a viewer.
            sees = sees or role == "guest" and index == 0 and page != "/settings"
            assert browser.get(tenant.site_home(index) + page).status == (200 if sees else 404), (role, index, page)
            tally()


def test_a_guest_learns_of_no_other_site_and_of_no_other_person(world, tenants, tally):
    tenant = tenants[0]
    browser = world.browser(tenant.people["guest"])
    hidden = [tenant.sites[1].domain] + [p.email for role, p in tenant.people.items() if role != "guest"]
    for path in ["/dashboard", "/footfall/account", tenant.home, tenant.site_home(0), tenant.site_home(0) + "/pages",
                 tenant.site_home(0) + "/privacy", tenant.site_home(0) + "/inspector", tenant.site_home(0) + "/quality"]:
        answer = browser.get(path)
        assert answer.status == 200, path
        for text in hidden:
            assert text not in answer.whole, (path, text)
            tally()


def test_an_admin_makes_no_owner_and_touches_none(world, database, tally):
    tenant = world.tenant("e")
    owner, admin, viewer = (tenant.people[role] for role in ("owner", "admin", "viewer"))
    browser = world.browser(admin)
    before = snapshot(database, tenant)
    for form in [
        ("role", {"person": admin.number, "role": "owner"}), ("role", {"person": viewer.number, "role": "owner"}),
        ("role", {"person": owner.number, "role": "viewer"}), ("role", {"person": owner.number, "role": "owner"}),
        ("role", {"person": owner.number, "role": "guest"}), ("remove", {"person": owner.number}),
        ("role", {"person": viewer.number, "role": "OWNER"}), ("role", {"person": viewer.number, "role": "superuser"}),
        ("role", {"person": viewer.number, "role": ""}), ("role", [("person", viewer.number), ("role", "owner"), ("role", "viewer")]),
        ("invite", {"email": f"o@{tenant.marker}.example", "role": "owner"}),
        ("invite", {"email": "", "role": "admin"}), ("invite", {"email": "", "role": "owner"}),
        ("invite", {"email": " ", "role": "admin"}), ("invite", {"email": "not an address", "role": "viewer"}),
        ("invite", {"email": f"v@{tenant.marker}.example", "role": "viewer@"}),
    ]:
        page, fields = form
        answer = browser.post(f"{tenant.home}/people/{page}", fields, keep=False)
        assert answer.status == 422, form
        tally()
    assert changes(before, snapshot(database, tenant)) == []


def test_an_organisation_keeps_an_owner_whoever_hurries(world, database, tally):
    """Two owners, each of whom makes the other a viewer at the same moment."""
    import concurrent.futures

    tenant = world.tenant("w")
    second = world.person(f"second@{tenant.marker}.example", "", tenant, "owner")
    first = tenant.people["owner"]
    for _ in range(10):
        database.execute("update membership set role = 'owner' where person_id = any(%s)", ([first.number, second.number],))
        browsers = [world.browser(first), world.browser(second)]
        for browser in browsers:
            browser.form_secret()
        pairs = [(browsers[0], second), (browsers[1], first), (browsers[0], first), (browsers[1], second)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda p: p[0].post(f"{tenant.home}/people/role", {"person": p[1].number, "role": "viewer"}, keep=False), pairs))
        owners = world.one("select count(*) from membership where organisation_id = %s and role = 'owner'", tenant.organisation)
        assert owners >= 1
        tally(4)


# ---- keys ------------------------------------------------------------------------------------------------------------


def query(world, key, site, **more):
    browser = world.nobody()
    body = json.dumps({"site": site, "period": "7d", "metrics": ["visitors", "pageviews"], "dimensions": ["page"], **more})
    return browser.send("POST", "/api/v1/query", body.encode(), JSON, HTTP_AUTHORIZATION=key)


def test_a_reading_key_opens_the_sites_of_its_own(world, tenants, tally):
    mine, *others = tenants
    good = query(world, f"Bearer {mine.read_key}", mine.sites[0].domain)
    assert good.status == 200 and mine.marker in good.text, good.text
    unknown = query(world, f"Bearer {mine.read_key}", "nothing.zq.example")
    for other in others:
        for site in other.sites:
            for domain in (site.domain, site.domain.upper(), site.domain + ".", f" {site.domain}", f"{site.domain}\u0000"):
                answer = query(world, f"Bearer {mine.read_key}", domain)
                assert answer.status in (400, 404) and other.marker not in answer.text, domain
                tally()
            assert query(world, f"Bearer {mine.read_key}", site.domain).text == unknown.text
    for header in (mine.send_key, f"Bearer {mine.send_key}", mine.read_key, f"Basic {mine.read_key}", "Bearer ", "Bearer",
                   f"Bearer {mine.read_key}x", f"Bearer {mine.read_key[:-1]}", f"Bearer {mine.read_key.upper()}",
                   f"Bearer {mine.read_key} {others[0].read_key}", f"Bearer ff_rk_{'a' * 5000}", "Bearer ff_rk_%", "Bearer ff_rk_'or'1",
                   f"Bearer ff_rk_{mine.send_key[6:]}", f"Bearer {mine.link_token}",
                   f"Bearer {mine.people['owner'].token}"):
        assert query(world, header, mine.sites[0].domain).status == 401, header[:80]
        tally()
    # Cookies open nothing at the API, and keys nothing of the pages.
    browser = world.browser(mine.people["owner"])
    body = json.dumps({"site": mine.sites[0].domain, "metrics": ["visitors"], "period": "7d"}).encode()
    assert browser.send("POST", "/api/v1/query", body, JSON).status == 401
    assert world.nobody().get(mine.site_home(), HTTP_AUTHORIZATION=f"Bearer {mine.read_key}").status == 303
    tally(2)


def test_a_key_for_one_site_opens_no_other_one_of_its_organisation(world, tenants, tally):
    mine = tenants[0]
    _, key = world.secret_key(mine, "read", "ff_rk_", [mine.sites[1].number])
    assert query(world, f"Bearer {key}", mine.sites[1].domain).status == 200
    assert query(world, f"Bearer {key}", mine.sites[0].domain).status == 404
    # Of another organisation's site it may speak, and opens nothing there.
    _, key = world.secret_key(mine, "read", "ff_rk_", [tenants[1].sites[0].number])
    assert query(world, f"Bearer {key}", tenants[1].sites[0].domain).status == 404
    _, key = world.secret_key(mine, "read", "ff_rk_", [])
    assert query(world, f"Bearer {key}", mine.sites[0].domain).status == 404
    tally(4)


def test_a_revoked_or_expired_key_opens_nothing_at_once(world, database, tenants, tally):
    mine = tenants[0]
    number, key = world.secret_key(mine, "read", "ff_rk_")
    assert query(world, f"Bearer {key}", mine.sites[0].domain).status == 200
    database.execute("update secret_key set expires_at = now() - interval '1 second' where secret_key_id = %s", (number,))
    assert query(world, f"Bearer {key}", mine.sites[0].domain).status == 401
    database.execute("update secret_key set expires_at = null where secret_key_id = %s", (number,))
    assert query(world, f"Bearer {key}", mine.sites[0].domain).status == 200
    assert world.browser(mine.people["owner"]).post(f"{mine.home}/keys/revoke", {"key": number, "confirmation": "yes"}).status == 303
    assert query(world, f"Bearer {key}", mine.sites[0].domain).status == 401
    tally(4)


def test_a_sending_key_sends_for_its_own_sites_only(world, database, tenants, tally):
    from conftest import wait_for
    from fastcgi import Connection, request

    mine, theirs, _ = tenants
    _, narrow = world.secret_key(mine, "send", "ff_sk_", [mine.sites[1].number])

    def send(key, site, name):
        body = json.dumps({"s": site.key, "u": f"http://localhost/{name}", "n": name}).encode()
        with Connection(world.ingest) as connection:
            return connection.send(request("/api/v1/events", body, CONTENT_TYPE=JSON, HTTP_AUTHORIZATION=f"Bearer {key}")).whole()

    # As soon as the gateway knows the keys.
    assert wait_for(lambda: send(narrow, mine.sites[1], f"good{mine.marker}")[0] == 200)
    name, through = f"evil{mine.marker}", []
    # A key that reads the very site, and one that has expired.
    _, reading = world.secret_key(mine, "read", "ff_rk_", [mine.sites[0].number])
    number, expired = world.secret_key(mine, "send", "ff_sk_", [mine.sites[0].number])
    database.execute("update secret_key set expires_at = now() - interval '1 hour' where secret_key_id = %s", (number,))
    _, later = world.secret_key(mine, "send", "ff_sk_", [mine.sites[1].number])
    assert wait_for(lambda: send(later, mine.sites[1], f"good{mine.marker}")[0] == 200)
    # What can only be refused, and what may count for the key's own site, whatever site the event names.
    for what, key, site in (
            ("a reading key of the site", reading, mine.sites[0]), ("an expired key", expired, mine.sites[0]),
            ("a reading key of the organisation", mine.read_key, mine.sites[0]), ("half a key", mine.send_key[:-1], mine.sites[0]),
            ("no key", "", mine.sites[0]), ("another one of the organisation's sites", narrow, mine.sites[0]),
            ("another organisation's site", narrow, theirs.sites[0])):
        status, _, text = send(key, site, name)
        if key != narrow and status == 200 and json.loads(text)["accepted"]:
            through.append(what)
        tally()
    assert wait_for(lambda: world.one("select count(*) from event_text where name = %s", f"good{mine.marker}") >= 2)
    elsewhere = world.one("select count(*) from event_text where name = %s and site_id <> %s", name, mine.sites[1].number)
    assert (through, elsewhere) == ([], 0)


def test_a_sending_key_of_the_whole_organisation_sends_for_all_its_sites(world, tenants, tally):
    """And for no others: what the page of keys promises."""
    from conftest import wait_for
    from fastcgi import Connection, request

    mine, theirs, _ = tenants

    def accepted(key, site):
        body = json.dumps({"s": site.key, "u": f"http://localhost/{mine.marker}-all"}).encode()
        with Connection(world.ingest) as connection:
            status, _, text = connection.send(
                request("/api/v1/events", body, CONTENT_TYPE=JSON, HTTP_AUTHORIZATION=f"Bearer {key}")).whole()
        return status == 200 and json.loads(text)["accepted"] == 1

    _, both = world.secret_key(mine, "send", "ff_sk_", [site.number for site in mine.sites])
    for key in (mine.send_key, both):
        for site in mine.sites:
            assert wait_for(lambda k=key, s=site: accepted(k, s), 8), ("refused", key == both, site.domain)
            tally()
        assert not accepted(key, theirs.sites[0])
