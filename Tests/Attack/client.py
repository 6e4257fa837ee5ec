"""A browser as an attacker has it: at the web process's own socket, with every header in his hand.

Straight at the socket, because nginx lets nobody ask so often, and because whoever sits behind it must not have to rely
on it. What nginx itself has to keep away is attacked through nginx (test_flood.py, test_headers.py).
"""

import base64
import http.client
import os
import re
import struct
import urllib.parse
from dataclasses import dataclass, field

from fastcgi import BEGIN, PARAMS, STDIN, Connection, record

SESSION, WEB_TOKEN, FORMS = "__Host-footfall-session", "__Host-footfall", "__Host-footfall-forms"
JSON_TYPE = "application/json"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
# Every answer of this run with a status that says that something broke: (status, method, path).
broken = []


def raw(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def pair(name, value):
    def size(data):
        return struct.pack("B", len(data)) if len(data) < 128 else struct.pack(">I", len(data) | 0x80000000)

    name, value = raw(name), raw(value)
    return size(name) + size(value) + name + value


def records(kind, data):
    return b"".join(record(kind, data[start : start + 60000]) for start in range(0, len(data), 60000)) + record(kind)


@dataclass
class Answer:
    status: int | None
    headers: list
    body: bytes

    @property
    def text(self):
        return self.body.decode(errors="replace")

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def whole(self):
        return "\n".join(f"{name}: {value}" for name, value in self.headers) + "\n\n" + self.text

    @property
    def notice(self):
        """What a settings page says first."""
        found = re.search(r'<div class="notice[^>]*><p>(.*?)</p>', self.text, re.S)
        return re.sub(r"<[^>]+>", "", found[1]) if found else ""

    @property
    def form_token(self):
        found = re.search(r'name="form_token" value="([^"]*)"', self.text)
        return found and found[1]


def parse(status, head, body):
    headers = [tuple(line.split(": ", 1)) for line in head.split("\r\n")[1:] if ": " in line]
    return Answer(status, headers, body)


SAME = object()


@dataclass
class Browser:
    """Cookies, an address, and where the dashboard is."""

    web: str
    host: str
    address: str = "198.51.100.7"
    cookies: dict = field(default_factory=dict)
    token: str | None = None
    timeout: float = 60
    agent: str = AGENT

    @property
    def origin(self):
        return f"http://{self.host}"

    def send(self, method, path, body=b"", type="", cookies=None, keep=True, **parameters):
        """One request, as nginx hands it on. Parameters that are None are left out."""
        path, _, query = path.partition("?")
        cookies = self.cookies if cookies is None else cookies
        fields = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": urllib.parse.unquote_to_bytes(path),
            "REQUEST_URI": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": type,
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_ADDR": self.address,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "FOOTFALL_HOST": self.host,
            "HTTP_HOST": self.host,
            "HTTP_USER_AGENT": self.agent,
            "FOOTFALL_REQUEST_ID": os.urandom(16).hex(),
        }
        if cookies:
            fields["HTTP_COOKIE"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        fields.update(parameters)
        params = b"".join(pair(name, value) for name, value in fields.items() if value is not None)
        data = record(BEGIN, struct.pack(">HB5x", 1, 0)) + records(PARAMS, params) + records(STDIN, body)
        with Connection(self.web, self.timeout) as connection:
            answer = parse(*connection.send(data).whole())
        if answer.status is None or answer.status >= 500:
            broken.append((answer.status, method, path[:200]))
        if keep:
            self.keep(answer)
        return answer

    def keep(self, answer):
        for line in answer.all("Set-Cookie"):
            name, _, rest = line.partition("=")
            value = rest.split(";")[0]
            if "Max-Age=0" in line or not value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    def get(self, path, **parameters):
        return self.send("GET", path, **parameters)

    def form_secret(self):
        """What the pages' forms hold, read from a page once for each of the cookies on which it hangs."""
        if self.token is None:
            page = self.get("/footfall/account" if SESSION in self.cookies else "/footfall/sign-in")
            self.token = page.form_token or ""
        return self.token

    def post(self, path, fields=(), token=SAME, origin=SAME, site="same-origin", files=None, **parameters):
        """A form, as a page of ours would send it unless told otherwise."""
        pairs = list(fields.items()) if isinstance(fields, dict) else list(fields)
        if token is SAME:
            token = self.form_secret()
        if token is not None:
            pairs = [("form_token", token)] + pairs
        if files:
            type, body = multipart(pairs, files)
        else:
            type, body = "application/x-www-form-urlencoded", encoded(pairs)
        parameters.setdefault("HTTP_ORIGIN", self.origin if origin is SAME else origin)
        parameters.setdefault("HTTP_SEC_FETCH_SITE", site)
        return self.send("POST", path, body, parameters.pop("type", type), **parameters)

    def sign_in(self, email, password, **more):
        """Comes from the sign-in page; what is returned is the answer to the form."""
        self.token = self.get("/footfall/sign-in").form_token
        answer = self.post("/footfall/sign-in", {"email": email, "password": password, "next": "", **more})
        if answer.status == 303:
            self.token = None
        return answer

    def code(self, code_token, code):
        return self.post("/footfall/sign-in/code", {"code_token": code_token, "code": code, "next": ""})

    @property
    def is_in(self):
        """Whether the cookies open the page about oneself."""
        return self.get("/footfall/account", keep=False).status == 200


def encoded(pairs):
    return "&".join(
        f"{urllib.parse.quote_plus(raw(name))}={urllib.parse.quote_plus(raw(str(value) if isinstance(value, int) else value))}"
        for name, value in pairs
    ).encode()


def multipart(pairs, files, boundary="----footfall-attack"):
    body = b""
    for name, value in pairs:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + raw(str(value)) + b"\r\n"
    for name, (filename, type, content) in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {type}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()


def through_nginx(base_url, method, path, body=None, headers=None, timeout=30):
    """The same through nginx, without following where it leads."""
    where = urllib.parse.urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=timeout)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
