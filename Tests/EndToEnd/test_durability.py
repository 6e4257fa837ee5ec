"""What an acknowledgment is worth: crashes, absences, poison, and who may read what the journal holds."""

import os
import signal
import time
import urllib.error
import urllib.request

import pytest
from conftest import wait_for
from fastcgi import Connection, request
from stacks import DurableStack


@pytest.fixture
def stack(tmp_path_factory):
    with DurableStack.of_its_own(tmp_path_factory, "durable") as stack:
        yield stack


def test_what_was_acknowledged_while_the_database_was_away_survives_kill_9_and_a_start_without_it(stack):
    stack.call("stop", str(stack.state), "postgres")
    for number in range(50):
        assert stack.send(f"/away/{number}") == 204
    stack.kill_all()
    # The sites are known from the file beside the journal.
    gateway = stack.serve()
    try:
        for number in range(50, 100):
            assert stack.send(f"/away/{number}") == 204
        os.kill(stack.child("ingest"), signal.SIGKILL)
        assert wait_for(lambda: stack.send("/away/100") == 204)
        assert "away" in stack.log()
        stack.call("start", str(stack.state), "postgres")
        assert wait_for(lambda: stack.metric("footfall_events_pending") == 0, seconds=90)
        stored = stack.execute("select path, count(*) from event_text where path like '/away/%' group by path")
        assert dict(stored) == {f"/away/{number}": 1 for number in range(101)}
    finally:
        stack.stop(gateway)


def test_nothing_personal_is_in_the_journal(stack):
    agent = "Mozilla/5.0 (Unmistakable) Secret/4711"
    assert stack.send("/personal?token=hush", **{"User-Agent": agent, "Accept-Language": "tlh-QX"}) == 204
    assert stack.count("/personal") == 1 or wait_for(lambda: stack.count("/personal") == 1)
    files = [path for path in (stack.state / "journal").rglob("*") if path.is_file()]
    content = b"".join(path.read_bytes() for path in files)
    assert b"/personal" in content
    for secret in (b"Unmistakable", b"Secret/4711", b"hush", b"tlh-QX", b"127.0.0.1\0", bytes([127, 0, 0, 1])):
        # The address of loopback may stand in the sites' file, as the demo's host.
        assert secret not in content.replace(b'"127.0.0.1"', b""), secret
    assert all(path.stat().st_mode & 0o077 == 0 for path in [stack.state / "journal", *files])


def test_a_request_that_ends_the_process_is_refused_from_then_on(stack):
    stack.kill_all()
    gateway = stack.serve(FOOTFALL_FAILPOINT="chain=poison")
    try:
        before = stack.child("ingest")
        body = b'{"s":"demo","n":"poison","u":"http://localhost/poison"}'
        poison = urllib.request.Request(stack.base + "/e", body, {"Content-Type": "text/plain"})
        # It ends the process; nginx tries it again, and the successor knows it already.
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(poison, timeout=60)
        assert refusal.value.code == 400, refusal.value.read()
        assert wait_for(lambda: stack.child("ingest") not in (None, before))
        after = stack.child("ingest")
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(poison, timeout=60)
        assert refusal.value.code == 400
        assert stack.send("/harmless") == 204
        assert stack.child("ingest") == after
        assert stack.metric("footfall_poison_requests") == 1
        assert "has ended the process in step validate of the chain" in stack.log()
        assert wait_for(lambda: stack.execute("select sum(count) from ledger where reason = 'crashed'")[0][0] == 2)
    finally:
        stack.stop(gateway)


def test_an_event_that_the_database_refuses_is_put_aside_and_can_be_tried_again(stack):
    # No column refuses an event that the edge lets through; an operator's own rule does.
    stack.execute("alter table event add constraint picky check ((properties ->> 'size') is distinct from '4711')")
    bodies = ['{"s":"demo","u":"http://localhost/picky/%d","p":{"size":%d}}' % (size, size) for size in (1, 4711, 2)]
    for body in bodies:
        with Connection(stack.environment["FOOTFALL_LISTEN_INGEST"]) as connection:
            assert connection.send(request(body=body.encode())).answer() == 204
    assert wait_for(lambda: stack.execute("select count(*) from dead_letter")[0][0] == 1)
    assert wait_for(lambda: stack.count("/picky/1") == 1 and stack.count("/picky/2") == 1)
    assert stack.ask("/readyz").startswith("ready\n")
    listed = stack.footfall("dead", "list")
    assert "shop.example" in listed and "picky" in listed
    number = listed.split()[0]
    assert '"path":"/picky/4711"' in stack.footfall("dead", "show", number)
    assert "still dead" in stack.footfall("dead", "retry", number, code=70)
    stack.execute("alter table event drop constraint picky")
    assert "stored" in stack.footfall("dead", "retry", "--all")
    assert stack.count("/picky/4711") == 1
    assert "There is no dead letter." in stack.footfall("dead", "list")


def test_a_broken_schema_stops_the_loader_alarms_and_loses_nothing(stack):
    stack.execute("alter table event rename column title_id to other_id")
    for number in range(10):
        assert stack.send(f"/schema/{number}") == 204
    assert wait_for(lambda: "store postgres refuses" in stack.ask("/readyz"))
    assert 'footfall_store_alarm{store="postgres"} 1' in stack.ask("/metrics")
    assert "a person must mend this" in stack.log()
    stack.execute("alter table event rename column other_id to title_id")
    assert wait_for(lambda: all(stack.count(f"/schema/{number}") == 1 for number in range(10)), seconds=90)
    assert wait_for(lambda: stack.ask("/readyz").startswith("ready\n"))


def test_a_site_may_have_an_acknowledgment_of_its_own(stack):
    stack.footfall("site", "set", "shop.example", "--ack", "journal")
    assert "ack journal" in stack.footfall("site", "list")

    def difference(name, before=0.0):
        return stack.metric(f"footfall_journal_{name}_total") - before

    # Within five seconds the gateway knows it: then several frames share a sync, which comes within 200 ms.
    def shares():
        frames, syncs = difference("frames"), difference("syncs")
        answers = [stack.send("/quick") for _ in range(5)]
        assert set(answers) <= {204, 429}
        time.sleep(0.3)
        return answers == [204] * 5 and difference("frames", frames) >= 5 > difference("syncs", syncs) > 0

    assert wait_for(shares, seconds=60)
    stack.footfall("site", "set", "shop.example", "--ack", "sometimes", code=64)


def test_servers_send_batches_with_a_secret_key(stack):
    key = stack.footfall("key", "add", "shop.example").strip()
    assert key.startswith("ff_sk_")
    assert key not in stack.footfall("key", "list") and key[:12] in stack.footfall("key", "list")
    events = "\n".join('{"u":"http://localhost/server/%d","i":"%x"}' % (number, number) for number in range(200))

    def send(body, **headers):
        call = urllib.request.Request(
            stack.base + "/api/v1/events", body, {"Authorization": f"Bearer {key}"} | headers)
        try:
            with urllib.request.urlopen(call, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    # A new key is known within five seconds.
    assert wait_for(lambda: send(events.encode())[0] == 200)
    assert send(events.encode()) == (200, '{"accepted":200,"rejected":[]}\n')
    assert wait_for(lambda: stack.execute("select count(*) from event_text where path like '/server/%'")[0][0] == 200)
    assert wait_for(lambda: stack.execute("select sum(count) from ledger where outcome = 'duplicate'")[0][0] == 200)
    stack.footfall("key", "revoke", key)
    assert wait_for(lambda: send(events.encode())[0] == 401)
    log = "".join(path.read_text(errors="replace") for path in (stack.state / "log").iterdir())
    assert key not in log
