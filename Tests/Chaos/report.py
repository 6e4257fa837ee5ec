"""What the run says: a line for each round, and a page at the end."""

import os
import platform
import textwrap
from collections import defaultdict
from datetime import datetime, timezone

COLUMNS = ("sent", "acknowledged", "refused", "spooled", "unknown", "stored", "dead")


def header():
    return f"{'round':>5}  " + "".join(f"{name[:7]:>8}" for name in COLUMNS) + "  verdict      s  fault"


def line(result):
    verdict = "good" if result.verdict.is_good else "BROKEN"
    numbers = "".join(f"{result.totals[name]:>8}" for name in COLUMNS)
    text = f"{result.number:>5}  {numbers}  {verdict:<7}{result.seconds:>7.1f}  {result.name}  [{result.seed}]"
    if result.verdict.missing_damaged:
        text += f"  ({result.verdict.missing_damaged} damaged events set aside)"
    return text


def counterexample(result, state):
    texts = [textwrap.indent(text, "    ") for text in result.verdict.violations]
    notes = [f"    note: {note}" for note in result.notes]
    head = f"  round {result.number} ({result.name}), seed {result.seed}:"
    return "\n".join([head, *texts, *notes, f"    everything is kept in {state}"])


def markdown(results, seed, seconds):
    broken = [result for result in results if not result.verdict.is_good]
    sums = {name: sum(result.totals[name] for result in results) for name in COLUMNS}
    by_fault = defaultdict(list)
    for result in results:
        for name in result.faults:
            by_fault[name].append(result)
    lines = [
        "# Chaos",
        "",
        "<!-- Made by `FOOTFALL_CHAOS_WRITE=1 make chaos`. -->",
        "",
        "What `make chaos` does: it sends events with unique ids through nginx and straight to the gateway, notes each",
        "acknowledgment in a file of its own that is flushed to the disk, breaks something meanwhile, and compares, once",
        "nothing is pending any more, with what PostgreSQL holds. A round is good when every acknowledged event is stored",
        "or a dead letter, or dropped with its site, none is stored twice, none that was never sent, and ledger and",
        "visits agree with the rows. That the judge would notice is shown in each run: it is given a lost, a doubled, an unknown and a changed event.",
        "",
        f"{len(results)} rounds, seed `{seed}`, {seconds / 60:.0f} minutes, {datetime.now(timezone.utc):%Y-%m-%d},"
        f" {os.cpu_count()} cores, Linux {platform.release()}:"
        f" **{len(broken)} broken**.",
        "",
        f"Events sent {sums['sent']:,}, acknowledged {sums['acknowledged']:,}, stored {sums['stored']:,}, dead letters"
        f" {sums['dead']:,}. Tries answered 503 {sums['refused']:,}, kept by nginx {sums['spooled']:,}, without an answer"
        f" {sums['unknown']:,}.",
        "",
        "A round with two faults counts in both lines.",
        "",
        "| fault | rounds | acknowledged | 503 | no answer | broken |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, group in sorted(by_fault.items()):
        count = {column: sum(result.totals[column] for result in group) for column in COLUMNS}
        bad = sum(not result.verdict.is_good for result in group)
        lines.append(
            f"| {name} | {len(group)} | {count['acknowledged']:,} | {count['refused']:,} | {count['unknown']:,} | {bad} |"
        )
    return "\n".join(lines) + "\n"
