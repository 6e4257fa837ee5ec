"""PostgreSQL, Redis, gateway and nginx by tools/stack, for tests of nginx and gateway together."""

import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
from nginx_server import ROOT, free_port
from support import door

BINARY = Path(os.environ.get("FOOTFALL_RUN_BINARY", str(ROOT / ".build/release/footfall")))


def wait_for(look, seconds=60):
    """The first true thing that `look` returns. Slow machines get their time; a wrong result stays wrong."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


class Stack:
    """A stack in this folder. `environment` is added to the gateway's."""

    def __init__(self, state, **environment):
        self.state = state
        self.spool = state / "spool"
        self.port = free_port()
        self.environment = {"FOOTFALL_RUN_CONFIG": str(ROOT / "config/footfall.json5"), **environment}

    def call(self, *words):
        environment = os.environ | self.environment
        done = subprocess.run([ROOT / "tools/stack", *words], capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def up(self):
        self.call("up", str(self.state), str(self.port))
        self.variables = dict(re.findall(r"export (\w+)='(.*)'", (self.state / "environment").read_text()))

    def come_in(self):
        """Somebody who is signed in."""
        return door.come_in(self.variables["FOOTFALL_TEST_BASE_URL"], self.variables)

    def down(self):
        self.call("down", str(self.state))

    def part(self, verb, name):
        return self.call(verb, str(self.state), name).strip()

    def log(self):
        return (self.state / "log/gateway.log").read_text()

    def run(self, *words, binary=BINARY, **options):
        """One of the program's subcommands beside the running gateway."""
        environment = os.environ | self.environment | self.variables
        return subprocess.Popen(
            [binary, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, **options
        )

    def query(self, text, *values):
        with psycopg.connect(self.variables["FOOTFALL_TEST_STACK_DATABASE_URL"]) as database:
            return database.execute(text, values or None).fetchall()

    def count(self, pattern):
        return self.query("select count(*) from event_text where path like %s", pattern)[0][0]


def fetch(url, body=None, headers=None):
    """Status and body of an answer, whatever the status; nothing when there is no answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return None, b""
