"""The report pages in a real browser: what a click does, what happens by itself, and what axe-core says of them."""

import urllib.error
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import wait_for
from support.door import bearer

SITE = "/dashboard/shop.example"
PAGES = [
    "/dashboard",
    SITE,
    SITE + "?period=today&filter=page,contains,shop",
    SITE + "/realtime",
    SITE + "/pages",
    SITE + "/sources",
    SITE + "/locations",
    SITE + "/devices",
    SITE + "/events",
    SITE + "/goals",
    SITE + "/quality",
    SITE + "/inspector?pause=1",
    SITE + "/privacy",
    "/dashboard/nobody.example",
]


def chip(page):
    """The words of the only filter."""
    return " ".join(page.locator(".chip").inner_text().split())


@pytest.fixture
def visited(visitor, base_url, database):
    """Somebody was there."""
    page = visitor("Walker")
    page.goto(base_url + "/shop/", referer="https://www.google.com/")
    page.goto(base_url + "/shop/cup.html")
    seen = "select 1 from session_text where entry_path = '/shop' and exit_path = '/shop/cup.html' and source = 'Google'"
    assert wait_for(lambda: database.execute(seen).fetchone())


@pytest.mark.parametrize("width, scheme", [(360, "dark"), (1280, "light")])
def test_axe_core_finds_nothing(reader, base_url, visited, width, scheme):
    page = reader(viewport={"width": width, "height": 900}, color_scheme=scheme)
    found = []
    for path in PAGES:
        page.goto(base_url + path)
        # What is behind buttons, too.
        page.evaluate("for (const details of document.querySelectorAll('details.more')) details.open = true")
        for violation in Axe().run(page).response["violations"]:
            found.append((path, violation["id"], violation["nodes"][0]["html"][:200]))
    assert found == []


@pytest.mark.parametrize("has_script", [True, False])
def test_a_row_filters_a_chip_ends_it_and_back_goes_back(reader, base_url, visited, has_script):
    page = reader(java_script_enabled=has_script)
    page.goto(base_url + SITE + "?period=today")
    page.locator("section", has=page.locator("h2", has_text="Sources")).get_by_role("link", name="Google").click()
    assert "filter=source,is,Google" in page.url
    assert chip(page).startswith("Source is Google")
    shared = page.url
    page.get_by_role("navigation", name="Pages of this site").get_by_role("link", name="Pages", exact=True).click()
    assert "filter=source,is,Google" in page.url, "days and filters stay from page to page"
    page.go_back()
    assert page.url == shared
    page.get_by_role("link", name="Remove the filter Source Google").click()
    assert page.locator(".chip").count() == 0
    # The address is the state.
    page.goto(shared)
    assert page.locator(".chip").count() == 1


def test_the_filter_form_and_the_date_form_need_no_script(reader, base_url, visited):
    page = reader(java_script_enabled=False)
    page.goto(base_url + SITE + "?period=today")
    page.locator(".add summary").click()
    page.locator("select[name=dimension]").select_option("page")
    page.locator("select[name=operator]").select_option("matches")
    page.locator("input[name=value]").fill("/shop/*")
    page.get_by_role("button", name="Add").click()
    assert chip(page).startswith("Page matches /shop/*")
    page.locator(".picker details summary").click()
    page.locator("input[name=from]").fill("2026-01-01")
    page.locator("input[name=to]").fill("2026-01-31")
    page.get_by_role("button", name="Show").click()
    assert "1 – 31 January 2026" in page.locator(".range").inner_text()
    assert page.locator(".chip").count() == 1


def test_a_table_is_searched_and_downloaded(reader, base_url, visited):
    page = reader()
    page.goto(base_url + SITE + "/pages?period=today")
    page.get_by_role("searchbox").fill("cup")
    page.get_by_role("button", name="Search").click()
    names = page.locator(".ranking tbody a").all_inner_texts()
    assert names and all("cup" in name for name in names)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("page,visitors,pageviews")
    assert any(line.startswith("/shop/cup.html,") for line in lines)


def test_realtime_updates_by_itself(reader, base_url, database):
    page = reader()
    page.goto(base_url + SITE + "/realtime")
    page.evaluate("window.isTheSamePage = true")
    path = "/realtime-by-itself"
    body = '{"s":"demo","u":"%s%s"}' % (base_url, path)
    request = urllib.request.Request(
        base_url + "/e", body.encode(),
        {"Content-Type": "text/plain", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"})
    assert urllib.request.urlopen(request).status == 204
    page.get_by_text(path).wait_for(timeout=30_000)
    assert page.evaluate("window.isTheSamePage"), "the page was not loaded anew"


def test_a_question_of_the_api_has_the_pages_numbers(base_url, visited, key):
    body = b'{"site":"shop.example","period":"today","metrics":["visitors","pageviews"]}'
    request = urllib.request.Request(base_url + "/api/v1/query", body, {"Content-Type": "application/json"} | bearer(key))
    answer = urllib.request.urlopen(request).read().decode()
    assert '"totals":{"visitors":' in answer
    for type in ("text/plain", "application/x-www-form-urlencoded"):
        request = urllib.request.Request(base_url + "/api/v1/query", body, {"Content-Type": type} | bearer(key))
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code == 415, "another site's form must not be able to ask"
