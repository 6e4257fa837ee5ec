#!/usr/bin/env python3
"""Asks pages and questions over a kept-alive connection to nginx and says how long the answers took, in milliseconds.

    reports.py FILE come-in PORT                  makes an account, signs in, and keeps cookies and key in FILE for the others
    reports.py FILE once PORT WARM-UP PATH        opens the connection with WARM-UP, then PATH once
    reports.py FILE again PORT PATH COUNT         PATH so many times after a first one that does not count: median
    reports.py FILE watch PORT PATH SECONDS EVERY PATH every so many seconds, when each is due: lines "count", "p50", "p99", "most"
    reports.py FILE ask PORT JSON                 a question of the API: its answer's totals, as "name value" lines

Nothing is taken off for nginx, for this program, or for finding out who asks."""

import http.client
import json
import os
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from support import door  # noqa: E402  (found only with the path above)

FILE = Path(sys.argv[1])


class Reader:
    """Somebody who is signed in, or with `has_key` a program that has a key."""

    def __init__(self, port, has_key=False):
        self.connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=300)
        kept = json.loads(FILE.read_text())
        self.session = door.Session(f"http://127.0.0.1:{port}", **(door.bearer(kept["key"]) if has_key else {}))
        if not has_key:
            self.session.cookies = kept["cookies"]

    def get(self, path, allowed=(200,)):
        headers = self.session.headers
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        return self.finish(path, began, allowed)

    def post(self, path, body):
        headers = self.session.headers | {"Content-Type": "application/json"}
        began = time.perf_counter()
        self.connection.request("POST", path, body, headers)
        return self.finish(path, began, (200,))

    def finish(self, path, began, allowed):
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        # A new process does not know the web tokens of the one before, and gives others.
        self.session.keep(answer.headers)
        if answer.status not in allowed:
            sys.exit(f"{path} was answered {answer.status}: {body[:200]!r}")
        return took, body


def come_in(port):
    session = door.come_in(f"http://127.0.0.1:{port}", {})
    with os.fdopen(os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"cookies": session.cookies, "key": session.make_reading_key()}, file)


def share(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


def once(port, warm_up, path):
    reader = Reader(port)
    # Any answer will do: what matters is that connections and code are there.
    reader.get(warm_up, (200, 404))
    print(f"{reader.get(path)[0]:.3f}")


def again(port, path, count):
    reader = Reader(port)
    reader.get(path)
    print(f"{share([reader.get(path)[0] for _ in range(int(count))], 0.5):.3f}")


def watch(port, path, seconds, every):
    """A request's clock starts when it is due: what waits behind a slow answer counts as slow, too."""
    reader, took = Reader(port), []
    began = time.perf_counter()
    due = began
    while due < began + float(seconds):
        time.sleep(max(0, due - time.perf_counter()))
        reader.get(path)
        took.append((time.perf_counter() - due) * 1000)
        due += float(every)
    print(f"count {len(took)}\np50 {share(took, 0.5):.3f}\np99 {share(took, 0.99):.3f}\nmost {max(took):.3f}")


def ask(port, question):
    totals = json.loads(Reader(port, has_key=True).post("/api/v1/query", question)[1])["totals"]
    print("\n".join(f"{name} {value}" for name, value in totals.items()))


{"come-in": come_in, "once": once, "again": again, "watch": watch, "ask": ask}[sys.argv[2]](*sys.argv[3:])
