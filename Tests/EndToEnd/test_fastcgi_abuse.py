"""Whoever gets at the gateway's socket talks what he likes. It never crashes, and the next request is served.

Two messages are left out because Debian's libfcgi (2.4.2-2+deb12u1) ends the process on them by an assertion or its
stack guard: FCGI_GET_VALUES with many repeated names, and name and value lengths whose sum overflows. The socket's
mode 0660 keeps strangers away from them, and the supervisor starts the process again (docs/architecture.md).
"""

import os
import random
import socket
import struct
import time

import pytest
from conftest import setting, wait_for
from fastcgi import ABORT, BEGIN, PARAMS, STDIN, Connection, pair, record, request

PIXEL = dict(path="/p.gif", method="GET")


@pytest.fixture(scope="module")
def ingest():
    return setting("FOOTFALL_TEST_INGEST_SOCKET")


@pytest.fixture(autouse=True)
def unharmed(ingest, processes):
    before = processes()
    yield
    with Connection(ingest) as connection:
        assert connection.send(request(**PIXEL)).answer() == 200, "the next request must be served"
    assert processes() == before, "a process has crashed"


def beacon(base_url, path, **fields):
    body = '{"s":"demo","u":"%s%s"}' % (base_url, path)
    return request(body=body.encode(), **fields)


def test_a_request_in_pieces_of_one_byte(ingest, base_url):
    with Connection(ingest) as connection:
        for byte in beacon(base_url, "/pieces"):
            connection.send(bytes([byte]))
        assert connection.answer() == 204


def test_a_request_split_at_every_byte(ingest, base_url):
    whole = beacon(base_url, "/split", keep=True)
    with Connection(ingest) as connection:
        for middle in range(1, len(whole)):
            connection.send(whole[:middle])
            connection.send(whole[middle:])
            assert connection.answer() == 204, middle


def test_records_of_one_byte_and_with_padding(ingest, base_url):
    body = ('{"s":"demo","u":"%s/padded"}' % base_url).encode()
    params = b"".join(
        pair(name, value)
        for name, value in {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "/e", "CONTENT_LENGTH": str(len(body))}.items()
    )
    # Only where libfcgi expects padding: after the first record and after the empty one that ends the parameters it
    # reads padding as the next record and refuses the request. No web server pads those.
    sent = record(BEGIN, struct.pack(">HB5x", 1, 0))
    for kind, content in ((PARAMS, params), (STDIN, body)):
        for at in range(len(content)):
            sent += record(kind, content[at : at + 1], padding=at % 256)
        sent += record(kind)
    with Connection(ingest) as connection:
        assert connection.send(sent).answer() == 204


def test_a_request_cut_off_at_every_byte(ingest, base_url):
    whole = beacon(base_url, "/cut")
    for end in range(len(whole)):
        with Connection(ingest) as connection:
            connection.send(whole[:end])


def test_garbage(ingest):
    dice = random.Random(7)
    for _ in range(200):
        with Connection(ingest) as connection:
            # Not type 9, FCGI_GET_VALUES: see above.
            noise = bytes([dice.choice([0, 2, 255])]) + dice.randbytes(dice.randrange(1, 400))
            connection.send(noise)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version(ingest, version):
    with Connection(ingest) as connection:
        assert connection.send(record(BEGIN, struct.pack(">HB5x", 1, 0), version=version)).answer() is None


def test_unknown_roles_and_types_and_requests(ingest):
    for data in (
        record(BEGIN, struct.pack(">HB5x", 3, 0)) + record(PARAMS) + record(STDIN),
        record(BEGIN, b"\0"),
        record(77, b"x" * 100),
        record(BEGIN, struct.pack(">HB5x", 1, 0)) + record(BEGIN, struct.pack(">HB5x", 1, 0), request=2),
        record(BEGIN, struct.pack(">HB5x", 1, 0)) + record(PARAMS, b"\x05\x05abc") + record(PARAMS) + record(STDIN),
        record(BEGIN, struct.pack(">HB5x", 1, 0)) + record(PARAMS, b"\xff") + record(PARAMS) + record(STDIN),
        record(BEGIN, struct.pack(">HB5x", 1, 0), length=60000),
    ):
        with Connection(ingest, timeout=1) as connection:
            connection.send(data)
            connection.socket.shutdown(socket.SHUT_WR)
            connection.answer()


@pytest.mark.parametrize("length", [0, 1, 10_000, -5, 2**63, "x", "1e3", " 5"])
def test_a_length_that_lies(ingest, base_url, length):
    with Connection(ingest) as connection:
        assert connection.send(beacon(base_url, "/lies", length=length)).answer() in (400, None)


def test_a_body_without_an_end(ingest, base_url):
    for _ in range(5):
        with Connection(ingest) as connection:
            connection.send(beacon(base_url, "/endless")[: -len(record(STDIN))])


def test_a_request_that_is_called_off(ingest, base_url):
    whole = beacon(base_url, "/called-off", keep=True)
    for end in (16, 60, len(whole) - len(record(STDIN))):
        with Connection(ingest, timeout=1) as connection:
            connection.send(whole[:end] + record(ABORT)).answer()


def test_a_body_over_the_limit(ingest):
    body = b'{"x":"' + b"x" * 100_000 + b'"}'
    with Connection(ingest) as connection:
        assert connection.send(request(body=body, keep=True)).answer() == 413
        assert connection.send(request(**PIXEL)).answer() == 200, "the rest of the body was read"
    with Connection(ingest) as connection:
        assert connection.send(request(body=b"x" * 1_000_000, keep=True)).answer() in (413, None)


def test_a_request_inside_a_body_is_never_executed(ingest, base_url, database):
    inner = beacon(base_url, "/smuggled", address="9.9.9.9")
    for length in (None, 0, 10, len(inner) + 10):
        with Connection(ingest, timeout=8) as connection:
            connection.send(request(body=inner, length=length, keep=True)).answer()
            connection.send(request(**PIXEL, keep=True)).answer()
    with Connection(ingest) as connection:
        connection.send(request(body=b"x" * 70_000 + inner, keep=True)).answer()
        connection.send(beacon(base_url, "/after-smuggling")).answer()
    count = "select count(*) from event_text where path = %s"
    wait_for(lambda: database.execute(count, ("/after-smuggling",)).fetchone()[0])
    assert database.execute(count, ("/smuggled",)).fetchone()[0] == 0


def test_fifty_idle_connections_hold_nobody_up(ingest):
    idle = [Connection(ingest) for _ in range(50)]
    for connection in idle:
        assert connection.send(request(**PIXEL, keep=True)).answer() == 200
    with Connection(ingest) as connection:
        assert connection.send(request(**PIXEL)).answer() == 200
    for connection in idle:
        assert connection.send(request(**PIXEL, keep=True)).answer() == 200, "and they are still good"
        connection.socket.close()


# In the middle of the parameters; with the body, but without its end.
@pytest.mark.parametrize("end", [60, -8])
def test_half_sent_requests_give_their_threads_back(ingest, base_url, end):
    # Two for each thread. After five seconds without another byte a thread is free again.
    threads = max(2, os.cpu_count())
    slow = [Connection(ingest).send(beacon(base_url, "/half", keep=True)[:end]) for _ in range(2 * threads)]
    with Connection(ingest, timeout=60) as connection:
        assert connection.send(request(**PIXEL)).answer() == 200
    for connection in slow:
        connection.socket.close()


def test_clients_that_never_read_give_their_threads_back(ingest):
    deaf = [Connection(ingest, timeout=0.5) for _ in range(8)]
    for connection in deaf:
        # Until the answers fill the socket; one at a time, because nothing reads ahead of the request that it serves.
        for _ in range(300):
            try:
                connection.socket.sendall(request(path="/footfall.js", method="GET", keep=True))
            except OSError:
                break
            time.sleep(0.001)
    with Connection(ingest, timeout=60) as connection:
        assert connection.send(request(**PIXEL)).answer() == 200
    for connection in deaf:
        connection.socket.close()


def test_huge_headers(ingest):
    with Connection(ingest) as connection:
        assert connection.send(request(**PIXEL, HTTP_X_LARGE="x" * 70_000)).answer() == 431
    many = {f"HTTP_X_{number}": "x" * 20 for number in range(5000)}
    with Connection(ingest) as connection:
        assert connection.send(request(**PIXEL, **many)).answer() == 431


def test_parameters_of_any_bytes(ingest):
    odd = b"".join(
        pair(name, "x") for name in ("", "=", "A=B", "HTTP_", "\u00fc" * 40, "HTTP_USER_AGENT", "HTTP_USER_AGENT")
    )
    data = record(BEGIN, struct.pack(">HB5x", 1, 0)) + record(PARAMS, odd) + record(PARAMS) + record(STDIN)
    with Connection(ingest) as connection:
        assert connection.send(data).answer() == 404


def test_a_client_that_does_not_wait_for_its_answer(ingest, base_url):
    for _ in range(100):
        with Connection(ingest) as connection:
            connection.send(beacon(base_url, "/gone"))


def test_the_socket_is_for_the_group_only(ingest):
    assert os.stat(ingest).st_mode & 0o777 == 0o660
