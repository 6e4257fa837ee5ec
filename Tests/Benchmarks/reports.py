#!/usr/bin/env python3
"""Asks pages and questions over a kept-alive connection to nginx and says how long the answers took, in milliseconds.

    reports.py once PORT WARM-UP PATH        opens the connection with WARM-UP, then PATH once
    reports.py again PORT PATH COUNT         PATH so many times after a first one that does not count: median
    reports.py watch PORT PATH SECONDS EVERY PATH every so many seconds, when each is due: lines "count", "p50", "p99", "most"
    reports.py ask PORT JSON                 a question of the API: its answer's totals, as "name value" lines

Nothing is taken off for nginx or for this program."""

import http.client
import json
import sys
import time


class Reader:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=300)

    def get(self, path, allowed=(200,)):
        began = time.perf_counter()
        self.connection.request("GET", path)
        return self.finish(path, began, allowed)

    def post(self, path, body):
        began = time.perf_counter()
        self.connection.request("POST", path, body, {"Content-Type": "application/json"})
        return self.finish(path, began, (200,))

    def finish(self, path, began, allowed):
        answer = self.connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status not in allowed:
            sys.exit(f"{path} was answered {answer.status}: {body[:200]!r}")
        return took, body


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
    totals = json.loads(Reader(port).post("/api/v1/query", question)[1])["totals"]
    print("\n".join(f"{name} {value}" for name, value in totals.items()))


{"once": once, "again": again, "watch": watch, "ask": ask}[sys.argv[1]](*sys.argv[2:])
