"""PostgreSQL, Redis, the gateway and nginx, which a test may stop, start and kill."""

import contextlib
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
from conftest import ROOT, wait_for
from support import door

BINARY = os.environ.get("FOOTFALL_RUN_BINARY", str(ROOT / ".build/release/footfall"))


class Stack:
    def __init__(self, state):
        self.state = state
        self.config = state / "footfall.json5"
        self.config.write_text((ROOT / "config/footfall.json5").read_text())
        # Somebody who is signed in: for as long as the database is there, whatever becomes of the gateway.
        self.session = None
        self.choose_port()

    @classmethod
    @contextlib.contextmanager
    def of_its_own(cls, factory, name, prepare=None):
        """A stack that is there until the `with` is over. `prepare` gets it before it is started."""
        state = factory.mktemp(name)
        for folder in [state, *state.parents[:2]]:
            folder.chmod(0o755)  # PostgreSQL's user has to get through
        stack = cls(state)
        if prepare:
            prepare(stack)
        try:
            stack.up()
            yield stack
        finally:
            stack.down()

    def configure(self, **options):
        """Sets options of the configuration by their names, where a name stands there once."""
        text = self.config.read_text()
        for name, value in options.items():
            text, count = re.subn(rf"^( *{name}): [^,\n]+,", rf"\g<1>: {value},", text, flags=re.M)
            assert count == 1, name
        self.config.write_text(text)

    def choose_port(self):
        self.port = subprocess.run(
            ["bash", "-c", f". {ROOT}/tools/common.sh && free_port"], capture_output=True, text=True, check=True
        ).stdout.strip()
        self.base = f"http://127.0.0.1:{self.port}"

    def call(self, *words):
        environment = os.environ | {"FOOTFALL_RUN_CONFIG": str(self.config)}
        done = subprocess.run([ROOT / "tools/stack", *words], capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def up(self):
        try:
            self.call("up", str(self.state), self.port)
        except AssertionError as failure:
            # Somebody else was faster to take the port.
            if "Address already in use" not in str(failure) and "is taken" not in str(failure):
                raise
            self.choose_port()
            self.call("up", str(self.state), self.port)
        text = (self.state / "environment").read_text()
        self.environment = dict(re.findall(r"export (\w+)='(.*)'", text))
        self.supervisor = int(self.environment["FOOTFALL_TEST_SUPERVISOR_PID"])
        if self.session is None:
            self.session = door.come_in(self.base, self.environment)
        self.session.base_url = self.base

    def down(self):
        self.call("down", str(self.state))

    def send(self, path, times=1, **headers):
        body = "[" + ",".join(['{"s":"demo","u":"http://localhost%s"}' % path] * times) + "]"
        request = urllib.request.Request(self.base + "/e", body.encode(), {"Content-Type": "text/plain"} | headers)
        try:
            return urllib.request.urlopen(request, timeout=30).status
        except urllib.error.HTTPError as answer:
            return answer.code

    def count(self, path):
        with psycopg.connect(self.environment["FOOTFALL_TEST_STACK_DATABASE_URL"]) as database:
            return database.execute("select count(*) from event_text where path = %s", (path,)).fetchone()[0]

    def child(self, name):
        for pid in Path(f"/proc/{self.supervisor}/task/{self.supervisor}/children").read_text().split():
            if name in Path(f"/proc/{pid}/cmdline").read_text():
                return int(pid)

    def log(self):
        return (self.state / "log/gateway.log").read_text()

    def postgres(self):
        return int(re.search(r"^postgres (\d+)", (self.state / "processes").read_text(), re.M)[1])


def runs(pid):
    """Whether the process is there and not a zombie, which only waits for its parent to look."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class DurableStack(Stack):
    def footfall(self, *words, code=0):
        """One of the program's subcommands, as an operator calls it."""
        environment = os.environ | self.environment | {"FOOTFALL_CONFIG": str(self.config)}
        done = subprocess.run([BINARY, *words], capture_output=True, text=True, env=environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def execute(self, statement):
        with psycopg.connect(self.environment["FOOTFALL_TEST_STACK_DATABASE_URL"], autocommit=True) as database:
            found = database.execute(statement)
            return found.fetchall() if found.description else None

    def ask(self, path):
        try:
            return urllib.request.urlopen(self.base + path, timeout=30).read().decode()
        except urllib.error.HTTPError as answer:
            return answer.read().decode()

    def metric(self, name):
        return next(float(line.split()[1]) for line in self.ask("/metrics").splitlines() if line.startswith(name + " "))

    def kill_all(self):
        """The gateway as a power cut leaves it, the disk excepted."""
        pids = [self.child("ingest"), self.child("web"), self.supervisor]
        os.kill(self.supervisor, signal.SIGKILL)
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        assert wait_for(lambda: not any(runs(pid) for pid in pids))
        # tools/stack need not miss it.
        self.call("stop", str(self.state), "gateway")

    def serve(self, **variables):
        """The gateway without the preparations of tools/stack, for which the database would have to be there."""
        names = ("FOOTFALL_LISTEN_INGEST", "FOOTFALL_LISTEN_WEB", "FOOTFALL_DATABASE_URL",
                 "FOOTFALL_DATABASE_WEB_URL", "FOOTFALL_WEB_URL", "FOOTFALL_REDIS_URL", "FOOTFALL_DATABASE_MIGRATIONS",
                 "FOOTFALL_JOURNAL_FOLDER")
        environment = os.environ | {name: self.environment[name] for name in names} | variables
        with (self.state / "log/gateway.log").open("ab") as log:
            process = subprocess.Popen(
                [BINARY, "serve", "--config", self.config], env=environment, stdout=log, stderr=log,
                start_new_session=True)
        self.supervisor = process.pid
        assert wait_for(lambda: self.child("ingest") and "well" in self.ask("/healthz"))
        return process

    def stop(self, process):
        process.send_signal(signal.SIGTERM)
        process.wait(60)
