"""A TCP proxy between gateway and PostgreSQL that loses connections at the moment at which it hurts most.

It reads the frontend's messages (PostgreSQL documentation, "Message Formats") as far as it takes to see a COMMIT pass.
"""

import selectors
import socket
import struct
import threading
import time

# What happens to the loader's connections at their next COMMIT.
CUT_BEFORE = "cut before COMMIT"  # the server never sees it
CUT_AFTER = "cut after COMMIT"  # the server has done it, the gateway never hears of it
HALF_OPEN = "silence after COMMIT"  # the same, and the connection stays open and silent
CUT_IN_COPY = "cut in the rows"


class Proxy:
    """Listens on a free port of loopback. Faults set the public fields; all are off at first."""

    def __init__(self, server_port):
        self.server_port = server_port
        # One of the above, done at one commit in `every`.
        self.action = None
        self.every = 1
        # Seconds that each piece of data waits.
        self.delay = 0
        # Whether connections are accepted and then closed at once, as by a server that is starting.
        self.is_closed = False
        # How often an action was done.
        self.done = 0
        self._seen = 0
        self._links = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def heal(self):
        """Everything off, and connections that hang are ended."""
        self.action, self.delay, self.is_closed = None, 0, False
        for link in self.links():
            if link.is_silent:
                link.close()

    def shut(self):
        """No connection any more, until `heal`."""
        self.is_closed = True
        for link in self.links():
            link.close()

    def close(self):
        self._listener.close()
        self.shut()

    def links(self):
        with self._lock:
            return list(self._links)

    def forget(self, link):
        with self._lock:
            self._links.discard(link)

    def is_due(self):
        """Asked at every COMMIT of a loader while an action is set."""
        with self._lock:
            self._seen += 1
            return self._seen % self.every == 0

    def note_done(self):
        with self._lock:
            self.done += 1

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.is_closed:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.server_port), timeout=5)
            except OSError:
                client.close()
                continue
            link = Link(self, client, server)
            with self._lock:
                self._links.add(link)
            threading.Thread(target=link.run, daemon=True).start()


class Link:
    """One connection of the gateway and one to the server."""

    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self.client = client
        self.server = server
        self.is_silent = False
        self.is_cutting = False
        self.messages = Messages()
        for end in (client, server):
            end.settimeout(None)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self):
        for end in (self.client, self.server):
            # A shutdown wakes the thread that waits; it closes.
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def run(self):
        selector = selectors.DefaultSelector()
        selector.register(self.client, selectors.EVENT_READ)
        selector.register(self.server, selectors.EVENT_READ)
        try:
            while True:
                for key, _ in selector.select():
                    data = key.fileobj.recv(65536)
                    if not data:
                        return
                    if self.proxy.delay:
                        time.sleep(self.proxy.delay)
                    if not (self.from_client(data) if key.fileobj is self.client else self.from_server(data)):
                        return
        except OSError:
            pass
        finally:
            selector.close()
            self.client.close()
            self.server.close()
            self.proxy.forget(self)

    def from_client(self, data):
        """Whether to go on."""
        kinds = self.messages.feed(data)
        action = self.proxy.action
        if action and self.messages.is_loader and not self.is_silent:
            wanted = "COPY" if action == CUT_IN_COPY else "COMMIT"
            if wanted in kinds and self.proxy.is_due():
                self.proxy.note_done()
                if action in (CUT_BEFORE, CUT_IN_COPY):
                    if action == CUT_IN_COPY:
                        self.server.sendall(data[: len(data) // 2])
                    return False
                self.is_cutting = True
                self.is_silent = action == HALF_OPEN
        self.server.sendall(data)
        return True

    def from_server(self, data):
        if self.is_silent:
            return True
        # The answer to COMMIT: swallowed, together with the connection.
        if self.is_cutting:
            return False
        self.client.sendall(data)
        return True


class Messages:
    """Finds the frontend's messages in its bytes: `COMMIT` and `COPY` (rows of a COPY)."""

    def __init__(self):
        self.buffer = b""
        self.is_started = False
        self.is_loader = False

    def feed(self, data):
        self.buffer += data
        found = []
        while True:
            header = 5 if self.is_started else 4
            if len(self.buffer) < header:
                return found
            length = struct.unpack(">I", self.buffer[header - 4 : header])[0] + header - 4
            if len(self.buffer) < length:
                return found
            message, self.buffer = self.buffer[:length], self.buffer[length:]
            if not self.is_started:
                # A request for encryption (80877103, 80877104) is answered N and comes before the startup message.
                if struct.unpack(">I", message[4:8])[0] >> 16 == 3:
                    self.is_started = True
                    self.is_loader = b"footfall loader" in message
            elif message[:1] == b"d":
                found.append("COPY")
            elif message[:1] in b"QP" and message[5:].strip(b"\0").rstrip(b"\0; ").upper() == b"COMMIT":
                found.append("COMMIT")
