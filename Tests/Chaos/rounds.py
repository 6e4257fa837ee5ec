"""One round: senders, a fault (sometimes two), recovery, and the verdict."""

import random
import re
import threading
import time
from dataclasses import dataclass, field

import journal_files
from checker import Verdict, check, totals
from clients import Browser, Responder
from facts import read
from history import History
from processes import wait_for
from senders import Crowd, Maker
from stack import ROOT

# How long everything that is pending may take to be loaded. Generous: the machine may be slow, and after a long outage
# the loader tries only every half minute.
DRAIN_SECONDS = 120

# An event's id in a line of nginx's spool.
ID = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


@dataclass
class Result:
    number: int
    seed: str
    faults: list
    totals: dict
    verdict: Verdict
    seconds: float = 0
    notes: list = field(default_factory=list)

    @property
    def name(self):
        return " + ".join(self.faults)


class Round:
    def __init__(self, number, stack, faults, seed, is_short, is_thorough=False):
        self.number = number
        self.stack = stack
        self.faults = faults
        self.seed = f"{seed}/{number}"
        self.generator = random.Random(self.seed)
        self.is_short = is_short
        # The long form of a fault that has one: a freeze of a minute instead of seconds.
        self.is_thorough = is_thorough
        self.gateway, self.second = stack.gateways
        self.uses_second = False
        self.notes = []
        self.gone = stack.sites[number, "gone"]
        sites = [stack.sites[number, "a"], stack.sites[number, "b"]]
        self.sites = {site.id: site.domain for site in [*sites, self.gone]}
        self.history = History(stack.state / f"acknowledged-{number:03}.log")
        self.maker = Maker(sites, number, random.Random(self.seed + "/events"))
        self.crowd = None

    @property
    def names(self):
        return [fault.name for fault in self.faults]

    def run(self):
        began = time.monotonic()
        try:
            verdict, facts = self.go()
        finally:
            self.history.close()
        return Result(
            self.number, self.seed, self.names, totals(self.history, facts), verdict, time.monotonic() - began, self.notes
        )

    def go(self):
        if self.generator.random() < 0.25:
            self.start_second()
        for fault in self.faults:
            fault.prepare(self)
        clients = self.clients()
        self.crowd = Crowd(self.history, self.maker, clients, self.seed, self.api_ways).start()
        try:
            self.act()
        finally:
            self.crowd.stop()
            for fault in self.faults:
                fault.heal(self)
        self.crowd.resend_all(self.browser(), 10)
        stuck = self.drain()
        for fault in self.faults:
            fault.clean(self)
        if self.uses_second:
            self.second.stop()
        with self.stack.admin() as database:
            facts = read(database, self.sites)
        verdict = check(self.history, facts)
        verdict.violations += stuck
        return verdict, facts

    def act(self):
        threads, problems = [], []

        def call(faults):
            try:
                for fault in faults:
                    fault.act(self)
            except Exception as error:  # noqa: BLE001  # told in the main thread
                problems.append(error)

        # One after the other, and the light ones beside them.
        for faults in [[fault for fault in self.faults if not fault.is_light]] + [
            [fault] for fault in self.faults if fault.is_light
        ]:
            threads.append(threading.Thread(target=call, args=(faults,)))
            threads[-1].start()
        for thread in threads:
            thread.join()
        if problems:
            raise problems[0]
        time.sleep(0.2)

    def clients(self):
        addresses = (f"127.0.{number // 250}.{number % 250 + 1}" for number in range(1000))
        clients = [Browser(self.stack.port, next(addresses)) for _ in range(5)]
        clients += [Responder(self.gateway.ingest, f"192.0.2.{number}") for number in (1, 2)]
        if self.uses_second:
            clients += [Responder(self.second.ingest, f"198.51.100.{number}") for number in (1, 2)]
        return clients

    @property
    def api_ways(self):
        if not self.maker.sites[0].secret:
            return ()
        return (True, False) if "/api/v1/events" in (ROOT / "nginx/footfall-server.conf").read_text() else (False,)

    def browser(self):
        return Browser(self.stack.port, "127.0.9.9")

    def start_second(self):
        if not self.uses_second:
            self.uses_second = True
            self.second.start()

    def spoil_tail(self, leaves_bytes=False):
        done = journal_files.spoil_tail(self.gateway.journal, self.generator, leaves_bytes)
        if done:
            self.notes.append(done)

    def replay(self):
        """What nginx has kept goes to the gateway."""
        lines = self.stack.spool_lines()
        if not lines:
            return
        # nginx's own id of the request is found, too; it is none of ours.
        self.history.was_spooled(id for line in lines for id in ID.findall(line.decode("latin-1")))
        done = self.stack.replay()
        if done:
            self.notes.append(done)

    def drain(self):
        """Why something is still pending, if it is."""
        gateways = [self.gateway, self.second] if self.uses_second else [self.gateway]
        for gateway in gateways:
            if not gateway.is_running:
                gateway.start()
            wait_for(gateway.answers, 40)
        self.replay()
        reasons = [gateway.drain(DRAIN_SECONDS) for gateway in gateways]
        return [reason for reason in reasons if reason]
