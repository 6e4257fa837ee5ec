"""The judge of the chaos runs must not be blind. Each run shows the same on rows of a real database (selfproof.py)."""

import copy

import pytest
from checker import Facts, check
from history import ACKNOWLEDGED, REFUSED, REJECTED, SPOOLED, UNKNOWN, History, Sent


class World:
    """Ten events that were sent, and a database that has them all."""

    def __init__(self, folder):
        self.history = History(folder / "acknowledged.log")
        self.events = [
            Sent(f"{number:032x}", "a.example", f"/{number}", "pageview" if number % 2 else "click") for number in range(10)
        ]
        for event in self.events:
            self.history.sending(event)
        self.history.note(self.events, ACKNOWLEDGED, "beacon", True)
        self.facts = Facts(
            rows=[(event.id, event.site, event.path, event.name, True) for event in self.events],
            ledger={"received": 10, "stored": 10},
            session_pageviews=5,
            session_events=5,
        )

    def another(self, outcome, **fields):
        event = Sent("f" * 32, "a.example", "/more", "pageview", **fields)
        self.history.sending(event)
        self.history.note([event], outcome, "beacon", True)
        return event

    def store(self, event, ledger=True):
        self.facts.rows.append((event.id, event.site, event.path, event.name, True))
        self.facts.session_pageviews += event.name == "pageview"
        self.facts.session_events += event.name != "pageview"
        if ledger:
            self.facts.ledger["stored"] += 1
            self.facts.ledger["received"] += 1

    def bury(self, event, reason="refused"):
        self.facts.dead.append((event.id, reason))
        self.facts.ledger["dead"] = self.facts.ledger.get("dead", 0) + 1
        self.facts.ledger["received"] += 1

    def take_away(self, index):
        row = self.facts.rows.pop(index)
        self.facts.ledger["stored"] -= 1
        self.facts.ledger["received"] -= 1
        self.facts.session_pageviews -= row[3] == "pageview"
        self.facts.session_events -= row[3] != "pageview"

    def violations(self):
        return check(self.history, self.facts).violations


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.history.close()


def test_a_world_in_order_is_good(world):
    assert world.violations() == []


def test_a_lost_event_is_found_and_shown(world):
    world.take_away(3)
    violations = world.violations()
    assert violations[0].startswith("acknowledged and lost: 1, of 10")
    assert world.events[3].id in violations[0] and "acknowledged" in violations[0] and "/3" in violations[0]


def test_an_event_that_nobody_acknowledged_may_be_missing_or_there(world):
    for outcome in (UNKNOWN, REFUSED, SPOOLED):
        other = copy.copy(world)
        other.facts = copy.deepcopy(world.facts)
        event = world.another(outcome)
        assert other.violations() == []
        other.store(event)
        assert other.violations() == []


def test_a_second_row_is_found(world):
    world.store(world.events[0])
    assert any(text.startswith("stored twice: 1") for text in world.violations())


def test_a_row_of_nobody_is_found(world):
    world.store(Sent("e" * 32, "a.example", "/unknown", "pageview"))
    assert any(text.startswith("stored and never sent: 1") for text in world.violations())


def test_a_rejected_event_must_not_be_stored(world):
    world.store(world.another(REJECTED))
    assert any(text.startswith("rejected and stored") for text in world.violations())


def test_a_dead_letter_is_where_an_acknowledged_event_may_end_if_there_was_a_cause(world):
    world.bury(world.another(ACKNOWLEDGED, is_poison=True))
    assert world.violations() == []
    world.take_away(0)
    world.bury(world.events[0])
    assert any(text.startswith("dead without a cause: 1") for text in world.violations())


def test_a_dead_letter_of_nobody_is_found(world):
    world.bury(Sent("e" * 32, "a.example", "/unknown", "pageview"))
    assert any(text.startswith("dead and never sent: 1") for text in world.violations())


@pytest.mark.parametrize("place, value", [(1, "b.example"), (2, "/other"), (3, "click")])
def test_an_event_that_changed_on_its_way_is_found(world, place, value):
    row = list(world.facts.rows[1])
    row[place] = value
    world.facts.rows[1] = tuple(row)
    assert any(text.startswith("stored as something else: 1") for text in world.violations())


@pytest.mark.parametrize("change", [{"stored": 9}, {"stored": 11}, {"dead": 1}, {"duplicate": 21}, {"dropped": 1}, {"received": 9}])
def test_a_ledger_that_does_not_balance_is_found(world, change):
    world.facts.ledger |= change
    assert any(text.startswith("ledger: ") for text in world.violations())


def test_a_second_delivery_has_to_be_counted(world):
    world.history.note([world.events[0]], ACKNOWLEDGED, "beacon", False)
    assert any(text.startswith("ledger: ") for text in world.violations())
    world.facts.ledger |= {"duplicate": 1, "received": 11}
    assert world.violations() == []


def test_visits_that_disagree_with_the_events_are_found(world):
    world.facts.session_pageviews += 1
    world.facts.session_events -= 1
    world.facts.broken_visits = ["event 1 has a visit that does not exist"]
    assert len([text for text in world.violations() if text.startswith("visits: ")]) == 3


def test_damaged_events_may_be_missing_and_no_others(world):
    world.history.damaged[world.events[2].id] = "segment 1, byte 100"
    world.take_away(2)
    verdict = check(world.history, world.facts)
    assert verdict.is_good and verdict.missing_damaged == 1
    world.take_away(2)
    assert any(text.startswith("acknowledged and lost: 1") for text in world.violations())


def test_a_wrong_answer_is_a_violation_by_itself(world):
    world.history.complain("503 without Retry-After")
    (text,) = world.violations()
    assert text.startswith("answer: ") and text.endswith(" s: 503 without Retry-After")


def test_an_acknowledgment_is_on_the_disk(world, tmp_path):
    lines = (tmp_path / "acknowledged.log").read_text().splitlines()
    assert len(lines) == 10 and world.events[0].id in lines[0]


def lines(world):
    return [row[:4] for row in world.facts.rows]


def test_the_store_file_has_every_event_and_nothing_else(world):
    world.facts.lines = lines(world)
    assert world.violations() == []
    lost = world.facts.lines.pop()
    assert any(text.startswith("store file: acknowledged and lost: 1") for text in world.violations())
    world.facts.lines += [lost, ("e" * 32, "a.example", "/", "pageview")]
    assert any(text.startswith("store file: written and never sent: 1") for text in world.violations())


def test_the_store_file_has_an_event_as_often_as_it_came_at_most(world):
    world.facts.lines = lines(world) + lines(world)[:1] * 2
    assert world.violations() == []  # nginx may have tried three times
    world.facts.lines += lines(world)[:1]
    assert any(text.startswith("store file: written more often than sent: 1") for text in world.violations())


def test_what_nginx_kept_and_a_replay_handed_in_is_stored(world):
    event = world.another(ACKNOWLEDGED)
    world.history.was_spooled([event.id])
    assert any(text.startswith("kept by nginx and lost: 1") for text in world.violations())
    world.history.refusable.add(event.id)
    assert world.violations() == []
