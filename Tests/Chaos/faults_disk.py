"""The disk is full, and refuses."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

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
    # The first call that fails is one of so many.
    latest = 20

    def is_possible(self, stack):
        return has_journal(stack) and is_root() and shutil.which("strace") is not None

    def act(self, round):
        cases = list(self.cases)
        round.generator.shuffle(cases)
        for call, error in cases if round.is_short else cases[:2]:
            # Once, from a moment on for good, or every third time.
            when = round.generator.choice(["{n}", "{n}+", "{n}+3"]).format(n=round.generator.randint(1, self.latest))
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


class RareCallsFail(CallsFail):
    """Those of rotation, deletion and reading."""

    name = "fsync, fallocate and pread fail"
    cases = [("fsync", "EIO"), ("fallocate", "ENOSPC"), ("pread64", "EIO")]
    latest = 3

    def prepare(self, round):
        # New segments all the time.
        round.maker.padding = 1000


ALL = [DiskFull, DiskFilledByOthers, SpoolFull, CallsFail, RareCallsFail]
