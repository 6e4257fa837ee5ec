"""The web server's end of FastCGI 1.0, as far as hostile tests need it."""

import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6


def record(kind, content=b"", request=1, version=1, padding=0, length=None):
    length = len(content) if length is None else length
    return struct.pack(">BBHHBx", version, kind, request, length, padding) + content + b"\0" * padding


def pair(name, value):
    def size(text):
        return struct.pack("B", len(text)) if len(text) < 128 else struct.pack(">I", len(text) | 0x80000000)

    name, value = name.encode(), value.encode()
    return size(name) + size(value) + name + value


def request(path="/e", body=b"", method="POST", keep=False, length=None, address="192.0.2.1", **parameters):
    fields = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": path,
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": str(len(body) if length is None else length),
        "REMOTE_ADDR": address,
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Raw/1.0",
        **parameters,
    }
    params = b"".join(pair(name, value) for name, value in fields.items())
    out = record(BEGIN, struct.pack(">HB5x", 1, 1 if keep else 0))
    for start in range(0, len(params), 60000):
        out += record(PARAMS, params[start : start + 60000])
    out += record(PARAMS)
    for start in range(0, len(body), 60000):
        out += record(STDIN, body[start : start + 60000])
    return out + record(STDIN)


class Connection:
    def __init__(self, path, timeout=30):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # the gateway has had enough of us
        return self

    def exactly(self, count):
        data = b""
        while len(data) < count:
            try:
                chunk = self.socket.recv(count - len(data))
            except OSError:
                chunk = b""
            if not chunk:
                return None
            data += chunk
        return data

    def answer(self):
        """The status of the next answer; None when the connection ends without one."""
        return self.whole()[0]

    def whole(self):
        """Status, head and body of the next answer; None and nothing when the connection ends without one."""
        text = b""
        while header := self.exactly(8):
            _, kind, _, length, padding = struct.unpack(">BBHHBx", header)
            content = self.exactly(length + padding) if length + padding else b""
            if content is None:
                break
            if kind == STDOUT:
                text += content[:length]
            if kind == END:
                break
        head, _, body = text.partition(b"\r\n\r\n")
        return int(text[8:11]) if text.startswith(b"Status: ") else None, head.decode(), body
