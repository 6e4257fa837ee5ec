"""Two ways to send a request: HTTP through nginx, and FastCGI straight to the gateway's socket."""

import http.client
import socket
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))
import fastcgi  # noqa: E402

# Longer than nginx waits for all its tries, so that it is nginx that gives up.
PATIENCE = 20


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body


class NoAnswer(Exception):
    """The connection ended or stayed silent: what was sent may have arrived."""


class Browser:
    """A kept-alive connection to nginx from an address of its own."""

    through_nginx = True

    def __init__(self, port, address):
        self.port = port
        self.address = address
        self.connection = None

    def call(self, method, target, body=b"", headers=None):
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=PATIENCE, source_address=(self.address, 0)
                )
            self.connection.request(method, target, body or None, {"Host": "localhost", **(headers or {})})
            answer = self.connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(f"{type(error).__name__}: {error}") from None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Responder:
    """A connection to the gateway's own socket, in nginx's place. A new one for each request."""

    through_nginx = False

    def __init__(self, path, address):
        self.path = str(path)
        self.address = address

    def call(self, method, target, body=b"", headers=None):
        path, _, query = target.partition("?")
        parameters = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in (headers or {}).items()}
        parameters["CONTENT_TYPE"] = parameters.pop("HTTP_CONTENT_TYPE", "")
        parameters["QUERY_STRING"] = query
        # REQUEST_URI as nginx gives it.
        parameters["REQUEST_URI"] = target
        data = fastcgi.request(path, body, method, address=self.address, **parameters)
        try:
            with fastcgi.Connection(self.path, timeout=PATIENCE) as connection:
                return parse(read_output(connection.send(data)))
        except OSError as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from None

    def close(self):
        pass


def read_output(connection):
    """Everything up to the end of the request; an answer that breaks off is none."""
    text = b""
    while header := connection.exactly(8):
        _, kind, _, length, padding = struct.unpack(">BBHHBx", header)
        content = connection.exactly(length + padding) if length + padding else b""
        if content is None:
            break
        if kind == fastcgi.STDOUT:
            text += content[:length]
        if kind == fastcgi.END:
            return text
    raise NoAnswer("the gateway closed the connection")


def parse(text):
    head, _, body = text.partition(b"\r\n\r\n")
    headers = [tuple(line.split(": ", 1)) for line in head.decode("latin-1").split("\r\n") if ": " in line]
    status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
    return Answer(status, headers, body)


def can_connect(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
            return True
        except OSError:
            return False
