"""`tools/chaos` calls this: python Tests/Chaos STATE [short]. Ends with 1 when a promise was broken."""

import os
import random
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

import faults_around
import faults_bytes
import faults_database
import faults_disk
import faults_process
import faults_stores
import report
import selfproof
from checker import Verdict
from rounds import Result, Round
from stack import ROOT, Stack

FILES = (faults_process, faults_database, faults_stores, faults_disk, faults_bytes, faults_around)
KINDS = [kind for file in FILES for kind in file.ALL]


def plan(stack, count, generator, is_short, only):
    """The faults of each round. A short run has the vital kinds and some of the others, a long one has all."""
    kinds = [kind for kind in KINDS if kind().is_possible(stack) and (not only or any(w in kind.name for w in only))]
    heavy = [kind for kind in kinds if not kind.is_light] or kinds
    light = [kind for kind in kinds if kind.is_light and heavy is not kinds]
    heavies, lights, rounds = [], [], []
    while len(rounds) < count:
        if not heavies:
            # Taken from the end.
            heavies = sorted(generator.sample(heavy, len(heavy)), key=lambda kind: "is_vital" in vars(kind))
        if not lights:
            lights = generator.sample(light, len(light))
        faults = [heavies.pop()()]
        # In a long run two heavy ones may come together; in a short one there is no time for that.
        fits = [kind for kind in heavy if not kind().is_alone and kind is not type(faults[0])]
        if not is_short and not faults[0].is_alone and fits and generator.random() < 0.2:
            faults.append(generator.choice(fits)())
        if lights and generator.random() < 0.3:
            faults.append(lights.pop()())
        rounds.append(faults)
    return rounds


class Run:
    """All rounds, on several stacks at a time: a round mostly waits."""

    def __init__(self, stacks, seed, count, is_short):
        self.stacks = stacks
        self.seed = seed
        self.is_short = is_short
        only = [word.strip() for word in os.environ.get("FOOTFALL_CHAOS_ONLY", "").split(",") if word.strip()]
        self.waiting = list(enumerate(plan(stacks[0], count, random.Random(seed), is_short, only)))
        self.results = []
        self.seen = set()
        self.is_proven = False
        # After so many broken rounds more of them tell nothing new.
        self.enough = int(os.environ.get("FOOTFALL_CHAOS_ENOUGH") or 3)
        self.is_ending = False
        self.lock = threading.Lock()

    def go(self):
        print(report.header(), flush=True)
        threads = [threading.Thread(target=self.work, args=(stack,), daemon=True) for stack in self.stacks]
        for thread in threads:
            thread.start()
        for thread in threads:
            # With a limit, because a signal would otherwise wait for the thread.
            while thread.is_alive():
                thread.join(0.2)
        return sorted(self.results, key=lambda result: result.number)

    def take(self):
        with self.lock:
            broken = sum(not result.verdict.is_good for result in self.results)
            if broken >= self.enough and self.waiting:
                print("footfall: enough rounds were broken, the rest is left out", flush=True)
                self.waiting = []
            if self.is_ending or not self.waiting:
                return None
            number, faults = self.waiting.pop(0)
            # The first freeze in a long run lasts a minute, the first absence half of one.
            names = {fault.name for fault in faults}
            is_thorough = not self.is_short and not names <= self.seen
            self.seen |= names
            return number, faults, is_thorough

    def work(self, stack):
        while work := self.take():
            number, faults, is_thorough = work
            round = Round(number, stack, faults, self.seed, self.is_short, is_thorough)
            result = self.play(stack, round)
            if self.is_ending:
                return
            with self.lock:
                self.results.append(result)
                print(report.line(result), flush=True)
                if not result.verdict.is_good:
                    print(report.counterexample(result, stack.state), flush=True)

    def play(self, stack, round):
        began = time.monotonic()
        try:
            result = round.run()
            with self.lock:
                proves = result.verdict.is_good and not self.is_proven
                self.is_proven |= proves
            if proves:
                result.verdict.violations += [f"the checker is blind: {text}" for text in selfproof.unseen(round)]
            return result
        except Exception:  # noqa: BLE001  # the other rounds shall tell, too
            totals = dict.fromkeys(report.COLUMNS, 0)
            verdict = Verdict([f"the round could not be carried out:\n{traceback.format_exc()}"])
            if not self.is_ending:
                stack.mend()
            seconds = time.monotonic() - began
            return Result(round.number, round.seed, round.names, totals, verdict, seconds, round.notes, round.ways)


def each(stacks, call):
    """On all stacks at once; the first error, if there was one, afterwards."""
    problems = []

    def one(stack):
        try:
            call(stack)
        except Exception as error:  # noqa: BLE001  # told by whoever called
            problems.append(error)

    threads = [threading.Thread(target=one, args=(stack,)) for stack in stacks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def main():
    state, is_short = Path(sys.argv[1]), "short" in sys.argv[2:]
    count = int(os.environ.get("FOOTFALL_CHAOS_ROUNDS") or (20 if is_short else 200))
    seed = os.environ.get("FOOTFALL_CHAOS_SEED") or str(random.SystemRandom().randrange(1_000_000))
    lanes = min(count, int(os.environ.get("FOOTFALL_CHAOS_LANES") or (3 if is_short else 2)))
    began = time.monotonic()
    stacks = [Stack(state / f"lane-{number}") for number in range(lanes)]
    run = None

    def end(*_):
        # As an exception, so that everything that was started is ended.
        if run is not None:
            run.is_ending = True
        sys.exit(143)

    signal.signal(signal.SIGTERM, end)
    try:
        # Any round may come to any stack.
        each(stacks, lambda stack: stack.up(range(count)))
        print(f"{lanes} stacks are up after {time.monotonic() - began:.1f} s", flush=True)
        run = Run(stacks, seed, count, is_short)
        results = run.go()
    finally:
        if run is not None:
            run.is_ending = True
        each(stacks, Stack.down)
    text = report.markdown(results, seed, time.monotonic() - began)
    print("\n" + text, flush=True)
    if os.environ.get("FOOTFALL_CHAOS_WRITE") == "1":
        (ROOT / "docs" / "chaos.md").write_text(text)
    sys.exit(0 if results and all(result.verdict.is_good for result in results) else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
