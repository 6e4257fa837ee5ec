"""The disk is full, refuses, tears and lies."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import journal_files
from fault import Fault, has_journal, pause
from processes import wait_for


def is_root():
    return os.geteuid() == 0


class SmallDisk:
    """A tmpfs of a few megabytes in the state folder."""

    def __init__(self, state, bytes_):
        self.folder = Path(state) / "small"
        self.folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={bytes_},mode=700", "chaos", self.folder], check=True)

    def fill(self):
        with open(self.folder / "ballast", "wb") as file:
            try:
                while True:
                    file.write(bytes(65536))
                    file.flush()
            except OSError:
                pass

    def relieve(self):
        (self.folder / "ballast").unlink(missing_ok=True)

    def unmount(self):
        subprocess.run(["umount", self.folder], check=True)


class DiskFull(Fault):
    """The journal's disk is full: 503, nothing acknowledged is lost, and it recovers by itself."""

    name = "disk full"
    is_alone = True
    bytes_ = 10 << 20

    def is_possible(self, stack):
        return has_journal(stack) and is_root() and shutil.which("mount") is not None

    def prepare(self, round):
        self.disk = SmallDisk(round.stack.state, self.bytes_)
        round.gateway.stop()
        round.gateway.start(self.settings(round))
        round.maker.padding = 1000

    def settings(self, round):
        return {"FOOTFALL_JOURNAL_FOLDER": str(self.disk.folder / "journal")}

    def act(self, round):
        pause(round, 0.2, 0.5)
        before = round.history.tries("refused")
        self.fill(round)
        if not wait_for(lambda: round.history.tries("refused") > before, 40):
            round.history.complain(f"{self.name}: nobody was answered 503 in 40 s")
        pause(round, 0.5, 1)
        before = round.history.tries("acknowledged")
        self.relieve(round)
        if not wait_for(lambda: round.history.tries("acknowledged") > before + 20, 40):
            round.history.complain(f"{self.name}: it did not recover by itself in 40 s: {round.gateway.readiness()}")

    def fill(self, round):
        """Nothing is loaded, so that nothing can be deleted."""
        round.stack.proxy.shut()

    def relieve(self, round):
        round.stack.proxy.heal()

    def heal(self, round):
        self.relieve(round)

    def clean(self, round):
        round.gateway.stop()
        self.disk.unmount()
        round.gateway.start()


class DiskFilledByOthers(DiskFull):
    name = "disk filled by others"
    bytes_ = 24 << 20

    def fill(self, round):
        self.disk.fill()

    def relieve(self, round):
        self.disk.relieve()


class SpoolFull(DiskFull):
    """The bound that the configuration sets, long before the disk is full."""

    name = "journal at its limit"

    def is_possible(self, stack):
        return has_journal(stack)

    def prepare(self, round):
        round.gateway.stop()
        round.gateway.start({"FOOTFALL_JOURNAL_MAX_BYTES": str(6 << 20)})
        round.maker.padding = 1000

    def clean(self, round):
        round.gateway.stop()
        round.gateway.start()


class CallsFail(Fault):
    """System calls of the ingest process fail, by way of strace."""

    name = "fdatasync and pwrite fail"
    cases = [(call, error) for call in ("fdatasync", "pwrite64") for error in ("EIO", "ENOSPC")]

    def is_possible(self, stack):
        return has_journal(stack) and is_root() and shutil.which("strace") is not None

    def act(self, round):
        cases = list(self.cases)
        round.generator.shuffle(cases)
        for call, error in cases if round.is_short else cases[:2]:
            # Once, from a moment on for good, or every third time.
            when = round.generator.choice(["{n}", "{n}+", "{n}+3"]).format(n=round.generator.randint(1, 20))
            pid = round.gateway.wait_for_child()
            output = round.stack.state / "log" / "strace.log"
            tracer = subprocess.Popen(
                ["strace", "-f", "-qq", "-o", output, "-p", str(pid), "-e", f"trace={call}"]
                + ["-e", f"inject={call}:error={error}:when={when}"],
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                happened = wait_for(lambda: "(INJECTED)" in output.read_text() if output.exists() else False, 10)
                if not happened:
                    problem = f": {tracer.stderr.read()}" if tracer.poll() is not None else ""
                    round.history.complain(f"no {call} failed with {error} ({when}), the fault did not happen{problem}")
                pause(round, 0.2, 0.8)
            finally:
                # It lets go of the process and leaves it running.
                if tracer.poll() is None:
                    tracer.send_signal(signal.SIGTERM)
                    tracer.wait()
                output.unlink(missing_ok=True)
            wait_for(round.gateway.answers, 40)
            pause(round, 0.2, 0.4)


class TornTail(Fault):
    """A write that a dying machine tore: what nobody was told about is cut off, and nothing else."""

    name = "torn end of the journal"

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        for _ in range(2):
            pause(round, 0.3, 1)
            round.gateway.kill_all()
            round.spoil_tail()
            round.gateway.start()
            pause(round, 0.2, 0.5)


class Damaged(Fault):
    """Bytes of acknowledged events change on the disk: they are set aside with an alarm, and the others go on."""

    name = "acknowledged bytes damaged"
    is_alone = True

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        # What is damaged after it was loaded would hurt nobody.
        round.stack.proxy.shut()
        pause(round, 1, 2)
        round.gateway.kill_all()
        self.damage(round)
        round.gateway.start()
        pause(round, 0.2, 0.5)
        round.stack.proxy.heal()

    def damage(self, round):
        loaded = round.stack.loaded_through(round.gateway.journal)
        candidates = [frame for frame in journal_files.acknowledged_frames(round.gateway.journal) if frame.first > loaded]
        if not candidates:
            raise RuntimeError("no acknowledged frame waits to be loaded, so that there is none to damage")
        frame = round.generator.choice(candidates)
        self.original = frame.payload()
        begin, end = self.range(frame)
        hurt = [event for event in round.history.events.values() if event.path.encode() in self.hurt(frame)]
        place = journal_files.flip(frame.file, begin, end, round.generator)
        for event in hurt:
            round.history.damaged[event.id] = f"{frame.file.name} byte {place}, frame {frame.first} to {frame.last}"
        if not hurt:
            raise RuntimeError(f"none of the driver's events is in {frame}: has the format changed?")
        round.notes.append(f"{frame.file.name}: byte {place} flipped, {len(hurt)} events in the damaged bytes")

    def range(self, frame):
        """Of the bytes of which one is changed."""
        return frame.offset, frame.offset + journal_files.FRAME_HEADER + frame.length

    def hurt(self, frame):
        """The bytes that may be lost with it."""
        return self.original

    def heal(self, round):
        round.stack.proxy.heal()

    def clean(self, round):
        gateway = round.gateway
        folder = gateway.journal / "quarantine"
        kept = [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []
        # The bytes of before, but for the one that was changed.
        half = len(self.original) // 2
        if not any(
            self.original[:half] in file.read_bytes() or self.original[half:] in file.read_bytes() for file in kept
        ):
            round.history.complain(f"damaged bytes are not in {folder}, which holds {[file.name for file in kept]}")
        status, text = gateway.readiness()
        if status != 503:
            round.history.complain(f"damage raised no alarm in /readyz: {status} {text}")
        metrics = gateway.metrics()
        alarms = {name: value for name, value in metrics.items() if "quarantin" in name or "damaged" in name}
        if not any(alarms.values()):
            round.history.complain(f"damage raised no alarm in the metrics: {alarms}")
        # An operator has looked at them.
        round.gateway.stop()
        for file in kept:
            file.unlink()
        round.gateway.start()


class DamagedHeader(Damaged):
    """The header of a segment: nothing in it can be read any more."""

    name = "header of a segment damaged"

    def range(self, frame):
        return 0, journal_files.HEADER

    def hurt(self, frame):
        return frame.file.read_bytes()


class DamagedAfterLoading(Fault):
    """The last frame is damaged when PostgreSQL has it already: nothing is lost by that, unless numbers come twice."""

    name = "loaded bytes damaged at the end of the journal"
    is_alone = True

    def is_possible(self, stack):
        return has_journal(stack)

    def act(self, round):
        pause(round, 0.5, 1)
        # The senders go on, so that what is loaded and what is written last are not quite the same; a pause in which
        # nobody sends makes them so.
        round.crowd.rest.set()
        if stuck := round.gateway.drain(60):
            round.history.complain(stuck)
        round.gateway.kill_all()
        frame = journal_files.last_frame(round.gateway.journal)
        if frame is None:
            raise RuntimeError("the journal holds no frame, so that there is none to damage")
        end = frame.offset + journal_files.FRAME_HEADER + frame.length
        place = journal_files.flip(frame.file, frame.offset, end, round.generator)
        round.notes.append(f"{frame.file.name}: byte {place} flipped, frame {frame.first} to {frame.last}, loaded")
        round.gateway.start()
        round.crowd.rest.clear()
        pause(round, 0.5, 1)

    def heal(self, round):
        round.crowd.rest.clear()


class DamageAndTear(Damaged):
    name = "damaged in the middle and torn at the end"

    def damage(self, round):
        # First the end: behind damage it could not be found.
        round.spoil_tail()
        super().damage(round)


ALL = [DiskFull, DiskFilledByOthers, SpoolFull, CallsFail, TornTail, Damaged, DamagedHeader, DamageAndTear, DamagedAfterLoading]
