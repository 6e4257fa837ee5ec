"""The door of the dashboard, as a browser and an operator come to it: accounts, the sign-in, keys of programs that read.

Nothing but Python's own library, because the benchmarks use it, too, which have no other."""

import http.client
import os
import re
import secrets
import subprocess
import time
import urllib.parse
from html import unescape
from pathlib import Path

BINARY = os.environ.get("FOOTFALL_RUN_BINARY", str(Path(__file__).resolve().parents[2] / ".build/release/footfall"))

SIGN_IN = "/footfall/sign-in"
ORGANISATION = "Test"


class Person:
    """Somebody with an account; owner of the organisation of the tests, to which the sites of a new stack belong."""

    def __init__(self):
        # Of its own for every run: a stack may be older than the run.
        self.email = f"reader-{secrets.token_hex(4)}@example.com"
        self.password = secrets.token_urlsafe(18)

    def add(self, environment, organisation=ORGANISATION, role="owner"):
        """As an operator does it. `environment` says where the database is, as STATE/environment of tools/stack."""
        command = [BINARY, "user", "add", self.email, "--organisation", organisation, "--role", role, "--password-stdin"]
        done = subprocess.run(
            command, input=self.password + "\n", capture_output=True, text=True, env=os.environ | environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return self


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def location(self):
        return self.headers["Location"]

    @property
    def is_nginx_busy(self):
        """Whether the gateway has not seen the request; a 429 of its own looks different."""
        return self.status == 429 and b"<center>nginx" in self.body


class Session:
    """A browser's memory: the cookies of one reader. They are Secure, which http.cookiejar would not send to http, and a
    browser does to its own machine."""

    def __init__(self, base_url, **headers):
        self.base_url = base_url.rstrip("/")
        # Sent with every request, such as the browser's name.
        self.own_headers = headers
        self.cookies = {}

    @property
    def headers(self):
        """For requests that somebody else makes."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self.own_headers | ({"Cookie": cookies} if cookies else {})

    @property
    def browser_cookies(self):
        """For `context.add_cookies` of playwright. Chromium takes such names from https only; to its own machine it sends
        them over http, too, to whatever port."""
        address = self.base_url.replace("http://", "https://") + "/"
        return [
            {"name": name, "value": value, "url": address, "secure": True, "httpOnly": True, "sameSite": "Lax"}
            for name, value in self.cookies.items()
        ]

    def call(self, path, body=None, headers=None, seconds=60):
        """The answer to a request, whatever it is; redirections are not followed. Where nginx says that so many requests
        of one address are too many, it is sent again."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.call_once(path, body, headers)
            if not answer.is_nginx_busy or time.monotonic() > deadline:
                return answer
            time.sleep(0.2)

    def call_once(self, path, body, headers):
        where = urllib.parse.urlsplit(self.base_url)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=120)
        connection.request("GET" if body is None else "POST", path, body, self.headers | (headers or {}))
        response = connection.getresponse()
        answer = Answer(response)
        connection.close()
        self.keep(answer.headers)
        return answer

    def keep(self, headers):
        """The cookies that an answer sets or takes away. The web token is renewed every few minutes."""
        for line in headers.get_all("Set-Cookie", []):
            name, value = line.split(";")[0].split("=", 1)
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)

    def read(self, path):
        """A page that must be there."""
        answer = self.call(path)
        assert answer.status == 200, f"{path} was answered {answer.status} {answer.location}: {answer.text[:500]}"
        return answer.text

    def send(self, path, page=None, **fields):
        """A form as it is sent from `page`, which is at the form's own address unless it is said."""
        return self.send_from(self.read(page or path), path, **fields)

    def send_from(self, text, path, **fields):
        """The same from a page that was read already."""
        token = re.search(r'name="form_token" value="([^"]+)"', text)
        assert token, f"there is no form for {path} on the page: {text[:500]}"
        body = urllib.parse.urlencode({"form_token": unescape(token[1]), **fields}, doseq=True)
        where = urllib.parse.urlsplit(self.base_url)
        return self.call(path, body.encode(), {
            "Content-Type": "application/x-www-form-urlencoded", "Origin": f"{where.scheme}://{where.netloc}",
            "Sec-Fetch-Site": "same-origin",
        })

    def sign_in(self, person):
        answer = self.send(SIGN_IN, email=person.email, password=person.password)
        assert answer.status == 303 and self.is_signed_in, f"{answer.status}: {answer.text[:500]}"
        return self

    def set_up(self, link, person, organisation=ORGANISATION):
        """The first person of an installation, by the link that it prints."""
        path = link.removeprefix(self.base_url)
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)["token"][0]
        answer = self.send(
            "/footfall/set-up", page=path, token=token, organisation=organisation, email=person.email,
            password=person.password, again=person.password)
        assert answer.status == 303 and self.is_signed_in, f"{answer.status}: {answer.text[:500]}"
        return self

    @property
    def is_signed_in(self):
        return "__Host-footfall-session" in self.cookies

    def make_reading_key(self):
        """A key that reads the reports of all sites of the organisation."""
        organisation = re.search(r"/footfall/organisation/(\d+)", self.read("/dashboard"))
        assert organisation, "the list of sites names no organisation"
        page = f"{organisation[0]}/keys"
        answer = self.send(page + "/add", page=page, name="Tests", scope="read")
        key = re.search(r"ff_rk_[A-Za-z0-9_-]+(?=</code></pre>)", answer.text)
        assert key, f"{answer.status}: {answer.text[:500]}"
        return key[0]


def come_in(base_url, environment):
    """Somebody new, who is signed in."""
    return Session(base_url).sign_in(Person().add(environment))


def bearer(key):
    return {"Authorization": f"Bearer {key}"}
