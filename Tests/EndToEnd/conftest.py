"""What the tests against the whole stack share. `tools/test browser` starts the stack and says where it is."""

import os
import time
import urllib.request
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import sync_playwright
from support import door

# What urllib says of itself is a program's, and would be kept apart from people's.
opener = urllib.request.build_opener()
opener.addheaders = [("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Test/1.0")]
urllib.request.install_opener(opener)

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / ".run" / "screenshots"


def setting(name):
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run `make test-browser`, which starts the stack")
    return value


def pytest_collection_modifyitems(items):
    # Thousands of names of events would push everything else out of the dashboard's lists.
    items.sort(key=lambda item: item.path.name == "test_hostile_events.py")


def wait_for(look, seconds=30):
    """The first true thing that `look` returns. Slow machines get their time; a wrong result stays wrong."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


@pytest.fixture(scope="session")
def base_url():
    return setting("FOOTFALL_TEST_BASE_URL")


@pytest.fixture(scope="session")
def database():
    with psycopg.connect(setting("FOOTFALL_TEST_STACK_DATABASE_URL"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        # Debian's browser; --no-sandbox because tests run as root on build machines.
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-blink-features=AutomationControlled"])
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser):
    """Makes browsers of different people: a user agent of its own makes a visitor of its own."""
    contexts = []

    def make(name, **options):
        context = browser.new_context(user_agent=f"Mozilla/5.0 (X11; Linux x86_64) {name}/1.0", **options)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def session(base_url):
    """Somebody who is signed in, for pages that are read without a browser."""
    return door.come_in(base_url, {})


@pytest.fixture
def reader(visitor, session):
    """Makes browsers in which that somebody is signed in. Visitors are not: the shop's pages are theirs."""

    def make(name="Reader", **options):
        page = visitor(name, **options)
        page.context.add_cookies(session.browser_cookies)
        return page

    return make


@pytest.fixture(scope="session")
def key(session):
    """A key with which programs ask for the numbers."""
    return session.make_reading_key()


@pytest.fixture
def events(database):
    """The stored events with this title or path, oldest first, as soon as there are `count`."""

    def read(where, value, count, seconds=30):
        def look():
            rows = database.execute(
                "select name, hostname, path, title, source, referrer_host, properties, visitor, session_id,"
                f" viewport_width from event_text where {where} = %s order by time, event_id",
                (value,),
            ).fetchall()
            return rows if len(rows) >= count else None

        rows = wait_for(look, seconds) or []
        assert len(rows) == count, rows
        return rows

    return read


@pytest.fixture(scope="session")
def processes():
    """The ids of the gateway's two processes; others than before mean that one has crashed and was started again."""
    supervisor = setting("FOOTFALL_TEST_SUPERVISOR_PID")

    def serves(pid):
        # There may be a third for a moment, which hands in what nginx has kept.
        try:
            return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[1:3] in (["serve", "ingest"], ["serve", "web"])
        except OSError:
            return False

    def read():
        return [pid for pid in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split() if serves(pid)]

    assert len(read()) == 2
    return read
