"""What nginx keeps of events while the gateway is away, and what it does not keep."""

import json
import re
import time

import pytest
from nginx_server import Server, make_foreign, make_site
from responder import DIE, answer
from test_nginx import assert_told_to_come_again, replaced

ORIGIN = ("Origin", "https://shop.example")
PERSONAL = [("User-Agent", "Distinct/77 (Marked)"), ("Cookie", "session=marked-cookie"), ("Accept-Language", "tlh"),
            ("X-Forwarded-For", "203.0.113.77"), ("Authorization", "Basic bWFya2Vk")]  # fmt: skip


@pytest.fixture(params=[make_site, make_foreign])
def away(request, tmp_path):
    """nginx in front of a gateway that has gone, its socket's file left behind."""
    with Server(tmp_path / "s", make=request.param) as server:
        server.ingest.stop()
        yield server


def spooled(server, count):
    """The lines of all files in the order of the files, as soon as there are `count`: nginx answers first and writes then."""
    deadline = time.monotonic() + 30
    while True:
        text = "".join(file.read_text() for file in sorted((server.state / "spool").glob("events-*.log")))
        if text.count("\n") >= count or time.monotonic() > deadline:
            lines = text.splitlines()
            assert len(lines) == count, text
            return [json.loads(line) for line in lines]
        time.sleep(0.02)


def test_an_event_is_answered_as_by_the_gateway_and_kept(away, sender):
    started = time.time()
    body = '{"s":"demo","u":"http://localhost/ü","t":"a \\"quoted\\" \\\\ title\ttab"}'.encode() + b"\x01\xff\n"
    response = away.call("/e?x=%22", body, source=sender, headers=[ORIGIN, ("Content-Type", "text/plain"), *PERSONAL])
    assert (response.status, response.body) == (204, b"")
    assert response.getheader("Cache-Control") == "no-store"
    assert response.getheader("Access-Control-Allow-Origin") == "https://shop.example"
    assert response.getheader("Access-Control-Allow-Credentials") == "true"
    assert response.getheader("Vary") == "Origin"
    # escape=json leaves bytes that are no UTF-8 as they are.
    deadline = time.monotonic() + 30
    while not (files := [file for file in (away.state / "spool").glob("*") if file.read_bytes()]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    (line,) = files[0].read_bytes().splitlines()
    kept = json.loads(line.decode("latin-1"))
    assert kept.pop("body").encode("latin-1") == body
    assert started - 60 < float(kept.pop("msec")) < time.time() + 60
    assert 0 <= float(kept.pop("seconds")) < 60
    assert re.fullmatch(r"[0-9a-f]{32}", kept.pop("id"))
    assert kept == {"spool": 1, "method": "POST", "path": "/e", "query": "x=%22", "type": "text/plain",
                    "origin": "https://shop.example", "referer": "", "dnt": "", "gpc": "", "purpose": ""}  # fmt: skip


@pytest.mark.parametrize(
    ("header", "value", "kept"),
    [
        ("DNT", "1", ("1", "", "")), ("X-Do-Not-Track", "1", ("1", "", "")), ("Sec-GPC", "1", ("", "1", "")),
        ("Sec-Purpose", "prefetch;prerender", ("", "", "prefetch")), ("DNT", "ann@mail.example", ("", "", "")),
        ("Sec-GPC", "0", ("", "", "")), ("Sec-Purpose", "ann", ("", "", "")),
    ],
)  # fmt: skip
def test_an_objection_is_kept_with_the_event(away, sender, header, value, kept):
    assert away.call("/e", b"{}", source=sender, headers=[(header, value)]).status == 204
    (line,) = spooled(away, 1)
    assert (line["dnt"], line["gpc"], line["purpose"]) == kept


def test_the_pixel_is_answered_with_its_image_and_kept(away, sender):
    referer = ("Referer", "http://localhost/from-the-header")
    for query in ("s=demo", "s=demo&u=http://localhost/from-the-query"):
        response = away.call("/p.gif?" + query, source=sender, headers=[referer, *PERSONAL])
        assert (response.status, len(response.body), response.body[:6]) == (200, 43, b"GIF89a")
        assert response.getheader("Content-Type") == "image/gif"
        assert response.getheader("Cache-Control") == "no-store"
        assert response.getheader("Cross-Origin-Resource-Policy") == "cross-origin"
    # Workers write after they have answered: in no order that anybody promises.
    lines = sorted(spooled(away, 2), key=lambda line: line["query"])
    assert [(line["method"], line["path"], line["query"], line["body"]) for line in lines] == [
        ("GET", "/p.gif", "s=demo", ""), ("GET", "/p.gif", "s=demo&u=http://localhost/from-the-query", ""),
    ]  # fmt: skip
    # The page only where the pixel does not name it itself.
    assert [line["referer"] for line in lines] == ["http://localhost/from-the-header", ""]


def test_nothing_of_the_person_is_kept(away, sender):
    for _ in range(3):
        away.call("/e", b"{}", source=sender, headers=PERSONAL)
        away.call("/p.gif?s=demo", source=sender, headers=PERSONAL)
    spooled(away, 6)
    away.call("/api/v1/events", b'{"address":"203.0.113.78"}', source=sender, headers=PERSONAL)
    text = "".join(file.read_text() for file in (away.state / "spool").iterdir()) + away.logs()
    for mark in (sender, "127.", "Distinct", "arked", "tlh", "203.0.113", "bWFya2Vk"):
        assert mark not in text


def test_large_and_chunked_bodies_are_kept_whole(away, sender):
    for chunked in (False, True):
        assert away.call("/e", b"x" * 128 * 1024, source=sender, chunked=chunked).status == 204
    assert [line["body"] for line in spooled(away, 2)] == ["x" * 128 * 1024] * 2


def test_a_browser_may_ask_before_it_sends(away, sender):
    asked = [ORIGIN, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "content-type")]
    response = away.call("/e", method="OPTIONS", source=sender, headers=asked)
    assert response.status == 204
    assert response.getheader("Access-Control-Allow-Origin") == "https://shop.example"
    assert "POST" in response.getheader("Access-Control-Allow-Methods")
    assert response.getheader("Access-Control-Allow-Headers") == "content-type"
    spooled(away, 0)


def test_what_is_no_event_is_not_kept(away, sender):
    assert away.call("/e", source=sender).status == 503
    assert away.call("/p.gif", method="HEAD", source=sender).status == 503
    assert away.call("/p.gif", b"{}", source=sender).status == 503
    # Their clients can come again, and their key stands in no file.
    assert_told_to_come_again(away.call("/api/v1/events", b"{}", source=sender, headers=[ORIGIN]))
    spooled(away, 0)


def test_a_file_is_of_the_ten_seconds_in_which_it_was_written(away, sender):
    before = int(time.time() / 10)
    assert away.call("/e", b"{}", source=sender).status == 204
    spooled(away, 1)
    (file,) = (away.state / "spool").iterdir()
    assert before <= int(re.fullmatch(r"events-(\d+)\.log", file.name)[1]) <= int(time.time() / 10)


@pytest.mark.parametrize("path", ["/e", "/p.gif"])
def test_switched_off_senders_are_told_to_come_again(tmp_path, sender, path):
    def switch_off(folder):
        text = (folder / "footfall-http.conf").read_text()
        text, count = re.subn(r'(map "" \$footfall_spool \{\s+default) ".*";', r'\1 "";', text)
        assert count == 1
        (folder / "footfall-http.conf").write_text(text)

    with Server(tmp_path / "s", edit=switch_off) as server:
        server.ingest.stop()
        body = b"{}" if path == "/e" else None
        for _ in range(3):
            assert_told_to_come_again(server.call(path, body, source=sender, headers=[ORIGIN]))
        spooled(server, 0)
        server.ingest.start()
        assert server.call(path, body, source=sender).status == 204


@pytest.mark.parametrize("path", ["/e", "/p.gif"])
def test_without_its_folder_nothing_is_promised(away, sender, path):
    (away.state / "spool").rmdir()
    response = away.call(path, b"{}" if path == "/e" else None, source=sender, headers=[ORIGIN])
    assert_told_to_come_again(response)


def test_a_gateway_that_hangs_or_dies_is_one_that_is_away(tmp_path, sender):
    faster = replaced(
        "footfall-server.conf", ("fastcgi_read_timeout 5s;", "fastcgi_read_timeout 500ms;"),
        ("fastcgi_next_upstream_timeout 8s;", "fastcgi_next_upstream_timeout 800ms;"),
    )  # fmt: skip
    with Server(tmp_path / "s", edit=faster) as server:
        server.ingest.reply = lambda request: (time.sleep(2), DIE)[1]
        assert server.call("/e", b"hung", source=sender).status == 204
        server.ingest.reply = lambda request: DIE
        assert server.call("/e", b"dead", source=sender).status == 204
        lines = spooled(server, 2)
        assert {line["body"] for line in lines} == {"hung", "dead"}
        # By this the gateway recognises what it has taken before it died.
        ids = [request.parameters["FOOTFALL_REQUEST_ID"] for request in server.ingest.requests]
        assert set(ids) == {line["id"] for line in lines}


def test_answers_of_the_gateway_are_not_kept(tmp_path, sender):
    with Server(tmp_path / "s") as server:
        for status in ("400 Bad Request", "429 Too Many Requests", "503 Service Unavailable"):
            server.ingest.reply = lambda request, status=status: answer(status)
            assert server.call("/e", b"{}", source=sender).status == int(status[:3])
        # Something that is kept, after which all that came before it would be there.
        server.ingest.stop()
        server.call("/e", b"last", source=sender)
        assert [line["body"] for line in spooled(server, 1)] == ["last"]
