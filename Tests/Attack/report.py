"""What came of an attack, as a table: on the screen, and in docs/attack.md."""

import importlib
from pathlib import Path

INTRODUCTION = """# Attacks

`make attack` starts a Footfall of its own on loopback and attacks it: as a stranger, as a guest who wants more, as the
owner of another organisation, as a visitor whose events are full of markup, and as somebody who has the database's login.
`make test` holds a shorter form. The attacks are in [Tests/Attack](../Tests/Attack); each begins with what it is after.

A finding is an attack that got through: an answer that it should not have had, a row that it should not have changed, a
script that ran, an answer of 5xx, a process that ended. This table was written by the last run of the long form.
"""


def rows(results):
    """By module: what it is after, tests, what was tried, findings, what was left out, seconds."""
    modules = {}
    for node, outcome, seconds, tried in results:
        name = Path(node.split("::")[0]).stem
        row = modules.setdefault(name, [0, 0, 0, 0, 0.0])
        row[0] += 1
        row[1] += tried
        row[2] += outcome == "failed"
        row[3] += outcome == "skipped"
        row[4] += seconds
    for name, row in modules.items():
        title = (importlib.import_module(name).__doc__ or name).split("\n")[0].rstrip(".")
        yield title, *row


def table(results):
    lines = ["| attack | tests | tried | findings | left out | seconds |", "|---|---:|---:|---:|---:|---:|"]
    total = [0, 0, 0, 0, 0.0]
    for title, *numbers in rows(results):
        lines.append(f"| {title} | {numbers[0]} | {numbers[1]:,} | {numbers[2]} | {numbers[3]} | {numbers[4]:.0f} |")
        total = [one + other for one, other in zip(total, numbers)]
    lines.append(f"| **all** | **{total[0]}** | **{total[1]:,}** | **{total[2]}** | **{total[3]}** | **{total[4]:.0f}** |")
    return "\n".join(lines)


def page(results):
    failed = [node for node, outcome, _, _ in results if outcome == "failed"]
    words = "No findings." if not failed else "Findings:\n\n" + "\n".join(f"- `{node}`" for node in failed)
    return f"{INTRODUCTION}\n{table(results)}\n\n{words}\n"
