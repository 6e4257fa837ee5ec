"""The programs that measure: a floor that does not answer, or a generator that hides a stall, would make every figure a lie."""

import http.server
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest
from nginx_server import ROOT
from responder import BEGIN, END, PARAMS, STDIN, STDOUT, exactly, record

SOURCES = ROOT / "Tests/Benchmarks"
STRICT = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o"]


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    floor = [SOURCES / "floor.c", SOURCES / "commit.c", "-lfcgi", "-lpthread"]
    subprocess.run([*STRICT, folder / "floor", *floor], check=True)
    subprocess.run([*STRICT, folder / "load", SOURCES / "load.c"], check=True)
    subprocess.run([*STRICT, folder / "allocations.so", "-shared", "-fPIC", SOURCES / "allocations.c"], check=True)
    return folder


# ---- the floors ------------------------------------------------------------------------------------------------------


def connect(path):
    deadline = time.monotonic() + 60
    while True:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(60)
        try:
            connection.connect(str(path))
            return connection
        except OSError:
            connection.close()
            assert time.monotonic() < deadline, "the floor does not listen"
            time.sleep(0.02)


def ask(connection, body):
    """Sends one request over a connection that is kept; returns what was answered."""
    name = b"\x0e\x04REQUEST_METHODPOST"
    begin = record(BEGIN, struct.pack(">HB5x", 1, 1))
    connection.sendall(begin + record(PARAMS, name) + record(PARAMS) + record(STDIN, body) + record(STDIN))
    text = b""
    while True:
        _, kind, _, length, padding = struct.unpack(">BBHHBx", exactly(connection, 8))
        content = exactly(connection, length + padding)[:length]
        if kind == STDOUT:
            text += content
        if kind == END:
            return text


@pytest.mark.parametrize("commits", [False, True])
def test_a_floor_answers_204_over_and_over_on_one_connection(programs, tmp_path, commits):
    file = tmp_path / "commit.bin"
    process = subprocess.Popen([programs / "floor", tmp_path / "s", "4", *([file] if commits else [])])
    try:
        with connect(tmp_path / "s") as one, connect(tmp_path / "s") as other:
            for number in range(100):
                assert ask(one, b"body %d of one" % number) == b"Status: 204 No Content\r\n\r\n"
                assert ask(other, b"body %d of the other" % number) == b"Status: 204 No Content\r\n\r\n"
        if commits:
            # Each with its length before it, in the order of the answers.
            data = file.read_bytes()
            wanted = b"".join(
                struct.pack("<I", len(text)) + text
                for number in range(100)
                for text in (b"body %d of one" % number, b"body %d of the other" % number)
            )
            assert data.startswith(wanted)
    finally:
        process.kill()
        process.wait()


# ---- the generator ---------------------------------------------------------------------------------------------------


class Shop(http.server.ThreadingHTTPServer):
    """Takes requests, one after the other, and stands still once."""

    daemon_threads = True
    request_queue_size = 128
    stall_at, stall = None, 0.0
    chunked = False
    answer = b""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock, self.bodies = threading.Lock(), []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body in one packet, or the client's kernel waits before it acknowledges the first.
    wbufsize = -1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.bodies.append((self.path, self.headers, body))
            if len(self.server.bodies) == self.server.stall_at:
                time.sleep(self.server.stall)
        answer = self.server.answer
        self.send_response(200 if answer else 204)
        if answer and self.server.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer), answer))
        else:
            if answer:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def shop():
    server = Shop()
    yield server
    server.shutdown()
    server.server_close()


def load(programs, shop, *options):
    command = [programs / "load", *options, str(shop.server_address[1]), SOURCES / "agents.txt", "0123abcd"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


def test_every_event_is_different(programs, shop):
    figures = load(programs, shop, "-c", "4", "-n", "500")
    assert figures["requests"] == figures["events"] == 500
    bodies = [body for _, _, body in shop.bodies]
    assert len(set(bodies)) == 500
    assert len({headers["User-Agent"] for _, headers, _ in shop.bodies}) == 20
    assert len({headers["X-Bench-Address"] for _, headers, _ in shop.bodies}) > 200


def test_a_stall_counts_against_every_request_that_was_due_meanwhile(programs, shop):
    # 200 of 400 requests are due while the server stands still for a second. Who waited for answers before asking
    # again would have seen the four that were under way.
    shop.stall_at, shop.stall = 100, 1.0
    figures = load(programs, shop, "-c", "4", "-n", "400", "-r", "200")
    assert figures["max"] >= 1_000_000
    assert figures["p90"] >= 500_000
    # The schedule's time, not the server's: two seconds for 400 at 200 a second, whatever happened in between.
    assert figures["seconds"] >= 1.99


@pytest.mark.parametrize("chunked", [False, True])
def test_batches_count_what_was_accepted(programs, shop, chunked):
    shop.answer, shop.chunked = b'{"accepted":9,"rejected":[{"index":3,"error":"x"}]}', chunked
    figures = load(programs, shop, "-c", "2", "-n", "20", "-b", "10", "-k", "ff_sk_x")
    assert (figures["requests"], figures["events"]) == (20, 180)
    path, headers, body = shop.bodies[0]
    assert (path, headers["Authorization"]) == ("/api/v1/events", "Bearer ff_sk_x")
    assert len(body.splitlines()) == 10


def test_a_refusal_ends_the_run(programs, shop):
    Handler.do_POST, whole = lambda self: self.send_error(503), Handler.do_POST
    try:
        with pytest.raises(AssertionError, match="refused: HTTP/1.1 503"):
            load(programs, shop, "-n", "5")
    finally:
        Handler.do_POST = whole


# ---- what is counted -------------------------------------------------------------------------------------------------


ALLOCATING = """
import ctypes
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = [ctypes.c_void_p]
for _ in range({number}):
    library.free(library.malloc(4096))
"""


def test_allocations_are_counted(programs, tmp_path):
    def count(number):
        folder = tmp_path / str(number)
        folder.mkdir()
        environment = {"LD_PRELOAD": str(programs / "allocations.so"), "ALLOCATION_COUNTS": str(folder)}
        subprocess.run(["/usr/bin/python3", "-c", ALLOCATING.format(number=number)], env=environment, check=True)
        return struct.unpack("QQ", next(folder.iterdir()).read_bytes())

    few, many = count(10), count(2010)
    assert many[0] - few[0] >= 2000
    assert many[1] - few[1] >= 2000 * 4096


def test_a_process_that_grows_has_a_slope(tmp_path):
    file = tmp_path / "memory.txt"
    file.write_text("".join(f"{second} {10_000 + 2 * second} 7\n" for second in range(600)))
    done = subprocess.run([sys.executable, SOURCES / "memory.py", "slope", file], capture_output=True, text=True, check=True)
    figures = dict(line.split() for line in done.stdout.splitlines())
    assert figures["slope_kib_per_minute"] == "120.0"
    assert (figures["largest_kib"], figures["largest_descriptors"]) == ("11198", "7")
