#!/usr/bin/env python3
"""A flame graph in words: reads `perf script -F comm,ip,sym,dso` and prints, in Markdown, which share of the samples each
function has with all that it calls, and which on its own.

    profile.py time FILE
    profile.py allocations FILE EVENTS   of stacks in malloc, one for each call, while so many events came"""

import re
import sys
from collections import Counter

# What says nothing about where: thread starts, and the closures and copies that the compiler makes.
WORTHLESS = re.compile(r"^(\[unknown\]|start_thread|clone3?|__clone|_start|0x)|^(closure|partial apply|thunk|implicit closure)")

# What allocates for others.
RUNTIME = re.compile(
    r"^((static )?(\[unknown\]|_*swift_|swift::|malloc|operator new|Array[.<]|ContiguousArray[.<]|_Contiguous|_allocate|_copyCollection"
    r"|_String|__String|_Set|__Set|_Dictionary|__Dictionary|_Native|String\._|String\.init|_Array))")


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


def plain(function):
    return re.sub(r"^(specialized |generic |merged |outlined )+", "", function)


def name(function, file):
    text = plain(function)
    where = "kernel" if file.startswith("[") else file
    return f"`{text[:110]}`" + ("" if where == "footfall" else f" ({where})")


def table(title, counts, total, limit, form="{:.1%}"):
    print(f"| {title} | {'share' if '%' in form else 'for each event'} |\n|---|---|")
    for text, count in counts.most_common(limit):
        if count / total < 0.005:
            break
        print(f"| {text} | {form.format(count / total)} |")
    print()


def of_time(path):
    total, threads, alone, together, files = 0, Counter(), Counter(), Counter(), Counter()
    for thread, frames in stacks(path):
        total += 1
        threads[re.sub(r"-\d+$", "", thread)] += 1
        files["kernel" if frames[0][1].startswith("[") else frames[0][1]] += 1
        alone[name(*frames[0])] += 1
        together.update(callers(frames))
    print(f"{total:,} samples of time.\n")
    table("thread", threads, total, 12)
    table("where the processor was", files, total, 8)
    table("function, with what it calls", together, total, 45)
    table("function alone", alone, total, 30)


def of_allocations(path, events):
    total, asking, together = 0, Counter(), Counter()
    for _, frames in stacks(path):
        total += 1
        together.update(callers(frames))
        # Debian's C libraries keep no frame pointers, so that a stack may end in them.
        asking[next((name(*frame) for frame in frames if is_telling(*frame)), "C libraries (libfcgi, libpq, libc)")] += 1
    print(f"{total / events:.1f} calls of malloc for each event.\n")
    table("who asked for memory", asking, events, 40, "{:.1f}")
    table("function, with what it calls", together, events, 45, "{:.1f}")


def is_telling(function, file):
    return not RUNTIME.match(plain(function)) and not WORTHLESS.match(function) and not file.startswith("lib")


def callers(frames):
    # Of the kernel, libc's name for the call that went there says enough.
    return {name(*frame) for frame in frames if not WORTHLESS.match(frame[0]) and frame[1][0] != "["}


if sys.argv[1] == "time":
    of_time(sys.argv[2])
else:
    of_allocations(sys.argv[2], int(sys.argv[3]))
