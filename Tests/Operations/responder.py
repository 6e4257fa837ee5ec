"""The gateway's end of FastCGI 1.0, as small as tests of nginx need it: it writes down what nginx asks and answers as told."""

import os
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
KEEP_CONNECTION = 1


@dataclass
class Request:
    """One request as nginx passed it on."""

    parameters: dict = field(default_factory=dict)
    # In the order of their arrival, because nginx may send a name twice.
    pairs: list = field(default_factory=list)
    body: bytes = b""
    keep: bool = False

    @property
    def path(self):
        return self.parameters.get("SCRIPT_NAME")


def answer(status="204 No Content", body=b"", **headers):
    """What a gateway prints: `answer("200 OK", b"…", Content_Type="text/css")`."""
    lines = [f"Status: {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


# Instead of an answer: the connection dies after the request was read, as when the gateway is killed.
DIE = object()


class Responder:
    """Listens on a unix socket. `reply` is called with each request and returns `answer(…)` or `DIE`."""

    def __init__(self, path):
        self.path = str(path)
        self.requests = []
        self.reply = lambda request: answer()
        # Whether connections end after each answer although nginx asked to keep them, without a word about it.
        self.hang_up = False
        self.connections = 0
        self._open = set()
        self._listener = None

    def start(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        # nginx's workers need not be who we are.
        os.chmod(self.path, 0o666)
        self._listener.listen(1024)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def stop(self):
        """As if killed: the listener and all connections are gone, the socket's name stays."""
        if self._listener is None:
            return
        # close() alone would leave the thread in accept() with a listener that still takes connections.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._listener = None
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def forget(self):
        """Back to the beginning, for the next test."""
        self.requests.clear()
        self.reply = lambda request: answer()
        self.hang_up = False

    def wait(self, count=1, seconds=10):
        """The requests as soon as there are `count`, or those that came until the time was over."""
        deadline = time.monotonic() + seconds
        while len(self.requests) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return list(self.requests)

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection:
                while request := self._read(connection):
                    self.requests.append(request)
                    text = self.reply(request)
                    if text is DIE:
                        return
                    for start in range(0, len(text), 60000):
                        connection.sendall(record(STDOUT, text[start : start + 60000]))
                    connection.sendall(record(STDOUT) + record(END, struct.pack(">IB3x", 0, 0)))
                    if self.hang_up or not request.keep:
                        return
        except OSError:
            pass  # nginx has gone, or stop() was called
        finally:
            self._open.discard(connection)

    def _read(self, connection):
        request, parameters = Request(), b""
        while header := exactly(connection, 8):
            _, kind, _, length, padding = struct.unpack(">BBHHBx", header)
            content = exactly(connection, length + padding)[:length]
            if kind == BEGIN:
                request.keep = bool(content[2] & KEEP_CONNECTION)
            elif kind == PARAMS:
                parameters += content
                if not content:
                    request.pairs = list(pairs(parameters))
                    for name, value in request.pairs:
                        request.parameters.setdefault(name, value)
            elif kind == STDIN:
                request.body += content
                if not content:
                    return request
        return None


def record(kind, content=b""):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def exactly(connection, count):
    data = b""
    while len(data) < count:
        chunk = connection.recv(count - len(data))
        if not chunk:
            return b""
        data += chunk
    return data


def pairs(data):
    """The names and values of a PARAMS stream."""
    at = 0
    while at < len(data):
        sizes = []
        for _ in range(2):
            if data[at] < 128:
                sizes.append(data[at])
                at += 1
            else:
                sizes.append(struct.unpack(">I", data[at : at + 4])[0] & 0x7FFFFFFF)
                at += 4
        name, value = data[at : at + sizes[0]], data[at + sizes[0] : at + sum(sizes)]
        at += sum(sizes)
        yield name.decode(), value.decode("latin-1")
