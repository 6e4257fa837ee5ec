"""PostgreSQL, Redis and nginx from tools/stack, kept over all rounds, and the gateways behind them."""

import os
import re
import signal
import subprocess
import threading
from pathlib import Path

import psycopg

import journal_files
from gateway import Gateway
from processes import end_family
from proxy import Proxy
from senders import Site

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
        self.binary = os.environ.get("FOOTFALL_RUN_BINARY", str(ROOT / ".build/release/footfall"))
        self.port = int(self.shell(f". {ROOT}/tools/common.sh && free_port"))
        self.proxy = None
        self.gateways = []
        self.is_ending = False
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
        self.proxied_url = re.sub(r":\d+/", f":{self.proxy.port}/", direct)
        sockets = Path(self.environment["FOOTFALL_TEST_INGEST_SOCKET"]).parent
        self.gateways = [
            Gateway("one", self, sockets / "ingest.sock", sockets / "web.sock", self.state / "journal-one"),
            Gateway("two", self, sockets / "ingest2.sock", sockets / "web2.sock", self.state / "journal-two"),
        ]
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
            for number in range(rounds):
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
                if kind != "gone":
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

    def spool_lines(self):
        """What nginx has kept and nobody has replayed yet."""
        folder = self.environment.get("FOOTFALL_REPLAY_SPOOL")
        files = sorted(Path(folder).glob("events-*.log")) if folder and Path(folder).is_dir() else []
        return [line for file in files for line in file.read_bytes().splitlines()]

    def replay(self):
        """Feeds what nginx has kept back, where program and configuration know how. Returns what was said."""
        if not self.knows("replay"):
            return None
        done = subprocess.run(
            [self.binary, "replay"], capture_output=True, text=True, env=self.gateways[0].environment(), timeout=120
        )
        if done.returncode:
            raise RuntimeError(f"footfall replay: {done.stdout}{done.stderr}")
        return done.stdout.strip()

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
