"""`footfall demo`: made-up visits that the loader stores, that look real, and that are the same for the same seed."""

import re
import time

import pytest
from nginx_server import ROOT
from stack import Stack
from test_commands import footfall

EVENTS, DAYS, SEED = 5000, 3, 7
# The sites of the two runs; the first is the one that every stack has.
SITES = ["shop.example", "second.example"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    state = tmp_path_factory.mktemp("demo")
    for folder in [state, *state.parents[:2]]:
        folder.chmod(0o755)  # PostgreSQL's user has to get through
    stack = Stack(state)
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


def run(stack, *words):
    process = stack.run(*words)
    output, _ = process.communicate(timeout=120)
    return process.returncode, output


def demo(stack, site, *words):
    return run(stack, "demo", *site, "--events", str(EVENTS), "--days", str(DAYS), "--seed", str(SEED), *words)


@pytest.fixture(scope="module")
def filled(stack):
    """What the runs for both sites said. The first names no site, for there is only one."""
    # The days are counted back from the minute: both runs shall be in the same one.
    while time.time() % 60 > 40:
        time.sleep(0.5)
    outputs = []
    for site in SITES:
        if outputs:
            assert run(stack, "site", "add", site)[0] == 0
        code, output = demo(stack, [site] if outputs else [])
        assert code == 0, output
        outputs.append(output)
    return outputs


def test_it_says_what_it_did_and_where_to_look(stack, filled):
    session = stack.come_in()
    for site, output in zip(SITES, filled, strict=True):
        visits = re.search(r"^Stored 5,000 events of ([\d,]+) visits in [\d.]+ s", output, re.MULTILINE)
        stored = stack.query("select count(*) from session join site using (site_id) where domain = %s", site)[0][0]
        assert visits and int(visits[1].replace(",", "")) == stored
        assert f"/dashboard/{site}" in output
        assert "/pricing" in session.read(f"/dashboard/{site}")


def test_the_same_seed_makes_the_same_events(stack, filled):
    def numbers(site):
        return stack.query(
            "select time at time zone 'UTC', name, path, title, source, country, properties, device, acquisition "
            "from event_text where domain = %s order by time, event_id", site)

    first, second = (numbers(site) for site in SITES)
    assert len(first) == EVENTS
    assert first == second


def test_every_event_lies_in_the_period_and_in_the_ledger(stack, filled):
    for site in SITES:
        age = stack.query(
            "select extract(epoch from now() - min(time)), extract(epoch from now() - max(time)) from event_text where domain = %s",
            site)[0]
        assert 2.5 * 86400 < age[0] < DAYS * 86400 + 300 and age[1] > 0
        ledger = dict(stack.query(
            "select outcome, sum(count) from ledger join site using (site_id) where domain = %s group by 1", site))
        assert ledger == {"received": EVENTS, "stored": EVENTS}


def test_it_looks_like_a_site(stack, filled):
    visits, bounces, views, direct, daily = stack.query(
        """
        select count(*), avg((pageviews = 1 and events = 0 and engaged_ms < 10000)::int), max(pageviews),
            avg((source is null)::int), count(*)::float / count(distinct visitor)
        from session_text where domain = %s
        """, SITES[0])[0]
    assert 4 < EVENTS / visits < 6
    assert 0.5 < bounces < 0.6 and 0.3 < direct < 0.5 and 1.1 < daily < 1.5 and 15 < views <= 20
    names = {name for name, in stack.query("select distinct name from event_text where domain = %s", SITES[0])}
    assert {"pageview", "outbound", "signup", "purchase"} <= names
    channels = {channel for channel, in stack.query(
        "select distinct acquisition ->> 'channel' from session_text where domain = %s", SITES[0])}
    assert {"Direct", "Organic Search", "Email", "Paid Search"} <= channels
    purchase = stack.query("select properties from event_text where name = 'purchase' and domain = %s limit 1", SITES[0])
    assert set(purchase[0][0]) == {"plan", "amount"}


def test_which_site_has_to_be_clear(stack, filled):
    code, output = demo(stack, [])
    assert code == 64 and ", ".join(sorted(SITES)) in output
    code, output = demo(stack, ["nowhere.example"])
    assert code == 78 and "footfall site add nowhere.example" in output


@pytest.mark.parametrize(
    "words, message",
    [
        (["--events", "0"], "from 1 to 100000000"),
        (["--events", "100000001"], "from 1 to 100000000"),
        (["--events", "many"], "many"),
        (["--days", "0"], "from 1 to 400"),
        (["--days", "401"], "from 1 to 400"),
        (["--paths", "9"], "from 10 to 1000000"),
        (["--paths", "1000001"], "from 10 to 1000000"),
        (["--seed", "-1"], "--seed"),
        (["--seed", "1.5"], "--seed"),
        (["a.example", "b.example"], "one site"),
        (["--event", "5"], "--events"),
    ],
)
def test_nonsense_is_refused(words, message):
    """Before anything is read or connected to."""
    assert message in footfall("demo", *words, code=64, config=ROOT / "no-such-file")
