"""What nginx has kept comes back into the gateway, all of it and once."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
from nginx_server import ROOT, Server
from responder import DIE, Responder, answer
from stack import BINARY, Stack, fetch, wait_for

PLAIN = {"Content-Type": "text/plain"}
PERSONAL = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Distinct/77", "Cookie": "session=marked"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    state = tmp_path_factory.mktemp("stack")
    for folder in [state, *state.parents[:2]]:
        folder.chmod(0o755)  # PostgreSQL's user has to get through
    stack = Stack(state, FOOTFALL_REPLAY_EVERY_SECONDS="1")
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


@pytest.fixture
def gateway(stack):
    """A gateway that runs at the beginning and at the end of the test."""
    yield stack
    if "gateway" not in (stack.state / "processes").read_text():
        stack.part("start", "gateway")


def kept(folder):
    return sorted(folder.glob("events-*.log"))


def lines(folder):
    return sum(file.read_bytes().count(b"\n") for file in kept(folder))


def spool_line(path, number, **fields):
    """A line as nginx writes it."""
    body = json.dumps({"s": "demo", "u": f"http://localhost{path}/{number}", **fields})
    line = {
        "spool": 1, "msec": f"{time.time() - 60:.3f}", "seconds": "0.001", "id": os.urandom(16).hex(), "method": "POST",
        "path": "/e", "query": "", "type": "text/plain", "origin": "", "referer": "", "body": body,
    }  # fmt: skip
    return json.dumps(line, separators=(",", ":")) + "\n"


def test_events_sent_while_the_gateway_is_away_are_stored_once(gateway, tmp_path):
    gateway.part("stop", "gateway")
    base = f"http://127.0.0.1:{gateway.port}"
    started = time.time()
    for number in range(30):
        event = {"s": "demo", "u": f"http://localhost/kept/{number}"}
        body = json.dumps(event | ({"i": f"kept-{number}"} if number % 2 else {}))
        assert fetch(base + "/e", body.encode(), PLAIN | PERSONAL)[0] == 204
    several = json.dumps([{"s": "demo", "u": f"http://localhost/kept/several/{number}"} for number in range(5)])
    assert fetch(base + "/e", several.encode(), {"Content-Type": "application/json"})[0] == 204
    assert fetch(base + "/p.gif?s=demo", headers={"Referer": "http://localhost/kept/pixel"} | PERSONAL)[0] == 200
    # What the gateway will never take must not stop what it will.
    assert fetch(base + "/e", b'{"s":"nobody","u":"http://localhost/kept/wrong"}', PLAIN)[0] == 204
    assert fetch(base + "/p.gif?s=nobody&u=http://localhost/kept/wrong")[0] == 200
    finished = time.time()
    assert wait_for(lambda: lines(gateway.spool) == 34)
    text = "".join(file.read_text() for file in kept(gateway.spool))
    assert "Distinct" not in text and "marked" not in text and "127.0.0.1" not in text.replace(base, "")
    copies = [shutil.copy(file, tmp_path) for file in kept(gateway.spool)]

    gateway.part("start", "gateway")
    # By itself, when the ten seconds of a file are over.
    assert wait_for(lambda: not kept(gateway.spool)), gateway.log()
    assert wait_for(lambda: gateway.count("/kept/%") == 36), gateway.count("/kept/%")
    assert gateway.query("select count(*) from event_text where path like '/kept/%' and visitor is not null") == [(0,)]
    # They happened when they were sent. nginx's clock is a little behind, and a request takes its time.
    ((first, last),) = gateway.query(
        "select extract(epoch from min(time)), extract(epoch from max(time)) from event_text where path like '/kept/%'"
    )
    assert started - 5 < first <= last < finished + 5
    refused = re.findall(r"will never take (\d+) requests of nginx's spool", gateway.log())
    assert sum(map(int, refused)) == 2

    # A replay whose end nobody noted: all of it comes again, and nothing counts twice.
    for copy in copies:
        shutil.copy(copy, gateway.spool)
    assert wait_for(lambda: not kept(gateway.spool))
    marker = fetch(base + "/e", b'{"s":"demo","u":"http://localhost/after-the-second"}', PLAIN)
    assert marker[0] == 204 and wait_for(lambda: gateway.count("/after-the-second") == 1)
    assert gateway.count("/kept/%") == 36


def test_a_replay_that_is_killed_in_the_middle_is_done_again(gateway, tmp_path):
    total = 20_000
    with open(tmp_path / "events-1.log", "w") as file:
        file.writelines(spool_line("/killed", number) for number in range(total // 2))
        file.write('{"spool":1,"msec":"17')  # torn by a full disk, and the next one behind it
        file.writelines(spool_line("/killed", number) for number in range(total // 2, total))
    first = gateway.run("replay", "--once", "--spool", str(tmp_path))
    assert wait_for(lambda: gateway.count("/killed/%") > 0)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert kept(tmp_path), "it was faster than we"

    # The second one meets a crash of the gateway's process, too.
    second = gateway.run("replay", "--once", "--spool", str(tmp_path))
    children = Path(f"/proc/{gateway.part('pid', 'gateway')}/task").glob("*/children")
    ingest = [pid for file in children for pid in file.read_text().split() if "ingest" in Path(f"/proc/{pid}/cmdline").read_text()]
    os.kill(int(ingest[0]), signal.SIGTERM)
    text, _ = second.communicate(timeout=300)
    assert second.returncode == 0, text
    assert "handed in 20000 requests from 1 files" in text, text
    assert wait_for(lambda: gateway.count("/killed/%") >= total)
    assert gateway.query("select count(*), count(distinct path) from event_text where path like '/killed/%'") == [(total, total)]
    assert [file.name for file in tmp_path.iterdir()] == ["refused.log"]


def test_a_replay_waits_for_the_gateway(gateway, tmp_path):
    gateway.part("stop", "gateway")
    (tmp_path / "events-1.log").write_text(spool_line("/waited", 1))
    replay = gateway.run("replay", "--once", "--spool", str(tmp_path))
    try:
        # It has given up connecting for some times.
        until = []
        reader = threading.Thread(target=lambda: until.append(replay.stdout.readline()))
        reader.start()
        reader.join(60)
        assert "does not take events now; waiting" in until[0]
        assert kept(tmp_path)
        gateway.part("start", "gateway")
        assert replay.wait(60) == 0
    finally:
        replay.kill()
    assert not kept(tmp_path)
    assert wait_for(lambda: gateway.count("/waited/1") == 1)


def test_a_replay_stops_when_asked_and_loses_nothing(gateway, tmp_path):
    gateway.part("stop", "gateway")
    (tmp_path / "events-1.log").write_text(spool_line("/stopped", 1))
    replay = gateway.run("replay", "--spool", str(tmp_path))
    time.sleep(0.3)
    replay.send_signal(signal.SIGTERM)
    assert replay.wait(60) == 0
    assert kept(tmp_path)


def test_a_line_that_kills_the_gateway_is_put_aside_and_drags_nobody_along(tmp_path):
    events = [spool_line("/poison", number) for number in range(20)]
    (tmp_path / "events-1.log").write_text("".join(events))
    responder = Responder(tmp_path / "s.sock").start()
    # Its connection dies with it, and with it those of whoever was on the way at the same time.
    responder.reply = lambda request: DIE if b"/poison/7" in request.body else answer()
    environment = {"FOOTFALL_LISTEN_INGEST": responder.path, "FOOTFALL_CONFIG": str(ROOT / "config/footfall.json5")}
    done = subprocess.run(
        [BINARY, "replay", "--once", "--spool", tmp_path], env=environment, capture_output=True, text=True, timeout=120
    )
    responder.stop()
    assert done.returncode == 0, done.stderr
    assert "handed in 19 requests from 1 files" in done.stderr
    assert (tmp_path / "refused.log").read_text() == events[7]
    assert not kept(tmp_path)
    taken = {json.loads(request.body)["u"] for request in responder.requests if b"/poison/7" not in request.body}
    assert len(taken) == 19
    (sample, *_) = responder.requests
    assert not {"REMOTE_ADDR", "HTTP_USER_AGENT", "HTTP_COOKIE"} & set(sample.parameters)


def test_what_cannot_work_is_said_with_its_mend(gateway, tmp_path):
    for words, code, message in (
        (["--spool", str(tmp_path / "none")], 78, "there is no spool folder"),
        (["--spool", str(tmp_path), "--keep"], 64, "--keep goes with --once"),
    ):
        done = gateway.run("replay", *words)
        text, _ = done.communicate(timeout=60)
        assert done.returncode == code and message in text, text


def test_an_installed_program_finds_its_migrations(gateway, tmp_path):
    subprocess.run(["make", "-s", "install", f"DESTDIR={tmp_path}"], cwd=ROOT, check=True)
    gateway.variables.pop("FOOTFALL_DATABASE_MIGRATIONS")
    done = gateway.run("migrate", binary=tmp_path / "usr/local/bin/footfall", cwd="/")
    text, _ = done.communicate(timeout=60)
    assert (done.returncode, text) == (0, "The database is up to date.\n")


class Activated:
    """The gateway as systemd runs it: the sockets are somebody else's and outlive it."""

    def __init__(self, stack, sockets):
        self.variables = stack.environment | stack.variables | {
            "LISTEN_FDS": "2",
            "LISTEN_FDNAMES": "ingest:web",
            # A second gateway beside the stack's own.
            "FOOTFALL_JOURNAL_FOLDER": str(sockets.parent / "journal"),
            "FOOTFALL_REPLAY_SPOOL": str(sockets.parent / "spool"),
            # All load comes from one address.
            "FOOTFALL_LIMITS_ADDRESS_EVENTS_PER_SECOND": "0",
        }
        self.descriptors = []
        for name in ("ingest", "web"):
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.bind(str(sockets / f"{name}.sock"))
            listener.listen(4096)
            self.descriptors.append(listener)

    def start(self):
        ingest, web = (descriptor.fileno() for descriptor in self.descriptors)
        # By way of numbers that are surely free: the sockets' own may be 3 or 4.
        start = (
            f'exec 203<&{ingest} 204<&{web}; exec 3<&203 4<&204 203<&- 204<&-; export LISTEN_PID=$$; exec "$0" serve'
        )
        return subprocess.Popen(["bash", "-c", start, BINARY], env=os.environ | self.variables, pass_fds=(ingest, web))


def test_a_restart_costs_no_request(gateway, tmp_path_factory):
    """Constant load through nginx while the gateway is stopped and a new one started, thrice."""
    state = Path(tempfile.mkdtemp(prefix="ff-"))
    statuses, stopped = [], threading.Event()

    def edit(folder):
        # All load comes from one address, whose share of the limits is not what this is about.
        file = folder / "footfall-server.conf"
        lines = [line for line in file.read_text().splitlines() if not line.strip().startswith(("limit_req ", "limit_conn "))]
        file.write_text("\n".join(lines))

    def load(server, sender):
        number = 0
        while not stopped.is_set():
            body = json.dumps({"s": "demo", "u": f"http://localhost/restart/{sender}/{number}"}).encode()
            statuses.append(fetch(f"http://127.0.0.1:{server.port}/e", body, PLAIN)[0])
            number += 1

    with Server(state / "s", edit=edit) as server:
        # The responders make room for a gateway.
        for responder in (server.ingest, server.web):
            responder.stop()
            os.unlink(responder.path)
        activated = Activated(gateway, server.state / "sockets")
        process = activated.start()
        senders = [threading.Thread(target=load, args=(server, sender)) for sender in range(4)]
        for sender in senders:
            sender.start()
        try:
            for _ in range(3):
                before = len(statuses)
                assert wait_for(lambda: len(statuses) > before + 100)
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0
                process = activated.start()
            before = len(statuses)
            assert wait_for(lambda: len(statuses) > before + 100)
        finally:
            stopped.set()
            for sender in senders:
                sender.join()
        # A machine on which the start takes longer than nginx waits has some of them in the spool.
        assert wait_for(lambda: not kept(server.state / "spool"))
        assert set(statuses) == {204}
        assert wait_for(lambda: gateway.count("/restart/%") == len(statuses)), (gateway.count("/restart/%"), len(statuses))
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    shutil.rmtree(state)
