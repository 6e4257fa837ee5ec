"""`make run` as a newcomer meets it: it starts, says where to look, stops with Ctrl-C, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from support import door

ROOT = Path(__file__).resolve().parents[2]


def processes_of(state):
    """Processes that name the state folder in their command line or have their files open in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(state) in (process / "cmdline").read_text() and process.name != str(os.getpid()):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


class Run:
    def __init__(self, state, port):
        environment = os.environ | {"FOOTFALL_PORT": str(port), "FOOTFALL_RUN_STATE": str(state)}
        # A session of its own, as a terminal gives it: Ctrl-C goes to all of it.
        self.process = subprocess.Popen(
            ["make", "run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )
        self.text = ""

    def until(self, word):
        while word not in self.text:
            line = self.process.stdout.readline()
            assert line, f"ended without saying {word!r}:\n{self.text}"
            self.text += line

    def interrupt(self):
        os.killpg(self.process.pid, signal.SIGINT)
        rest, _ = self.process.communicate(timeout=120)
        self.text += rest
        return self.process.returncode


@pytest.fixture
def state(tmp_path_factory):
    state = tmp_path_factory.mktemp("run")
    for folder in [state, *state.parents[:2]]:
        folder.chmod(0o755)  # PostgreSQL's user has to get through
    yield state
    subprocess.run([ROOT / "tools/stack", "down", state], check=False)


def free_port():
    command = f". {ROOT}/tools/common.sh && free_port"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout.strip()


def test_it_starts_stops_and_keeps_what_it_counted(state):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    first = Run(state, port)
    first.until("Ctrl-C stops everything")
    assert f"{base}/dashboard/shop.example" in first.text
    assert f'<script defer src="{base}/footfall.js" data-site="demo"></script>' in first.text
    for path in ("/shop/", "/footfall.js", "/readyz"):
        assert urllib.request.urlopen(base + path, timeout=30).status == 200
    # Whoever runs it is the first to come in, by the link; the demo's site is theirs.
    link = re.search(rf"{re.escape(base)}/footfall/set-up\?token=\S+", first.text)
    assert link, first.text
    person = door.Person()
    session = door.Session(base).set_up(link[0], person)
    assert "shop.example" in session.read("/dashboard")
    session.read("/dashboard/shop.example")
    assert door.Session(base).call(link[0].removeprefix(base)).status != 200, "the link is good once"
    body = b'{"s":"demo","u":"http://localhost/kept-over-a-restart"}'
    sent = urllib.request.Request(base + "/e", body, {"Content-Type": "text/plain"})
    assert urllib.request.urlopen(sent, timeout=30).status == 204
    first.interrupt()
    assert processes_of(state) == []

    started = time.monotonic()
    second = Run(state, port)
    second.until("Ctrl-C stops everything")
    print(f"second start: {time.monotonic() - started:.1f} s")
    assert f"{base}/dashboard/shop.example" in second.text and "/footfall/set-up" not in second.text
    assert "/kept-over-a-restart" in session.read("/dashboard/shop.example"), "who was signed in still is"
    assert "/kept-over-a-restart" in door.Session(base).sign_in(person).read("/dashboard/shop.example")
    second.interrupt()
    assert processes_of(state) == []


def test_a_part_that_dies_is_named_and_the_rest_is_stopped(state):
    run = Run(state, free_port())
    run.until("Ctrl-C stops everything")
    pid = subprocess.run([ROOT / "tools/stack", "pid", state, "redis"], capture_output=True, text=True, check=True).stdout
    os.kill(int(pid), signal.SIGKILL)
    rest, _ = run.process.communicate(timeout=120)
    assert "redis" in rest
    assert run.process.returncode != 0
    assert processes_of(state) == []


def test_what_a_killed_run_leaves_is_cleared_away_by_the_next(state):
    port = free_port()
    run = Run(state, port)
    run.until("Ctrl-C stops everything")
    os.killpg(run.process.pid, signal.SIGKILL)
    run.process.communicate(timeout=60)
    assert processes_of(state) != []
    again = Run(state, port)
    again.until("Ctrl-C stops everything")
    again.interrupt()
    assert processes_of(state) == []


def test_a_port_that_is_taken_is_said_with_its_mend(state):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        run = Run(state, taken.getsockname()[1])
        text, _ = run.process.communicate(timeout=120)
    assert "FOOTFALL_PORT=" in text and run.process.returncode != 0
