"""Processes as /proc shows them, and waiting for what will come."""

import os
import signal
import time
from pathlib import Path


def wait_for(look, seconds):
    """The first true thing that `look` returns; what it returned last when time is up."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def runs(pid):
    """Whether the process is there and not a zombie, which only waits for its parent to look."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def send(pid, number):
    """Whether the process was still there."""
    try:
        os.kill(pid, number)
        return True
    except (ProcessLookupError, TypeError):
        return False


def family(pid):
    return [pid, *children(pid)]


def freeze(pid):
    """A server and the processes that it has made. Returns those that were stopped, for `thaw`."""
    send(pid, signal.SIGSTOP)
    frozen = family(pid)
    for one in frozen[1:]:
        send(one, signal.SIGSTOP)
    return frozen


def thaw(frozen):
    for pid in frozen:
        send(pid, signal.SIGCONT)


def end_family(pid, number=signal.SIGKILL):
    """A server and the processes that it has made, and waits for all of them to be gone."""
    all_of_it = family(pid)
    # With any other signal it ends its children itself, in the way that the signal asks for.
    for one in all_of_it if number == signal.SIGKILL else [pid]:
        send(one, number)
    if not wait_for(lambda: not any(runs(one) for one in all_of_it), 30):
        raise RuntimeError(f"these processes do not end: {[one for one in all_of_it if runs(one)]}")
