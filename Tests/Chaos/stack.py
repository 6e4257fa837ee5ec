"""PostgreSQL, Redis and nginx from tools/stack, kept over all rounds, and the gateways behind them."""

import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

import psycopg

import journal_files
from gateway import Gateway
from processes import end_family
from proxy import Proxy
from senders import Site
from spool import Spool

ROOT = Path(__file__).resolve().parents[2]

# Small segments, so that rotation and deletion happen all the time, and a little disk is enough.
JOURNAL_SETTINGS = {
    "FOOTFALL_JOURNAL_SEGMENT_BYTES": "1048576",
    "FOOTFALL_JOURNAL_RESERVE_BYTES": "1048576",
    "FOOTFALL_JOURNAL_MIN_FREE_BYTES": "1048576",
    "FOOTFALL_JOURNAL_RETAIN_AFTER_LOAD_SECONDS": "0",
}


def outer_environment():
    """The caller's, without this driver's own variables, which the gateway would call misspelled options."""
    return {name: value for name, value in os.environ.items() if not name.startswith("FOOTFALL_CHAOS_")}


class Stack:
    def __init__(self, state):
        self.state = Path(state)
        self.state.mkdir(exist_ok=True)
        self.binary = os.environ.get("FOOTFALL_RUN_BINARY", str(ROOT / ".build/release/footfall"))
        self.port = int(self.shell(f". {ROOT}/tools/common.sh && free_port"))
        self.proxy = None
        self.spool = None
        self.gateways = []
        # Variables of the gateways that the round at hand wants.
        self.settings = {}
        # tools/stack keeps a list of what runs, and two faults may change it at once.
        self.lock = threading.Lock()
        self.journal_settings = JOURNAL_SETTINGS if self.knows("journal.folder") else {}

    def shell(self, script):
        return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.strip()

    def call(self, *words):
        environment = outer_environment() | {
            # A crash of a process leaves what the kernel has; only one of the machine would not.
            "FOOTFALL_RUN_POSTGRES_OPTIONS": "-c fsync=off -c log_checkpoints=off",
            # All load comes from one machine.
            "FOOTFALL_RUN_NGINX_LIMITS": "off",
        }
        if self.journal_settings:
            environment |= self.journal_settings | {"FOOTFALL_JOURNAL_FOLDER": str(self.state / "journal-of-stack")}
        done = subprocess.run([ROOT / "tools/stack", *map(str, words)], capture_output=True, text=True, env=environment)
        if done.returncode:
            raise RuntimeError(f"tools/stack {words}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def up(self, rounds):
        self.call("up", self.state, self.port)
        text = (self.state / "environment").read_text()
        self.environment = outer_environment() | dict(re.findall(r"export (\w+)='(.*)'", text))
        # From here on gateways are the driver's own.
        self.call("stop", self.state, "gateway")
        self.admin_url = self.environment["FOOTFALL_TEST_DATABASE_URL"].rsplit("/", 1)[0] + "/footfall"
        direct = self.environment["FOOTFALL_TEST_STACK_DATABASE_URL"]
        self.proxy = Proxy(int(re.search(r":(\d+)/", direct)[1]))
        self.proxied_url, self.proxied_web_url = (
            re.sub(r":\d+/", f":{self.proxy.port}/", url) for url in (direct, self.environment["FOOTFALL_DATABASE_WEB_URL"]))
        sockets = Path(self.environment["FOOTFALL_TEST_INGEST_SOCKET"]).parent
        self.gateways = [
            Gateway("one", self, sockets / "ingest.sock", sockets / "web.sock", self.state / "journal-one"),
            Gateway("two", self, sockets / "ingest2.sock", sockets / "web2.sock", self.state / "journal-two"),
        ]
        self.spool = Spool(self.environment["FOOTFALL_REPLAY_SPOOL"], self.state / "spool-copies")
        self.sites = self.make_sites(rounds)
        self.gateways[0].start()

    def mend(self):
        """After a round that broke off: everything that the next one needs."""
        self.proxy.heal()
        for part in ("postgres", "redis", "nginx"):
            try:
                self.pid(part)
            except RuntimeError:
                self.start(part)
        for gateway in self.gateways:
            gateway.kill_all()
        with self.admin() as database:
            database.execute("alter table event drop constraint if exists chaos")
            database.execute("grant insert on event to footfall")
        self.gateways[0].start()

    def down(self):
        for gateway in self.gateways:
            gateway.kill_all()
        if self.proxy:
            self.proxy.close()
        if self.spool:
            self.spool.close()
        self.call("down", self.state)
        if os.path.ismount(self.state / "small"):
            subprocess.run(["umount", self.state / "small"], check=False)

    def knows(self, option):
        """Whether the program has this option or subcommand."""
        words = ["config-reference"] if "." in option else ["help"]
        text = subprocess.run(
            [self.binary, *words], capture_output=True, text=True, env=outer_environment(), check=True
        ).stdout
        return f"`{option}`" in text or f"\n  {option} " in text

    def admin(self, database="footfall"):
        """A connection that no fault touches but those that end the server."""
        url = self.admin_url.rsplit("/", 1)[0] + "/" + database
        return psycopg.connect(url, autocommit=True, connect_timeout=10)

    def make_sites(self, rounds):
        """Three sites for each round: two that live, and one that a fault may delete. Its own sites make the counters
        of a round its own."""
        sites = {}
        has_api = self.knows("key")
        with self.admin() as database:
            for number in rounds:
                for kind in ("a", "b", "gone"):
                    domain = f"{kind}{number}.chaos.example"
                    row = database.execute(
                        "insert into site (domain, hosts) values (%s, '{localhost}') returning site_id", (domain,)
                    ).fetchone()
                    key = f"chaos-{kind}{number}"
                    database.execute("insert into site_key (key, site_id) values (%s, %s)", (key, row[0]))
                    sites[number, kind] = Site(row[0], domain, key)
        if has_api:
            for (_, kind), site in sites.items():
                if kind == "a":
                    site.secret = self.add_secret(site.domain)
        return sites

    def add_secret(self, domain):
        gateway = self.gateways[0]
        done = subprocess.run(
            [self.binary, "key", "add", domain], capture_output=True, text=True, env=gateway.environment(), check=True
        )
        return re.search(r"ff_sk_\S+", done.stdout)[0]

    def loaded_through(self, journal):
        """Sequence number through which PostgreSQL has this journal."""
        with self.admin() as database:
            row = database.execute(
                "select position from journal_cursor where journal = %s", (journal_files.journal_id(journal),)
            ).fetchone()
        return row[0] if row else 0

    def replay(self, extra=None):
        """Hands in what nginx has kept. Nobody may be sending through nginx. Returns what was said."""
        self.spool.finish()
        done = subprocess.run(
            [self.binary, "replay", "--once"],
            capture_output=True,
            text=True,
            env=self.gateways[0].environment({"FOOTFALL_REPLAY_SPOOL": str(self.spool.folder)} | (extra or {})),
            timeout=180,
        )
        if done.returncode:
            raise RuntimeError(f"footfall replay: {done.stdout}{done.stderr}")
        return (done.stdout + done.stderr).strip()

    # ---- the database as a whole, for the faults ----

    def copy_database(self):
        """A copy as it is at this moment, to which `restore_database` goes back."""
        self.without_sessions("create database footfall_before template footfall owner footfall")

    def restore_database(self):
        self.without_sessions(
            "drop database footfall",
            "alter database footfall_before rename to footfall",
            # What tools/role.sql says of the database as a whole, which a copy has not.
            "revoke all on database footfall from public",
            "grant connect on database footfall to footfall_web",
        )

    def without_sessions(self, *statements):
        """The gateway's connections are cut, as a restore would have to."""
        self.proxy.shut()
        try:
            with self.admin("postgres") as database:
                for statement in statements:
                    deadline = time.monotonic() + 30
                    while True:
                        database.execute(
                            "select pg_terminate_backend(pid) from pg_stat_activity where datname like 'footfall%'"
                        )
                        try:
                            database.execute(statement)
                            break
                        except psycopg.errors.ObjectInUse:
                            if time.monotonic() > deadline:
                                raise
                            time.sleep(0.02)
        finally:
            self.proxy.heal()

    # ---- single parts, for the faults ----

    def pid(self, part):
        return int(self.call("pid", self.state, part))

    def start(self, part):
        with self.lock:
            self.call("start", self.state, part)

    def kill(self, part, number=signal.SIGKILL):
        """The server and its children. It is struck out as well: tools/stack starts nothing beside a part that died."""
        with self.lock:
            end_family(self.pid(part), number)
            self.call("stop", self.state, part)

    def stop_postgres_at_once(self):
        """`pg_ctl stop -m immediate`: no checkpoint, recovery at the next start."""
        self.kill("postgres", signal.SIGQUIT)
