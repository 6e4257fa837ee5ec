#!/usr/bin/env python3
"""A flame graph in words: reads `perf script -F comm,ip,sym,dso` and prints, in Markdown, which share of the samples each
function has with all that it calls, and which on its own.

    profile.py FILE"""

import re
import sys
from collections import Counter

# What says nothing about where: thread starts, and the closures and copies that the compiler makes.
WORTHLESS = re.compile(r"^(\[unknown\]|start_thread|clone3?|__clone|_start|0x)|^(closure|partial apply|thunk|implicit closure)")


def stacks(path):
    """Lists of (function, file), innermost first."""
    frames, thread = [], ""
    with open(path, errors="replace") as file:
        for line in file:
            if not line.strip():
                if frames:
                    yield thread, frames
                frames = []
            elif not line[0].isspace():
                thread = line.split()[0]
            elif match := re.match(r"\s+[0-9a-f]+ (.*) \(([^()]*)\)$", line):
                frames.append((match[1].strip(), match[2].rsplit("/", 1)[-1]))
    if frames:
        yield thread, frames


def name(function, file):
    text = re.sub(r"\+0x[0-9a-f]+$", "", function)
    text = re.sub(r"^(function signature|generic|merged)[^:]*specialized? .* of |^specialized ", "", text)
    text = text.replace("@Swift ", "")
    where = "kernel" if file.startswith("[") else file
    return f"`{text[:110]}`" + ("" if where == "footfall" else f" ({where})")


def table(title, counts, total, limit):
    print(f"| {title} | share |\n|---|---|")
    for text, count in counts.most_common(limit):
        if count / total < 0.005:
            break
        print(f"| {text.replace('|', chr(92) + '|')} | {count / total:.1%} |")
    print()


def main():
    total, threads, alone, together, files = 0, Counter(), Counter(), Counter(), Counter()
    for thread, frames in stacks(sys.argv[1]):
        total += 1
        threads[re.sub(r"-\d+$", "", thread)] += 1
        files["kernel" if frames[0][1].startswith("[") else frames[0][1]] += 1
        alone[name(*frames[0])] += 1
        together.update({name(*frame) for frame in frames if not WORTHLESS.match(frame[0])})
    if total == 0:
        sys.exit("profile.py: perf saw nothing")
    print(f"{total:,} samples.\n")
    table("thread", threads, total, 12)
    table("where the processor was", files, total, 8)
    table("function, with what it calls", together, total, 45)
    table("function alone", alone, total, 30)


main()
