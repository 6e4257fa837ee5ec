"""The settings in a real browser: how they look, that they need no script, and what a site's page says of its limit."""

import re

import pytest
from conftest import wait_for
from support import door
from support.looks import look

SITE = "/dashboard/shop.example/settings"


@pytest.fixture(scope="module")
def owner(base_url, session):
    """Somebody who may do everything, with an organisation of their own in which there is something of each kind. After
    `session`: the demo belongs to the first organisation."""
    person = door.Person()
    session = door.Session(base_url).sign_in(person.add({}, organisation=f"Org of {person.email}"))
    home = re.search(r"/footfall/organisation/\d+", session.read("/dashboard"))[0]
    site = f"{person.email.split('@')[0]}.example"

    def send(path, page, **fields):
        answer = session.send(path, page=page, **fields)
        assert answer.status in (200, 303), answer.text[:2000]
        return answer

    send(f"{home}/sites/add", home, domain=site, hosts=f"{site} *.{site}", time_zone="Europe/Berlin")
    settings = f"/dashboard/{site}/settings"
    send(f"{settings}/goals/set", settings, name="Signed up for the newsletter", kind="page", target="/thanks/*")
    send(f"{settings}/public", settings, is_public="yes", embed_hosts="www.example.com")
    send(f"{settings}/links/add", settings, link_name="For the board of the company", may_embed="yes")
    send(f"{settings}/links/add", settings, link_name="With a password", password=door.Person().password)
    send(f"{home}/keys/add", f"{home}/keys", name="Shop server", scope="send", days="90")
    send(f"{home}/people/invite", f"{home}/people", email=f"somebody.with.a.long.name@{site}", role="admin")
    send(f"{home}/teams/add", f"{home}/people", name="Marketing")
    team = re.search(r'name="team" value="(\d+)"', session.read(f"{home}/people"))[1]
    number = re.search(r'name="person" value="(\d+)"', session.read(f"{home}/people"))[1]
    send(f"{home}/teams/add-member", f"{home}/people", team=team, person=number)
    send(f"{settings}/access/give", settings, holder=f"team-{team}", role="viewer")
    session.person, session.home, session.settings = person, home, settings
    return session


@pytest.fixture
def page(visitor, owner):
    page = visitor("Owner")
    page.context.add_cookies(owner.browser_cookies)
    return page


@pytest.mark.parametrize(
    "name", ["account", "organisation", "people", "keys", "brand", "audit", "site", "sites", "waiting", "not-found"])
def test_a_page_of_the_settings_looks_right(page, base_url, owner, name):
    address = {
        "account": "/footfall/account", "organisation": owner.home, "site": owner.settings, "sites": "/dashboard",
        "waiting": owner.settings.removesuffix("/settings"), "not-found": "/dashboard/nobody.example/settings",
    }.get(name, f"{owner.home}/{name}")
    page.goto(base_url + address)
    assert look(page, f"settings-{name}") == []


@pytest.mark.parametrize("has_script", [True, False])
def test_ending_a_key_is_asked_for_first_with_and_without_a_script(visitor, base_url, owner, has_script):
    name = f"To be ended {has_script}"
    owner.send(f"{owner.home}/keys/add", page=f"{owner.home}/keys", name=name, scope="read", days="0")
    page = visitor("Ender", java_script_enabled=has_script)
    page.context.add_cookies(owner.browser_cookies)
    row = page.locator("tr", has_text=name)
    page.goto(f"{base_url}{owner.home}/keys")
    row.get_by_role("button", name="End").click()
    assert page.get_by_role("heading", name=f"End the key “{name}”?").is_visible()
    if has_script:
        assert look(page, "settings-question") == []
    page.get_by_role("link", name="No, leave it as it is").click()
    assert row.count() == 1
    row.get_by_role("button", name="End").click()
    page.get_by_role("button", name="End the key").click()
    assert page.get_by_role("status").inner_text() == "Removed."
    assert row.count() == 0


def test_deleting_a_site_takes_its_name(page, base_url, owner):
    page.goto(base_url + owner.settings)
    page.get_by_text("Delete this site").click()
    card = page.locator("#delete")
    card.get_by_role("textbox").fill("something else")
    card.get_by_role("button", name="Delete").click()
    assert "Nothing was changed" in page.get_by_role("alert").inner_text()
    assert look(page, "settings-question-word") == []
    domain = owner.settings.split("/")[2]
    page.get_by_role("textbox").fill(domain.upper())
    page.get_by_role("button", name="Delete").click()
    assert "days of grace" in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Keep it").click()
    assert page.get_by_role("status").inner_text() == "It stays."


def test_a_page_says_where_the_sites_limit_stands(page, base_url, owner, database):
    owner.send(f"{owner.settings}/limits", page=owner.settings, events_per_second="7")

    def limit():
        page.goto(base_url + owner.settings)
        return " ".join(page.locator("#limits .facts").inner_text().split())

    # The gateway reads that within five seconds.
    assert wait_for(lambda: "Limit 7 a second" in limit()), limit()
    assert "Refused since the start 0" in limit() and "Forged, in quarantine 0" in limit()
    assert re.search(r"May come at once now \d+ of \d+", limit())
    owner.send(f"{owner.settings}/limits", page=owner.settings, events_per_second="")
    assert wait_for(lambda: "as the gateway is set" in limit() or "no limit" in limit()), limit()


def test_a_person_changes_their_address_and_makes_an_organisation(page, base_url, session):
    person = door.Person()
    own = door.Session(base_url).sign_in(person.add({}, organisation=f"First of {person.email}"))
    page.context.clear_cookies()
    page.context.add_cookies(own.browser_cookies)
    page.goto(base_url + "/footfall/account")
    card = page.locator("#address")
    card.get_by_label("Another address").fill(f"new-{person.email}")
    card.get_by_label("Your password now").fill(person.password)
    card.get_by_role("button", name="Change").click()
    assert "The address is changed" in page.get_by_role("status").inner_text()
    page.get_by_text("Another organisation").click()
    page.locator("#organisations").get_by_label("Name").fill(f"Second of {person.email}")
    page.get_by_role("button", name="Make it").click()
    assert page.url.split("?")[0] != base_url + "/footfall/account"
    assert f"Second of {person.email}" in page.locator(".headline").inner_text()
    person.email = f"new-{person.email}"
    assert door.Session(base_url).sign_in(person).call("/dashboard").status == 200
