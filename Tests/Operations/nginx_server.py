"""A real nginx with Footfall's configuration in a folder of a test's own, before two small responders."""

import http.client
import os
import random
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from responder import Responder

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"


def free_port():
    """Below the ports that the kernel gives to clients, so that no connection takes it before nginx does."""
    while True:
        port = random.randrange(10240, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def make_site(state, port):
    """Lays nginx's folder out by the very function that `make run` calls."""
    (state / "log").mkdir(parents=True)
    (state / "sockets").mkdir()
    script = """
        set -euo pipefail
        . "$1/tools/common.sh"
        state=$2 log=$2/log
        sockets() { printf '%s/sockets' "$state"; }
        . "$1/tools/parts/nginx.sh"
        make_nginx_place "$3"
    """
    subprocess.run(["bash", "-c", script, "bash", ROOT, state, str(port)], check=True)
    return state / "nginx"


# Somebody's own nginx, with everything in it that could take our addresses away or make them talk.
FOREIGN = """
pid nginx.pid;
error_log log/error.log notice;
events {{ worker_connections 512; }}
http {{
    access_log log/access.log combined;
    client_max_body_size 0;
    client_body_temp_path temporary;
    fastcgi_temp_path temporary;
    proxy_temp_path temporary;
    uwsgi_temp_path temporary;
    scgi_temp_path temporary;
    include {includes}/footfall-http.conf;
    server {{
        {listen}
        root site;
        location ~* \\.(js|gif|css)$ {{ return 418 "the site's own"; }}
        location / {{ return 200 "the site's own page"; }}
        error_page 400 403 404 413 429 500 502 503 504 /its-own-error;
        include {includes}/footfall-server.conf;
    }}
}}
"""


def make_foreign(state, port):
    """The two includes in another nginx.conf, changed in nothing but the folders of sockets and spool."""
    folder = state / "nginx"
    for name in ("nginx/temporary", "nginx/site", "nginx/log", "sockets", "spool"):
        (state / name).mkdir(parents=True)
    (state / "log").symlink_to("nginx/log")
    for name in ("footfall-http.conf", "footfall-server.conf"):
        text = (ROOT / "nginx" / name).read_text()
        text = text.replace("unix:/run/footfall/", f"unix:{state}/sockets/")
        (folder / name).write_text(text.replace("/var/spool/footfall", f"{state}/spool"))
    shutil.copy("/etc/nginx/fastcgi_params", folder)
    (folder / "site.conf").write_text(FOREIGN.format(includes=folder, listen=f"listen 127.0.0.1:{port};"))
    return folder


def command(folder, *words):
    # The responders' sockets are ours: nginx's workers must not become somebody else.
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    return [PROGRAM, "-p", str(folder), "-c", str(folder / "site.conf"), "-e", "stderr", "-g", directives, *words]


def complaints(folder):
    """What `nginx -t` says besides its two sentences of praise."""
    done = subprocess.run(command(folder, "-t"), capture_output=True, text=True, timeout=30)
    lines = [line for line in done.stderr.splitlines() if not re.search(r"syntax is ok$|test is successful$", line)]
    return lines or ([] if done.returncode == 0 else [f"exit code {done.returncode}"])


class Server:
    """nginx and the responders `ingest` and `web` behind it. `edit` may change the laid-out files before the start."""

    def __init__(self, state, make=make_site, edit=None):
        self.state = Path(state)
        self.port = free_port()
        self.folder = make(self.state, self.port)
        if edit:
            edit(self.folder)
        self.ingest = Responder(self.state / "sockets/ingest.sock").start()
        self.web = Responder(self.state / "sockets/web.sock").start()
        self.process = None

    def __enter__(self):
        with open(self.state / "log/nginx.log", "ab") as log:
            self.process = subprocess.Popen(command(self.folder), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError("nginx did not start:\n" + self.logs()) from None
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.ingest.stop()
        self.web.stop()

    def connection(self, source="127.0.0.1", timeout=30):
        """All of 127.0.0.0/8 is this machine: `source` makes different senders of us."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout, source_address=(source, 0))

    def call(self, path, body=None, method=None, source="127.0.0.1", headers=(), chunked=False):
        """Sends one request. `headers` are pairs, because a name may come twice."""
        connection = self.connection(source)
        connection.putrequest(method or ("GET" if body is None else "POST"), path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        elif body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        try:
            if chunked:
                for start in range(0, len(body), 8192):
                    part = body[start : start + 8192]
                    connection.send(b"%x\r\n%s\r\n" % (len(part), part))
                connection.send(b"0\r\n\r\n")
            elif body:
                connection.send(body)
        except OSError:
            pass  # nginx may answer and hang up before it has read all
        response = connection.getresponse()
        response.body = response.read()
        connection.close()
        return response

    def raw(self, data, source="127.0.0.1"):
        """A connection over which these bytes went, for clients that behave badly."""
        connection = socket.create_connection(("127.0.0.1", self.port), 30, (source, 0))
        connection.sendall(data)
        return connection

    def logs(self):
        """Everything that nginx wrote anywhere."""
        folders = {(self.state / "log").resolve(), (self.folder / "log").resolve()}
        return "".join(
            file.read_text(errors="replace") for folder in folders for file in sorted(folder.glob("*")) if file.is_file()
        )
