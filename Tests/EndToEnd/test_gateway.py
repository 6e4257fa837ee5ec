"""The gateway as operators know it: stops, crashes, reloads, and a database that goes away. A stack of its own."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
from conftest import ROOT, wait_for
from fastcgi import Connection, request
from stacks import BINARY, Stack, runs
from support import door


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack.of_its_own(tmp_path_factory, "stack") as stack:
        yield stack


def test_a_crash_of_one_process_is_not_noticed_by_nginx(stack):
    for name in ("ingest", "web"):
        before = stack.child(name)
        os.kill(before, signal.SIGKILL)
        # The socket is the supervisor's: connections wait in it until the successor takes them.
        assert stack.send("/after-crash-of-" + name) == 204
        assert wait_for(lambda: stack.child(name) not in (None, before))
    assert wait_for(lambda: stack.count("/after-crash-of-ingest") == 1)
    # The sign-in is in the database: the new web process knows it.
    assert stack.session.call("/dashboard/shop.example").status == 200


def test_a_visitor_is_the_same_after_a_restart_of_the_process(stack):
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Restart/1.0"}
    assert stack.send("/restart/one", **agent) == 204
    wait_for(lambda: stack.count("/restart/one") == 1)
    before = stack.child("ingest")
    os.kill(before, signal.SIGTERM)
    assert wait_for(lambda: stack.child("ingest") not in (None, before))
    assert stack.send("/restart/two", **agent) == 204
    wait_for(lambda: stack.count("/restart/two") == 1)
    with psycopg.connect(stack.environment["FOOTFALL_TEST_STACK_DATABASE_URL"]) as database:
        ids = database.execute(
            "select distinct visitor, session_id from event_text where path like '/restart/%'"
        ).fetchall()
    assert len(ids) == 1 and ids[0][0] is not None


def test_a_reload_exchanges_the_chain_or_keeps_the_old_one(stack):
    good = stack.config.read_text()
    stack.config.write_text(good.replace('{ plugin: "referrer"', '{ plugin: "refferer"'))
    os.kill(stack.supervisor, signal.SIGHUP)
    assert wait_for(lambda: 'there is no plugin "refferer" (did you mean "referrer"?)' in stack.log())
    assert stack.send("/kept") == 204
    assert wait_for(lambda: stack.count("/kept") == 1)

    changed = good.replace("settings: { keep_query: [] }", 'settings: { keep_query: ["id"] }')
    stack.config.write_text(changed.replace('{ plugin: "url_scrub" }', '{ plugin: "url_scrub", settings: { allow: ["id"] } }'))
    os.kill(stack.supervisor, signal.SIGHUP)
    assert wait_for(lambda: "the chain is now" in stack.log())
    assert stack.send("/exchanged?id=7&token=x") == 204
    assert wait_for(lambda: stack.count("/exchanged?id=7") == 1)
    # The privacy record follows, and so does whether it is public.
    record = f"{stack.base}/footfall/privacy/shop.example"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(record, timeout=30)
    stack.config.write_text(good.replace("public_record: false", "public_record: true"))
    os.kill(stack.supervisor, signal.SIGHUP)

    def public():
        try:
            return urllib.request.urlopen(record, timeout=30).read().decode()
        except urllib.error.HTTPError:
            return None

    page = wait_for(public) or ""
    assert "search_term" in page
    # Its stylesheet has a way through nginx as well.
    stylesheet = re.search(r'<link rel="stylesheet" href="([^"]+)"', page)[1]
    assert urllib.request.urlopen(stack.base + stylesheet, timeout=30).headers["Content-Type"].startswith("text/css")
    stack.config.write_text(good)
    os.kill(stack.supervisor, signal.SIGHUP)


def test_events_wait_for_a_database_that_is_frozen(stack):
    os.kill(stack.postgres(), signal.SIGSTOP)
    backends = subprocess.run(["pgrep", "-P", str(stack.postgres())], capture_output=True, text=True).stdout.split()
    for pid in backends:
        os.kill(int(pid), signal.SIGSTOP)
    try:
        for number in range(20):
            assert stack.send(f"/frozen/{number}") == 204
    finally:
        for pid in [*backends, str(stack.postgres())]:
            os.kill(int(pid), signal.SIGCONT)
    assert wait_for(lambda: all(stack.count(f"/frozen/{number}") == 1 for number in range(20)), seconds=60)


def test_an_orderly_stop_loads_everything_and_a_start_keeps_it(stack):
    for _ in range(10):
        assert stack.send("/before-stop", times=100) == 204
    started = time.monotonic()
    stack.down()
    assert not runs(stack.supervisor)
    stack.up()
    print(f"stopped and started in {time.monotonic() - started:.1f} s")
    assert stack.count("/before-stop") == 1000


def test_sockets_are_taken_over_from_systemd_and_left_to_it(stack):
    folder = Path(tempfile.mkdtemp(prefix="ff-"))
    sockets = {}
    for name in ("ingest", "web"):
        sockets[name] = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sockets[name].bind(str(folder / name))
        sockets[name].listen(64)
    environment = os.environ | {
        "FOOTFALL_CONFIG": str(stack.config),
        "FOOTFALL_DATABASE_URL": stack.environment["FOOTFALL_TEST_STACK_DATABASE_URL"],
        "FOOTFALL_DATABASE_WEB_URL": stack.environment["FOOTFALL_DATABASE_WEB_URL"],
        "FOOTFALL_DATABASE_MIGRATIONS": str(ROOT / "config/migrations"),
        "FOOTFALL_JOURNAL_FOLDER": str(folder / "journal"),
        "LISTEN_FDS": "2",
        "LISTEN_FDNAMES": "web:ingest",
    }
    # sd_listen_fds(3): descriptors from 3 on, and the id of the process for which they are.
    web, ingest = sockets["web"].fileno(), sockets["ingest"].fileno()
    # By way of numbers that are surely free: the sockets' own may be 3 or 4.
    start = f'exec 203<&{web} 204<&{ingest}; exec 3<&203 4<&204 203<&- 204<&-; export LISTEN_PID=$$; exec "$0" serve'
    gateway = subprocess.Popen(["bash", "-c", start, BINARY], env=environment, pass_fds=(web, ingest))
    try:
        for name in ("ingest", "web"):
            with Connection(str(folder / name)) as connection:
                question = request(path="/healthz", method="GET", address="127.0.0.1")
                assert connection.send(question).answer() == 200
    finally:
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(timeout=60) == 0
    assert (folder / "ingest").exists() and (folder / "web").exists(), "the sockets are systemd's"
    shutil.rmtree(folder)


def test_who_has_signed_in_elsewhere_comes_in_when_nginx_says_so_and_both_want_it(stack):
    person = door.Person().add(stack.environment)
    folder = stack.state / "nginx/footfall-sign-in.d"
    folder.mkdir()
    (folder / "test.conf").write_text("fastcgi_param FOOTFALL_SIGNED_IN_AS $http_x_test_person;\n")
    good = stack.config.read_text()

    def restart(*parts):
        for part in parts:
            stack.call("stop", str(stack.state), part)
            stack.call("start", str(stack.state), part)

    def arrive(name):
        session = door.Session(stack.base, **{"X-Test-Person": name})
        session.call(session.call("/dashboard/shop.example").location)
        return session.is_signed_in and session.call("/dashboard/shop.example").status == 200

    try:
        restart("nginx")
        assert not arrive(person.email), "the gateway does not want it unless it is told to"
        stack.config.write_text(good.replace("single_sign_on: false", "single_sign_on: true"))
        assert stack.config.read_text() != good
        restart("gateway")
        assert arrive(person.email)
        # Whose browser keeps no cookies is told so, instead of going in circles.
        answer = door.Session(stack.base, **{"X-Test-Person": person.email}).call("/footfall/sign-in?kept=1")
        assert answer.status == 200 and "did not keep the cookie" in answer.text
        for name in ("", "nobody@example.com", "'", person.email + ",x@example.com"):
            assert not arrive(name), name
        shutil.rmtree(folder)
        restart("nginx")
        assert not arrive(person.email), "the header is the client's own now"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        stack.config.write_text(good)
        restart("nginx", "gateway")
        stack.supervisor = int(stack.call("pid", str(stack.state), "gateway"))


def test_a_newer_schema_is_asked_for_before_the_start(stack):
    environment = os.environ | {
        "FOOTFALL_CONFIG": str(stack.config),
        "FOOTFALL_DATABASE_URL": stack.environment["FOOTFALL_TEST_DATABASE_URL"],
        "FOOTFALL_DATABASE_MIGRATIONS": str(ROOT / "config/migrations"),
        "FOOTFALL_LISTEN_INGEST": str(stack.state / "x.sock"),
        "FOOTFALL_LISTEN_WEB": str(stack.state / "y.sock"),
    }
    done = subprocess.run([BINARY, "serve"], capture_output=True, text=True, env=environment, timeout=30)
    assert done.returncode == 78
    assert "run footfall migrate" in done.stderr


@pytest.mark.parametrize(
    "url, reason",
    [("missing", "database.web_url is missing"), ("owner", "owns the tables"), ("administrator", "is a superuser")],
)
def test_the_dashboards_login_must_be_one_of_its_own(stack, url, reason):
    """Row-level security binds neither the owner of the tables nor an administrator."""
    urls = {
        "missing": "", "owner": stack.environment["FOOTFALL_TEST_STACK_DATABASE_URL"],
        "administrator": stack.environment["FOOTFALL_TEST_DATABASE_URL"].rsplit("/", 1)[0] + "/footfall",
    }
    environment = os.environ | stack.environment | {
        "FOOTFALL_CONFIG": str(stack.config), "FOOTFALL_DATABASE_WEB_URL": urls[url],
        "FOOTFALL_LISTEN_WEB": str(stack.state / "z.sock"),
    }
    done = subprocess.run([BINARY, "serve", "web"], capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 78, done.stdout + done.stderr
    assert reason in done.stderr and "docs/security.md" in done.stderr
    # `check` says the same, but for the setting that is not there yet: the chain can be proved without.
    done = subprocess.run([BINARY, "check"], capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == (0 if url == "missing" else 78), done.stdout + done.stderr
    assert "database.web_url is empty" in done.stdout if url == "missing" else reason in done.stderr


def test_check_signs_in_as_the_dashboard_does(stack):
    def check(**variables):
        environment = os.environ | stack.environment | {"FOOTFALL_CONFIG": str(stack.config)} | variables
        return subprocess.run([BINARY, "check"], capture_output=True, text=True, env=environment, timeout=60)

    url = stack.environment["FOOTFALL_DATABASE_WEB_URL"]
    good = check()
    assert good.returncode == 0 and "login is confined" in good.stdout, good.stderr
    wrong = check(FOOTFALL_DATABASE_WEB_URL=re.sub(r"//\w+:[^@]*@", "//nobody:nothing@", url))
    assert wrong.returncode == 78 and "database.web_url" in wrong.stderr and "nothing" not in wrong.stderr
    away = "postgresql://nobody@127.0.0.1:1/footfall"
    gone = check(FOOTFALL_DATABASE_WEB_URL=away, FOOTFALL_DATABASE_URL=away)
    assert gone.returncode == 0 and "was not checked" in gone.stdout, gone.stderr


def test_events_are_taken_while_the_dashboard_cannot_start(stack):
    """A mistake that concerns pages alone costs no event; once it is mended, SIGHUP is enough."""
    folder = stack.state / "pages-off"
    folder.mkdir()
    ingest, web, config, log = folder / "i.sock", folder / "w.sock", folder / "footfall.json5", folder / "log"
    good = stack.config.read_text()
    config.write_text(good)
    environment = os.environ | stack.environment | {
        "FOOTFALL_CONFIG": str(config), "FOOTFALL_LISTEN_INGEST": str(ingest), "FOOTFALL_LISTEN_WEB": str(web),
        "FOOTFALL_JOURNAL_FOLDER": str(folder / "journal"), "FOOTFALL_REPLAY_SPOOL": "",
    }
    url = environment.pop("FOOTFALL_DATABASE_WEB_URL")
    with open(log, "w") as output:
        process = subprocess.Popen([BINARY, "serve"], env=environment, stdout=output, stderr=output)
    try:
        assert wait_for(lambda: "stays off; events are taken" in log.read_text()), log.read_text()
        assert "database.web_url is missing" in log.read_text()
        body = b'{"s":"demo","u":"http://localhost/pages-off"}'

        def send():
            with Connection(str(ingest)) as connection:
                return connection.send(request(body=body)).answer()

        assert wait_for(lambda: send() == 204)
        assert wait_for(lambda: stack.count("/pages-off") >= 1)
        with Connection(str(web)) as connection:
            connection.send(request(path="/dashboard", method="GET"))
            # Not a TimeoutError: nginx must not wait for an answer that nobody will give.
            with contextlib.suppress(ConnectionError):
                assert connection.socket.recv(1) == b""
        text, count = re.subn(r'web_url: ""', f'web_url: "{url}"', good)
        assert count == 1
        config.write_text(text)
        process.send_signal(signal.SIGHUP)

        def shows_pages():
            with Connection(str(web)) as connection:
                return connection.send(request(path="/healthz", method="GET", address="127.0.0.1")).answer() == 200

        assert wait_for(shows_pages), log.read_text()
        assert send() == 204
    finally:
        process.terminate()
        assert process.wait(60) == 0, log.read_text()
