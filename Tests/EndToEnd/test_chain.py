"""What people see of the chain: programs kept apart, the live inspector, the data-quality page and the privacy record."""

import json
import urllib.error
import urllib.request

import pytest
from conftest import SCREENSHOTS, wait_for
from playwright.sync_api import sync_playwright

SITE = "/dashboard/shop.example"


def send(base_url, path, **fields):
    body = json.dumps({"s": "demo", "u": f"http://localhost{path}", **fields}).encode()
    request = urllib.request.Request(f"{base_url}/e", body, {"Content-Type": "text/plain", "Accept-Language": "de"})
    assert urllib.request.urlopen(request, timeout=30).status == 204


def test_a_browser_that_a_program_drives_is_kept_apart(base_url, database):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_context(user_agent="Mozilla/5.0 (X11; Linux x86_64) Driven/1.0").new_page()
        page.goto(f"{base_url}/shop/?driven")
        page.evaluate("footfall('driven')")
        page.wait_for_timeout(500)
        browser.close()
    rows = wait_for(
        lambda: database.execute("select bot, reason, score from bot_event_text where name = 'driven'").fetchall())
    assert rows and rows[0][0] == "headless", rows
    assert database.execute("select count(*) from event_text where name = 'driven'").fetchone()[0] == 0


def test_what_the_server_says_of_a_browser_is_stored(visitor, base_url, database):
    page = visitor("Enriched", locale="de-AT", viewport={"width": 1000, "height": 700})
    page.goto(f"{base_url}/shop/?utm_source=newsletter&utm_medium=email&token=secret#part")
    row = wait_for(lambda: database.execute(
        "select device, acquisition, source from session_text where acquisition ->> 'utm_source' = 'newsletter'"
        " order by started_at desc limit 1").fetchone())
    assert row, "the visit was to be stored"
    device, acquisition, source = row
    assert device["os"] == "Linux" and device["language"] == "de" and device["screen"]
    assert acquisition["channel"] == "Email" and source == "newsletter"


def test_the_live_inspector_shows_each_step_and_names_nobody(reader, base_url):
    page = reader("Inspector", viewport={"width": 390, "height": 844})
    page.goto(f"{base_url}{SITE}/inspector")
    send(base_url, "/inspected/anna@example.org?token=secret4711", t="Inspected")

    def shown():
        page.goto(f"{base_url}{SITE}/inspector?pause=1")
        return page.content() if "/inspected/[email]" in page.content() else None

    content = wait_for(shown)
    assert content, "the event was to appear"
    for step in ("url_scrub", "user_agent", "pii", "visitor_id", "discard"):
        assert step in content
    for secret in ("anna@example.org", "secret4711", "Test/1.0", "127.0.0.1</code>"):
        assert secret not in content, secret
    page.screenshot(path=SCREENSHOTS / "inspector-390.png", full_page=True)


def test_every_event_is_accounted_for(reader, base_url, database):
    send(base_url, "/accounted")
    with pytest.raises(urllib.error.HTTPError):
        send(base_url, "/never", n="")
    assert wait_for(
        lambda: database.execute("select count(*) from event_text where path = '/accounted'").fetchone()[0])

    def balanced():
        page.goto(f"{base_url}{SITE}/quality")
        return "Every event is accounted for" in page.content()

    page = reader("Accountant", viewport={"width": 1280, "height": 900})
    assert wait_for(balanced)
    page.screenshot(path=SCREENSHOTS / "quality-1280.png", full_page=True)
    sums = dict(database.execute("select outcome = 'received', sum(count) from ledger group by 1").fetchall())
    assert sums[True] == sums[False]
    metrics = urllib.request.urlopen(f"{base_url}/metrics/web", timeout=30).read().decode()
    assert 'footfall_ledger_events{outcome="received"' in metrics


def test_the_privacy_record_says_what_is_kept_and_is_public_only_on_demand(reader, base_url):
    page = reader("Officer", viewport={"width": 1280, "height": 900})
    page.goto(f"{base_url}{SITE}/privacy")
    content = page.content()
    for name in ("search_term", "browser", "visitor", "channel", "visitor.address"):
        assert name in content, name
    assert "consent" not in content.lower() or "no consent" not in content.lower()
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.urlopen(f"{base_url}/footfall/privacy/shop.example", timeout=30)
    assert answer.value.code == 404
