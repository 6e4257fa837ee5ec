"""`tools/chaos` calls this: python Tests/Chaos STATE [short]. Ends with 1 when a promise was broken."""

import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

import faults_around
import faults_bytes
import faults_database
import faults_disk
import faults_process
import report
import selfproof
from checker import Verdict
from rounds import Result, Round
from stack import ROOT, Stack

KINDS = [kind for file in (faults_process, faults_database, faults_disk, faults_bytes, faults_around) for kind in file.ALL]


def plan(stack, count, generator, is_short, only):
    """The faults of each round. Every kind comes at least once: where there are more kinds than rounds, some share one."""
    kinds = [kind for kind in KINDS if kind().is_possible(stack) and (not only or any(w in kind.name for w in only))]
    heavy = [kind for kind in kinds if not kind.is_light] or kinds
    light = [kind for kind in kinds if kind.is_light and heavy is not kinds]
    rounds, heavies, lights = [], [], []
    while len(rounds) < count:
        if not heavies:
            # Those that stand alone first (they are taken from the end): the others can share.
            heavies = sorted(generator.sample(heavy, len(heavy)), key=lambda kind: kind.is_alone and count < len(heavy))
        if not lights:
            lights = generator.sample(light, len(light))
        faults = [heavies.pop()()]
        if lights and (is_short or generator.random() < 0.3):
            faults.append(lights.pop()())
        rounds.append(faults)
    # More kinds than rounds: what is left joins where it may.
    come = {type(fault) for faults in rounds for fault in faults}
    for kind in kinds:
        if kind not in come:
            fits = [faults for faults in rounds if kind.is_light or not any(one.is_alone for one in faults)]
            min(fits or rounds, key=len).append(kind())
    return rounds


def run(stack, seed, count, is_short):
    only = [word.strip() for word in os.environ.get("FOOTFALL_CHAOS_ONLY", "").split(",") if word.strip()]
    planned = plan(stack, count, random.Random(seed), is_short, only)
    results, seen = [], set()
    # After so many broken rounds more of them tell nothing new.
    enough = int(os.environ.get("FOOTFALL_CHAOS_ENOUGH") or 3)
    print(report.header(), flush=True)
    for number, faults in enumerate(planned):
        # The first freeze in a long run lasts a minute, the first absence half of one.
        names = {fault.name for fault in faults}
        is_thorough = not is_short and not names <= seen
        seen |= names
        round = Round(number, stack, faults, seed, is_short, is_thorough)
        began = time.monotonic()
        try:
            result = round.run()
            if not any(result.verdict.is_good for result in results) and result.verdict.is_good:
                result.verdict.violations += [f"the checker is blind: {text}" for text in selfproof.unseen(round)]
        except Exception:  # noqa: BLE001  # the other rounds shall tell, too
            if stack.is_ending:
                raise
            totals = dict.fromkeys(report.COLUMNS, 0)
            text = f"the round could not be carried out:\n{traceback.format_exc()}"
            result = Result(number, round.seed, round.names, totals, Verdict([text]), time.monotonic() - began, round.notes)
            stack.mend()
        results.append(result)
        print(report.line(result), flush=True)
        if not result.verdict.is_good:
            print(report.counterexample(result, stack.state), flush=True)
            if sum(not result.verdict.is_good for result in results) >= enough:
                print("footfall: enough rounds were broken, the rest is left out", flush=True)
                break
    return results


def main():
    state, is_short = Path(sys.argv[1]), "short" in sys.argv[2:]
    count = int(os.environ.get("FOOTFALL_CHAOS_ROUNDS") or (20 if is_short else 200))
    seed = os.environ.get("FOOTFALL_CHAOS_SEED") or str(random.SystemRandom().randrange(1_000_000))
    stack = Stack(state)
    began = time.monotonic()

    def end(*_):
        # As an exception, so that everything that was started is ended.
        stack.is_ending = True
        sys.exit(143)

    signal.signal(signal.SIGTERM, end)
    try:
        stack.up(count)
        results = run(stack, seed, count, is_short)
    finally:
        stack.down()
    text = report.markdown(results, seed, time.monotonic() - began, stack.binary)
    print("\n" + text, flush=True)
    if os.environ.get("FOOTFALL_CHAOS_WRITE") == "1":
        (ROOT / "docs" / "chaos.md").write_text(text)
    sys.exit(0 if results and all(result.verdict.is_good for result in results) else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
