"""What the attacks share. `tools/attack` starts a stack that may be broken, and says where it is.

Each test counts what it tries; from that comes docs/attack.md.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "Tests/EndToEnd"))

import client  # noqa: E402  (found only with the path above)
from world import World  # noqa: E402

LONG = os.environ.get("FOOTFALL_TEST_ATTACK") == "long"


def setting(name):
    value = os.environ.get(name)
    if not value:
        pytest.fail(f"{name} is not set: run `make attack`, which starts the stack")
    return value


def wait_for(look, seconds=30):
    """The first true thing that `look` returns. Slow machines get their time; a wrong result stays wrong."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def stack(command, part):
    return subprocess.run(
        [ROOT / "tools/stack", command, setting("FOOTFALL_TEST_STATE"), part], check=True, capture_output=True, text=True
    ).stdout.strip()


def wall_clock():
    """Seconds since 1970 as the stack has them: its clock can be set (test_time.py)."""
    file = os.environ.get("FOOTFALL_RUN_CLOCK")
    return time.time() + (float(Path(file).read_text()) if file else 0)


def gateway_processes():
    """The ids of the gateway's two processes; others than before mean that one has crashed and was started again."""
    # Not through tools/stack: that would be asked a thousand times.
    processes = dict(line.split()[:2] for line in Path(setting("FOOTFALL_TEST_STATE"), "processes").read_text().splitlines())
    supervisor = processes["gateway"]
    return Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()


@pytest.fixture(scope="session")
def base_url():
    return setting("FOOTFALL_TEST_BASE_URL")


@pytest.fixture(scope="session")
def host(base_url):
    return base_url.removeprefix("http://")


@pytest.fixture(scope="session")
def database():
    """As the owner of the tables, for whom no policy holds: what really is there."""
    with psycopg.connect(setting("FOOTFALL_TEST_STACK_DATABASE_URL"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def world(database, host):
    return World(database, setting("FOOTFALL_LISTEN_WEB"), setting("FOOTFALL_TEST_INGEST_SOCKET"), host)


def restart_gateway():
    stack("stop", "gateway")
    stack("start", "gateway")


@pytest.fixture
def fresh_gateway():
    """A gateway that remembers no failed sign-in: what slows people down is kept in memory only."""
    restart_gateway()


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Debian's browser; --no-sandbox because tests run as root on build machines.
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def unharmed(fresh_gateway_if_asked):
    """After every attack both processes are the ones from before, and nothing was answered with 5xx."""
    before = gateway_processes()
    assert len(before) == 2
    client.broken.clear()
    yield
    assert client.broken == [], "answers that say that something broke"
    assert gateway_processes() == before, "a process has crashed"


@pytest.fixture
def fresh_gateway_if_asked(request):
    if "fresh_gateway" in request.fixturenames:
        request.getfixturevalue("fresh_gateway")


@pytest.fixture
def tally(request):
    """Counts what was tried."""

    def count(number=1):
        request.node.user_properties.append(("tried", number))

    return count


# ---- the table -------------------------------------------------------------------------------------------------------

results = []


def pytest_runtest_logreport(report):
    if report.when == "call" or report.outcome != "passed":
        tried = sum(number for name, number in report.user_properties if name == "tried")
        results.append((report.nodeid, report.outcome, report.duration, tried))


def pytest_sessionfinish(session):
    if not results:
        return
    from report import page, table

    print("\n\n" + table(results))
    # Two stacks make one table.
    file = os.environ.get("FOOTFALL_TEST_ATTACK_RESULTS")
    if file:
        before = json.loads(Path(file).read_text()) if Path(file).exists() else []
        Path(file).write_text(json.dumps(before + results))
        if LONG and os.environ.get("FOOTFALL_TEST_ATTACK_WRITE"):
            (ROOT / "docs/attack.md").write_text(page(before + results))
