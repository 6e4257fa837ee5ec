#!/usr/bin/env python3
"""Watches the memory and the descriptors of a process.

    memory.py watch PID SECONDS FILE   writes a line "second KiB descriptors" each second
    memory.py slope FILE               what the lines say: name and value, a line each
    memory.py now PID                  KiB

The slope is that of the least squares through the lines after the first fifth, in which caches fill."""

import os
import sys
import time


def resident(pid):
    """KiB. Counted page by page: statm's number is behind by what each processor has not added to it yet."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:"))


def sample(pid):
    return resident(pid), len(os.listdir(f"/proc/{pid}/fd"))


def watch(pid, seconds, path):
    start = time.monotonic()
    with open(path, "w") as file:
        while (passed := time.monotonic() - start) < seconds:
            file.write("{:.2f} {} {}\n".format(passed, *sample(pid)))
            file.flush()
            time.sleep(min(1, seconds / 20))


def slope(points):
    """Least squares, per unit of x."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / count, sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def report(path):
    with open(path) as file:
        lines = [tuple(float(word) for word in line.split()) for line in file]
    if len(lines) < 10:
        sys.exit(f"memory.py: {path} has only {len(lines)} lines: the process ended early")
    settled = [line for line in lines if line[0] >= lines[-1][0] / 5]
    print("largest_kib", int(max(kib for _, kib, _ in lines)))
    print("first_kib", int(settled[0][1]))
    print("last_kib", int(settled[-1][1]))
    late = [line for line in lines if line[0] >= lines[-1][0] / 2]
    for name, part in (("slope", settled), ("late_slope", late)):
        print(f"{name}_kib_per_minute {slope([(second / 60, kib) for second, kib, _ in part]):.1f}")
    print("largest_descriptors", int(max(descriptors for _, _, descriptors in lines)))


if sys.argv[1] == "watch":
    watch(int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
elif sys.argv[1] == "now":
    print(resident(int(sys.argv[2])))
else:
    report(sys.argv[2])
