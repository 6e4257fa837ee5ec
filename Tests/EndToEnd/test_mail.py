"""Invitations by mail, through a real SMTP server on loopback. A stack of its own."""

import email
import email.policy
import re
import socket
import ssl
import subprocess
import threading

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from support import door
from stacks import DurableStack

HOME = "/footfall/organisation/1"
# On loopback there is no TLS to ask for.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


class Inbox:
    """What a mail server has taken."""

    def __init__(self):
        self.messages, self.refuses = [], False

    async def handle_DATA(self, server, session, envelope):
        if self.refuses:
            return "554 5.7.1 not today"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.messages.append((envelope.mail_from, envelope.rcpt_tos, message, session.auth_data))
        return "250 taken"


@pytest.fixture(scope="module")
def inbox():
    inbox = Inbox()

    def check(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (b"footfall@example.com", b"se/cret")
        return AuthResult(success=good, auth_data=data.login if good else None)

    server = Controller(
        inbox, hostname="127.0.0.1", port=free_port(), authenticator=check, auth_require_tls=False, auth_required=True)
    server.start()
    inbox.port = server.port
    yield inbox
    server.stop()


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def stack(tmp_path_factory, inbox):
    def mail(stack):
        text = stack.config.read_text()
        server = f"smtp://footfall%40example.com:se%2Fcret@127.0.0.1:{inbox.port}"
        # `url` stands there several times.
        text, count = re.subn(
            r"(mail: \{.*?url: )\"\"(.*?from: )\"\"", rf'\g<1>"{server}"\g<2>"stats@example.com"', text, flags=re.S)
        assert count == 1
        stack.config.write_text(text)

    with DurableStack.of_its_own(tmp_path_factory, "mail", mail) as stack:
        yield stack


def invite(session, address, **more):
    answer = session.send(f"{HOME}/people/invite", f"{HOME}/people", email=address, role="viewer", **more)
    assert answer.status == 200, answer.text
    return answer.text


def test_an_invitation_arrives_and_opens(stack, inbox):
    session = stack.session
    assert "gets a link by mail" in session.read(f"{HOME}/people")
    session.send(f"{HOME}/brand", brand_name="Größe & Zahl", names_footfall="yes")
    page = invite(session, "Bob@Example.com")
    assert "on its way by mail" in page
    sender, recipients, message, login = inbox.messages[-1]
    assert (sender, recipients, login) == ("stats@example.com", ["bob@example.com"], b"footfall@example.com")
    assert message["From"].addresses[0].display_name == "Größe & Zahl"
    assert message["To"] == "bob@example.com" and "invites you to" in message["Subject"]
    text = message.get_content()
    link = re.search(r"https?://\S+", text)[0]
    assert link in page, "the page shows the same link"
    assert "bob@example.com only" in text and "Powered by Footfall" in text
    assert link.startswith(stack.base + "/footfall/join?token=")
    bob = door.Session(stack.base)
    answer = bob.call(link.removeprefix(stack.base))
    assert answer.status == 200 and "Größe &amp; Zahl" in answer.text
    # For whoever has the link there is nobody to write to.
    before = len(inbox.messages)
    assert "Send this link" in invite(session, "")
    assert len(inbox.messages) == before


def test_words_of_people_stay_words(stack, inbox):
    session = stack.session
    session.send(f"{HOME}/rename", HOME, name="Shop\r\nBcc: eve@example.com")
    invite(session, "carl@example.com")
    _, recipients, message, _ = inbox.messages[-1]
    assert recipients == ["carl@example.com"] and message["Bcc"] is None
    for address in ("a@example.com\r\nRCPT TO:<eve@example.com>", "a@example.com, eve@example.com", "<a@example.com>"):
        answer = session.send(f"{HOME}/people/invite", f"{HOME}/people", email=address, role="viewer")
        assert answer.status == 422, address
    assert inbox.messages[-1][1] == ["carl@example.com"]


def test_a_server_that_says_no_costs_no_invitation(stack, inbox):
    inbox.refuses = True
    try:
        page = invite(stack.session, "dora@example.com")
    finally:
        inbox.refuses = False
    assert "the mail server did not take it" in page
    link = re.search(r"/footfall/join\?token=[\w-]+", page)[0]
    assert door.Session(stack.base).call(link).status == 200
    log = (stack.state / "log/gateway.log").read_text()
    assert "did not take a message" in log and "dora@example.com" not in log and "se/cret" not in log


def test_nobody_fills_mailboxes(stack, inbox):
    before = len(inbox.messages)
    pages = [invite(stack.session, f"person{number}@example.com") for number in range(31)]
    assert "sent many within an hour" in pages[-1]
    assert len(inbox.messages) - before <= 30


def test_the_operator_sees_whether_it_works(stack, inbox):
    assert "sent to ops@example.com" in stack.footfall("mail", "test", "ops@example.com")
    assert inbox.messages[-1][2]["Subject"] == "Mail works"
    stack.footfall("mail", "test", "ops", code=64)
    good = stack.config.read_text()
    try:
        for wrong, words in (('from: "stats@example.com"', 'from: ""'), ('url: "smtp://', 'url: "ftp://')):
            stack.config.write_text(good.replace(wrong, words))
            stack.footfall("check", code=78)
        stack.config.write_text(good.replace("se%2Fcret", "wrong"))
        stack.footfall("mail", "test", "ops@example.com", code=70)
    finally:
        stack.config.write_text(good)


def test_a_certificate_that_nobody_vouches_for_is_refused(stack, tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-keyout", tmp_path / "key", "-out", tmp_path / "certificate"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    said = []

    def serve(listener):
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as inner:
                said.append(inner.recv(100))
        except OSError:
            pass

    good = stack.config.read_text()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,), daemon=True)
        server.start()
        port = listener.getsockname()[1]
        stack.config.write_text(re.sub(r'url: "smtp://[^"]*', f'url: "smtps://127.0.0.1:{port}', good, count=1))
        try:
            stack.footfall("mail", "test", "ops@example.com", code=70)
        finally:
            stack.config.write_text(good)
        server.join(timeout=30)
    assert not server.is_alive() and said in ([], [b""]), "nothing is said to such a server"
