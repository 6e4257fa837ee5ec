"""The one judge of a round: compares what was sent and acknowledged with what the database holds."""

from collections import Counter
from dataclasses import dataclass, field

from history import ACKNOWLEDGED, REJECTED, SPOOLED, UNKNOWN


@dataclass
class Facts:
    """What the database says about the sites of a round, once nothing is pending any more."""

    # Rows of `event`, joined with their texts: (event_id, domain, path, name, whether it has a visitor).
    rows: list = field(default_factory=list)
    # Rows of `dead_letter`: (event_id, reason).
    dead: list = field(default_factory=list)
    # Sums of `ledger` by outcome.
    ledger: dict = field(default_factory=dict)
    # Events that were dropped because their site was deleted, in all rounds so far.
    orphans: int = 0
    # Sums over `session`.
    session_pageviews: int = 0
    session_events: int = 0
    # Visits of one visitor that overlap, or events whose visit does not exist.
    broken_visits: list = field(default_factory=list)
    # Lines of the store `file`: (event_id, domain, path, name); `None` when it was not in the chain.
    lines: list | None = None


@dataclass
class Verdict:
    violations: list
    # Damaged events that are missing, which is allowed.
    missing_damaged: int = 0

    @property
    def is_good(self):
        return not self.violations


def check(history, facts):
    """Every promise that is broken, each with everything that is known about the first event that shows it."""
    events = history.events
    stored = Counter(row[0] for row in facts.rows)
    dead = Counter(row[0] for row in facts.dead)
    violations = [f"answer: {text}" for text in history.complaints[:3]]

    def report(what, ids, extra=None):
        ids = sorted(ids)
        if not ids:
            return
        first = ids[0]
        known = events[first].describe() if first in events else f"event {first}: nothing is known of it"
        text = f"{what}: {len(ids)}, of {len(events)} sent. The first:\n    {known}"
        violations.append(text + (f"\n    {extra(first)}" if extra else ""))

    missing = {
        id for id, event in events.items()
        if event.is_acknowledged and not event.is_orphan and not stored[id] and not dead[id]
    }
    report("acknowledged and lost", missing - set(history.damaged))
    kept = {id for id in history.kept if not stored[id] and not dead[id]} - history.refusable - set(history.damaged)
    report("kept by nginx and lost", {id for id in kept if not events[id].is_poison and not events[id].is_orphan})
    report("stored twice", {id for id, count in stored.items() if count > 1})
    report("stored and never sent", set(stored) - set(events), lambda id: str([r for r in facts.rows if r[0] == id]))
    report("dead and never sent", set(dead) - set(events))
    rejected = {id for id, event in events.items() if event.tries and event.count(REJECTED) == len(event.tries)}
    report("rejected and stored all the same", rejected & set(stored))
    reasons = dict(facts.dead)
    report("dead without a cause", {id for id in dead if id in events and not events[id].is_poison}, reasons.get)
    by_id = {row[0]: row for row in facts.rows}
    report(
        "stored as something else",
        {id for id, row in by_id.items() if id in events and row[1:4] != (events[id].site, events[id].path, events[id].name)},
        lambda id: f"stored: {by_id[id]}",
    )
    if facts.lines is not None:
        file_violations(history, facts.lines, report)
    violations += ledger_violations(history, facts)
    violations += visit_violations(facts)
    return Verdict(violations, len(missing & set(history.damaged)))


def file_violations(history, lines, report):
    """The store `file` is at least once: it has every event, and recognises none that is sent a second time."""
    events = history.events
    written = Counter(line[0] for line in lines)
    missing = {id for id, event in events.items() if event.is_acknowledged and not written[id]}
    report("store file: acknowledged and lost", missing - set(history.damaged))
    report("store file: written and never sent", set(written) - set(events))
    # A crash leaves no line twice: what stands behind the store's position is cut off.
    report(
        "store file: written more often than sent",
        {id for id, count in written.items() if id in events and count > most_deliveries(events[id])},
        lambda id: f"{written[id]} lines",
    )
    by_id = {line[0]: line for line in lines}
    report(
        "store file: written as something else",
        {id for id, line in by_id.items() if id in events and line[1:] != (events[id].site, events[id].path, events[id].name)},
        lambda id: f"written: {by_id[id]}",
    )


# nginx hands a request to the gateway up to three times, a replay up to five times more.
DELIVERIES = {SPOOLED: 8}


def most_deliveries(event):
    return sum(
        DELIVERIES.get(one.outcome, 3) if one.through_nginx else 1 for one in event.tries if one.outcome != REJECTED
    )


def ledger_violations(history, facts):
    ledger = Counter(facts.ledger)
    violations = []
    if ledger["stored"] != len(facts.rows):
        violations.append(f"ledger: {ledger['stored']} stored, but event has {len(facts.rows)} rows")
    if ledger["dead"] != len(facts.dead):
        violations.append(f"ledger: {ledger['dead']} dead, but dead_letter has {len(facts.dead)} rows")
    accounted = sum(ledger.values()) - ledger["received"]
    if ledger["received"] != accounted:
        violations.append(f"ledger: {ledger['received']} received, but {accounted} accounted for ({dict(ledger)})")
    settled = ledger["stored"] + ledger["duplicate"] + ledger["dead"]
    # Each acknowledged try is stored, a duplicate or dead. A try without an answer, or one that was refused after it
    # had been written, may be; and nginx hands a request on up to three times when connections break.
    counted = [event for id, event in history.events.items() if id not in history.damaged]
    least = sum(event.count(ACKNOWLEDGED) for event in counted if not event.is_orphan)
    most = sum(map(most_deliveries, history.events.values())) * (1 + history.reloads)
    if not least <= settled <= most:
        violations.append(
            f"ledger: {settled} stored, duplicate or dead, but the driver knows of at least {least} and at most {most}"
            f" ({dict(ledger)})"
        )
    # Those of a site that is gone are counted as nobody's, together with those of the rounds before.
    orphans = sum(event.count(ACKNOWLEDGED) for event in counted if event.is_orphan)
    if facts.orphans < orphans:
        violations.append(f"ledger: {facts.orphans} dropped because their site was deleted, of at least {orphans}")
    for outcome in ("dropped", "rejected"):
        allowed = sum(event.count(REJECTED, UNKNOWN, SPOOLED) for event in history.events.values())
        allowed *= 3 * (1 + history.reloads)
        if ledger[outcome] > allowed:
            violations.append(f"ledger: {ledger[outcome]} {outcome}, of which the driver knows nothing")
    return violations


def visit_violations(facts):
    violations = [f"visits: {text}" for text in facts.broken_visits[:3]]
    with_visitor = [row for row in facts.rows if row[4]]
    pageviews = sum(row[3] == "pageview" for row in with_visitor)
    if facts.session_pageviews != pageviews:
        violations.append(f"visits: they have {facts.session_pageviews} page views, the events {pageviews}")
    others = len(with_visitor) - pageviews
    if facts.session_events != others:
        violations.append(f"visits: they have {facts.session_events} custom events, the events {others}")
    return violations


def totals(history, facts):
    """For the line of a round and the summary."""
    return {
        "sent": len(history.events),
        "acknowledged": len(history.acknowledged()),
        "refused": history.tries("refused"),
        "spooled": history.tries(SPOOLED),
        "unknown": history.tries(UNKNOWN),
        "stored": len(facts.rows),
        "dead": len(facts.dead),
    }
