"""What the driver knows: which events it sent, and what became of every try. The checker believes this and nothing else.

An acknowledgment counts only once it is in a file of the driver's own, flushed to the disk: so a run that is itself
killed leaves behind what it had been promised.
"""

import json
import os
import threading
import time
from dataclasses import dataclass, field, replace

# What became of one try to send an event.
ACKNOWLEDGED = "acknowledged"  # 2xx of the gateway
SPOOLED = "spooled"  # 2xx of nginx in the gateway's place: best effort, but never twice
REFUSED = "refused"  # 503 or 429: come again
UNKNOWN = "unknown"  # no answer: it may have arrived
REJECTED = "rejected"  # 4xx: can never succeed


@dataclass(frozen=True)
class Try:
    outcome: str
    how: str
    at: float
    # Through nginx, which may hand one request to the gateway three times.
    through_nginx: bool


@dataclass
class Sent:
    """One event, by its id."""

    id: str
    site: str
    path: str
    name: str
    # Events that PostgreSQL is made to refuse: these, and only these, may be dead letters.
    is_poison: bool = False
    # Events of a site that is deleted before they can be stored: they are dropped, and counted as nobody's.
    is_orphan: bool = False
    # Sent with a secret key instead of from a page.
    is_from_server: bool = False
    # Whether that is decided.
    is_settled: bool = False
    tries: list = field(default_factory=list)

    def count(self, *outcomes):
        return sum(one.outcome in outcomes for one in self.tries)

    @property
    def is_acknowledged(self):
        return self.count(ACKNOWLEDGED) > 0

    def describe(self):
        lines = [f"event {self.id}, site {self.site}, {self.name} of {self.path}{', poison' if self.is_poison else ''}"]
        for one in self.tries:
            lines.append(f"    {one.at:9.3f} s  {one.outcome:<13}{one.how}")
        return "\n".join(lines)


class History:
    """The events of one round. Safe to use from many threads."""

    def __init__(self, file):
        self.events = {}
        self.complaints = []
        # Events whose journal bytes a fault has damaged after their acknowledgment: id to segment and offset.
        self.damaged = {}
        # Events in lines that nginx has kept and that were replayed, and those of them that nobody has to take.
        self.kept = set()
        self.refusable = set()
        # How often everything that the journal keeps may have been loaded again.
        self.reloads = 0
        self.began = time.monotonic()
        self._lock = threading.Lock()
        self._log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self):
        os.close(self._log)

    def sending(self, event):
        """Has to be called before the first byte leaves: what was never sent must not be stored."""
        with self._lock:
            self.events.setdefault(event.id, event)

    def note(self, events, outcome, how, through_nginx):
        at = time.monotonic() - self.began
        if outcome in (ACKNOWLEDGED, SPOOLED):
            lines = "".join(json.dumps([event.id, outcome, round(at, 3), how]) + "\n" for event in events)
            os.write(self._log, lines.encode())
            os.fdatasync(self._log)
        one = Try(outcome, how, at, through_nginx)
        with self._lock:
            for event in events:
                event.tries.append(one)

    def was_spooled(self, ids):
        """nginx answers for the gateway with the gateway's own words. Which of its answers these were, only the spool
        tells: each line takes one acknowledgment of the event back."""
        with self._lock:
            for id in ids:
                event = self.events.get(id)
                self.kept |= {id} & self.events.keys()
                for place, one in enumerate(event.tries if event else []):
                    if one.outcome == ACKNOWLEDGED and one.through_nginx:
                        event.tries[place] = replace(one, outcome=SPOOLED)
                        break

    def complain(self, text):
        """Something that is wrong whatever the database says, such as an answer that no client could understand."""
        with self._lock:
            self.complaints.append(f"{time.monotonic() - self.began:.3f} s: {text}")

    def tries(self, outcome):
        with self._lock:
            return sum(event.count(outcome) for event in self.events.values())

    def all(self):
        """The events sent so far, while others are being sent."""
        with self._lock:
            return list(self.events.values())

    def acknowledged(self):
        with self._lock:
            return [event for event in self.events.values() if event.is_acknowledged]
