"""One gateway: the supervisor, started by the driver itself so that it can also start without a database."""

import re
import signal
import subprocess
import time
from pathlib import Path

import journal_files
from clients import NoAnswer, Responder, can_connect
from processes import children, command_line, runs, send, wait_for

# Twice `stop_seconds` and a little.
STOP_SECONDS = 40


class Gateway:
    def __init__(self, name, stack, ingest, web, journal):
        self.name = name
        self.stack = stack
        self.ingest = Path(ingest)
        self.web = Path(web)
        self.journal = Path(journal)
        self.process = None
        self.log = stack.state / "log" / f"gateway-{name}.log"

    def environment(self, extra=None):
        variables = {
            "FOOTFALL_LISTEN_INGEST": str(self.ingest),
            "FOOTFALL_LISTEN_WEB": str(self.web),
            "FOOTFALL_DATABASE_URL": self.stack.proxied_url,
            "FOOTFALL_DATABASE_WEB_URL": self.stack.proxied_web_url,
            # The driver replays, when nobody sends any more; a fault may leave it to the gateway.
            "FOOTFALL_REPLAY_SPOOL": "",
        }
        if self.stack.journal_settings:
            variables |= self.stack.journal_settings | {"FOOTFALL_JOURNAL_FOLDER": str(self.journal)}
        return self.stack.environment | variables | self.stack.settings | (extra or {})

    def start(self, extra=None, waits=True):
        with open(self.log, "ab") as log:
            # In the state folder, by which `tools/stack down` recognises what has been left behind.
            self.process = subprocess.Popen(
                [self.stack.binary, "serve"],
                cwd=self.stack.state,
                env=self.environment(extra),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A SIGHUP in the moment before the program has begun would end it, as it does every program.
                preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP]),
                start_new_session=True,
            )
        if waits and not (wait_for(lambda: self.answers() or not self.is_running, 60) and self.is_running):
            raise RuntimeError(f"gateway {self.name} does not come up, see {self.log}:\n{self.end_of_log()}")

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def answers(self):
        return can_connect(self.ingest) and self.ask("/healthz").status == 200

    def ask(self, path):
        """An operator's question; status 0 when there is no answer."""
        client = Responder(self.ingest, "127.0.0.1")
        try:
            return client.call("GET", path)
        except NoAnswer as error:
            answer = type("Nothing", (), {})()
            answer.status, answer.body, answer.headers = 0, str(error).encode(), {}
            return answer

    def readiness(self):
        answer = self.ask("/readyz")
        return answer.status, answer.body.decode(errors="replace").strip()

    def metrics(self):
        """Values by name; those with labels keep them in the name."""
        text = self.ask("/metrics/ingest").body.decode(errors="replace")
        return {name: float(value) for name, value in re.findall(r"^(footfall_\S+) (\S+)$", text, re.M)}

    @property
    def journal_id(self):
        """The id under which the database knows its journal."""
        return journal_files.journal_id(self.journal)

    def pending(self):
        return self.metrics().get("footfall_events_pending")

    def child(self, name="ingest"):
        """The id of one of its two processes, if it runs."""
        if not self.is_running:
            return None
        # Between fork and exec a child still has its parent's command line.
        return next((pid for pid in children(self.process.pid) if command_line(pid).endswith(f"serve {name} ")), None)

    def wait_for_child(self, name="ingest", other_than=None, seconds=40):
        return wait_for(lambda: (pid := self.child(name)) and pid != other_than and pid, seconds)

    def kill_ingest(self, number=signal.SIGKILL):
        pid = self.child()
        return pid if pid and send(pid, number) else None

    def kill(self):
        """The supervisor alone, as `kill -9` would; its children have to notice by themselves."""
        if self.process is None:
            return
        orphans = children(self.process.pid)
        self.process.kill()
        self.process.wait()
        if not wait_for(lambda: not any(runs(pid) for pid in orphans), STOP_SECONDS):
            for pid in orphans:
                send(pid, signal.SIGKILL)
            raise RuntimeError(f"the processes of gateway {self.name} outlive their supervisor: {orphans}")

    def kill_all(self):
        """Everything at once: what a dead machine leaves, as far as the page cache goes."""
        if self.process is None:
            return
        # Stopped first: between a look at its children and its end it could make another one, which would keep the sockets.
        send(self.process.pid, signal.SIGSTOP)
        group = children(self.process.pid)
        self.process.kill()
        for pid in group:
            send(pid, signal.SIGKILL)
        self.process.wait()
        wait_for(lambda: not any(runs(pid) for pid in group), 10)

    def stop(self):
        """In order, as systemd would. Returns the exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill_all()
            return -9

    def drain(self, seconds):
        """Waits until nothing is pending. Says why not when it does not come to that."""
        began = time.monotonic()
        if self.stack.settings.get("FOOTFALL_JOURNAL_ACK") == "journal":
            # What was acknowledged before it is durable is pending only when it is: 200 ms later.
            time.sleep(0.5)
        # Answers, because a process that has just been killed says nothing of what waits.
        if wait_for(lambda: self.pending() == 0, seconds):
            return None
        return (
            f"gateway {self.name} still has {self.pending()} events pending after {time.monotonic() - began:.0f} s;"
            f" readyz: {self.readiness()}\n{self.end_of_log()}"
        )

    def deaths(self):
        """How often the ingest process has ended by a signal, as the supervisor tells."""
        return len(re.findall(rb"the ingest process ended with 1[2-5]\d", self.log.read_bytes()))

    def end_of_log(self, lines=12):
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""
