"""The load: threads that send events with ids of their own, and come again like good and bad clients do."""

import json
import random
import secrets
import threading
import time
import urllib.parse
from dataclasses import dataclass

from clients import NoAnswer
from history import ACKNOWLEDGED, REFUSED, REJECTED, SPOOLED, UNKNOWN, Sent

VISITORS = 40
# Says that nginx has answered in the gateway's place.
SPOOLED_HEADER = "x-footfall-spooled"


@dataclass
class Site:
    id: int
    domain: str
    key: str
    # For the server API; empty while the gateway has none.
    secret: str = ""


class Maker:
    """Makes the events of a round: every id and every path is unique for ever."""

    def __init__(self, sites, round, generator):
        self.sites = sites
        self.round = round
        self.generator = generator
        self.number = 0
        self.lock = threading.Lock()
        # Extra fields of every event, as a fault wants them: large ones fill a disk.
        self.padding = 0
        # Of all events, how many shall be refused by PostgreSQL.
        self.poison_share = 0

    def event(self, site=None, is_poison=False):
        with self.lock:
            self.number += 1
            number = self.number
            name = "pageview" if self.generator.random() < 0.7 else "chaos"
            site = site or self.generator.choice(self.sites)
            is_poison = is_poison or self.generator.random() < self.poison_share
        # The highest bit is the gateway's: 0 from browsers, 1 from servers.
        event = Sent(f"{secrets.randbits(127):032x}", site.domain, f"/c/{self.round:04x}/{number:08x}", name, is_poison)
        event.target = site
        return event

    def wire(self, event, with_key=True):
        fields = {"n": event.name, "u": f"http://localhost{event.path}", "i": event.id, "t": "Chaos"}
        if with_key:
            fields["s"] = event.target.key
        if event.is_poison:
            fields["w"] = POISON_WIDTH
        if self.padding:
            fields["p"] = {f"p{number}": words(self.padding) for number in range(20)}
        return fields


LETTERS = str.maketrans("0123456789", "ghijklmnop")


def words(length):
    """Text that the plugin `pii` takes for no token, card or number."""
    letters = secrets.token_hex(length // 2).translate(LETTERS)
    return " ".join(letters[place : place + 10] for place in range(0, len(letters), 11))


# The width of the viewport that a fault's CHECK constraint refuses: one that the plugin `screen` leaves as it is.
POISON_WIDTH = 12300


class Crowd:
    """The senders of a round. `clients` makes one client for each thread."""

    def __init__(self, history, maker, clients, seed, api_ways=(), pause=0.02):
        self.history = history
        self.maker = maker
        # Whether the server API is there, through nginx (True) and straight from the gateway (False).
        self.api_ways = api_ways
        self.pause = pause
        # nginx always answers, as long as it is there.
        self.nginx_may_die = False
        self.again = []
        self.lock = threading.Lock()
        self.is_stopping = threading.Event()
        # While this is set nobody sends.
        self.rest = threading.Event()
        self.threads = [
            threading.Thread(target=self.run, args=(client, random.Random(f"{seed}/{number}")), daemon=True)
            for number, client in enumerate(clients)
        ]

    def start(self):
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        """Lets requests under way come to their end."""
        self.is_stopping.set()
        for thread in self.threads:
            thread.join()

    def run(self, client, generator):
        while not self.is_stopping.is_set():
            if self.rest.is_set():
                time.sleep(0.05)
                continue
            events = self.take_again(generator)
            if events is None:
                events = self.new_events(generator)
                # Some arrive twice at the same time, perhaps through two gateways.
                if generator.random() < 0.03:
                    with self.lock:
                        self.again.append((0, events))
            outcome = self.send(client, events, generator)
            self.remember(events, outcome, generator)
            time.sleep(generator.random() * self.pause if outcome == ACKNOWLEDGED else 0.05)
        client.close()

    def new_events(self, generator):
        # No body may be larger than 64 KiB.
        most = min(30, 60_000 // (20 * (self.maker.padding + 10)))
        count = 1 if generator.random() < 0.6 else generator.randint(2, max(2, most))
        return [self.maker.event() for _ in range(count)]

    def remember(self, events, outcome, generator):
        """Most clients come again after a failure, and some send what has arrived once more."""
        wants_more = {ACKNOWLEDGED: 0.05, SPOOLED: 0.2, REJECTED: 0}.get(outcome, 0.8)
        if generator.random() < wants_more:
            with self.lock:
                self.again.append((time.monotonic() + generator.random() * 2, events))

    def take_again(self, generator):
        with self.lock:
            due = [entry for entry in self.again if entry[0] <= time.monotonic()]
            if not due:
                return None
            entry = generator.choice(due)
            self.again.remove(entry)
            return entry[1]

    def resend_all(self, client, seconds):
        """What was not acknowledged comes once more, after the fault is over."""
        deadline = time.monotonic() + seconds
        generator = random.Random(0)
        for _, events in self.again:
            if time.monotonic() > deadline:
                break
            self.send(client, events, generator)
        client.close()

    def send(self, client, events, generator, allows=()):
        """One request. `allows` are statuses that say no for ever and are right to do so."""
        self.settle(client, events, generator)
        for event in events:
            self.history.sending(event)
        way, call = self.request(client, events, generator)
        how = f"{way} of {len(events)} {'through nginx' if client.through_nginx else 'by ' + client.path}"
        agent = f"Mozilla/5.0 (X11; Linux x86_64) Chaos/{generator.randrange(VISITORS)}"
        method, target, body, headers = call
        try:
            answer = client.call(method, target, body, {"User-Agent": agent, **headers})
        except NoAnswer as error:
            if client.through_nginx and not self.nginx_may_die:
                self.history.complain(f"{how}: nginx gave no answer: {error}")
            self.history.note(events, UNKNOWN, f"{how}: {error}", client.through_nginx)
            return UNKNOWN
        if answer.status in allows or (allows and "x-footfall-refused" in answer.headers):
            outcome = REJECTED
        else:
            outcome = self.judge(way, answer, len(events), how)
        self.history.note(events, outcome, f"{how}: {answer.status}", client.through_nginx)
        return outcome

    def settle(self, client, events, generator):
        """Whether events come from a server: decided once, for a browser's are others even when they have the same id."""
        with self.lock:
            if events[0].is_settled:
                return
            has_key = len({event.site for event in events}) == 1 and events[0].target.secret
            is_from_server = client.through_nginx in self.api_ways and has_key and generator.random() < 0.3
            for event in events:
                event.is_settled = True
                event.is_from_server = bool(is_from_server)
                if is_from_server:
                    event.id = f"{int(event.id, 16) | 1 << 127:032x}"

    def request(self, client, events, generator):
        wires = [self.maker.wire(event) for event in events]
        if events[0].is_from_server:
            wires = [self.maker.wire(event, with_key=False) for event in events]
            lines = generator.random() < 0.5
            body = "\n".join(map(json.dumps, wires)) if lines else json.dumps(wires)
            headers = {
                "Authorization": f"Bearer {events[0].target.secret}",
                "Content-Type": "application/x-ndjson" if lines else "application/json",
            }
            return "api", ("POST", "/api/v1/events", body.encode(), headers)
        if len(events) == 1 and not self.maker.padding and generator.random() < 0.2:
            return "pixel", ("GET", "/p.gif?" + urllib.parse.urlencode(wires[0]), b"", {})
        body = json.dumps(wires[0] if len(wires) == 1 else wires).encode()
        return "beacon", ("POST", "/e", body, {"Content-Type": "text/plain"})

    def judge(self, way, answer, count, how):
        if answer.status in (503, 429):
            if "retry-after" not in answer.headers:
                self.history.complain(f"{how}: {answer.status} without Retry-After")
            return REFUSED
        if answer.status in (200, 204):
            if SPOOLED_HEADER in answer.headers:
                return SPOOLED
            if way == "pixel" and "x-footfall-refused" in answer.headers:
                if answer.headers["x-footfall-refused"] == "try again later":
                    return REFUSED
                self.history.complain(f"{how}: refused, {answer.headers['x-footfall-refused']}")
                return REJECTED
            if way == "api" and json.loads(answer.body).get("accepted") != count:
                self.history.complain(f"{how}: {answer.body[:300]!r}")
                return UNKNOWN
            return ACKNOWLEDGED
        self.history.complain(f"{how}: unexpected {answer.status} {answer.body[:300]!r}")
        return REJECTED if 400 <= answer.status < 500 else UNKNOWN
