"""nginx where browsers send: the files are right, and nginx does with them what their comments say."""

import re
import shutil
import threading
import time

import pytest
from nginx_server import ROOT, Server, complaints, make_foreign, make_site
from responder import DIE, answer

COLLECTING = ["/e", "/p.gif", "/footfall.js"]


def replaced(name, *changes):
    """An `edit` of the laid-out file, which fails when there is nothing to replace."""

    def edit(folder):
        text = (folder / name).read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        (folder / name).write_text(text)

    return edit


# ---- the files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [make_site, make_foreign])
def test_nginx_has_nothing_to_complain_about(tmp_path, make):
    assert complaints(make(tmp_path / "s", 8080)) == []


def test_the_includes_alone_need_nothing_of_the_site(tmp_path):
    # Unchanged, with the sockets where the package puts them: nginx does not open them for its test.
    folder = tmp_path / "nginx"
    for name in ("log", "temporary", "site"):
        (folder / name).mkdir(parents=True)
    shutil.copy("/etc/nginx/fastcgi_params", folder)
    (folder / "site.conf").write_text(
        "pid nginx.pid; events {} http { client_body_temp_path temporary; fastcgi_temp_path temporary;"
        " proxy_temp_path temporary; uwsgi_temp_path temporary; scgi_temp_path temporary; access_log off;"
        f" include {ROOT}/nginx/footfall-http.conf;"
        f" server {{ listen 127.0.0.1:8080; include {ROOT}/nginx/footfall-server.conf; }} }}"
    )
    assert complaints(folder) == []


def test_a_second_server_may_collect_too(tmp_path):
    folder = make_foreign(tmp_path / "s", 8080)
    text = (folder / "site.conf").read_text()
    first = text.index("    server {")
    block = text[first : text.rindex("}")]
    (folder / "site.conf").write_text(text[:first] + block + block.replace("listen", "server_name other; listen") + "}")
    assert complaints(folder) == []


def test_the_lines_for_a_proxy_in_front_work_without_their_comment_signs(tmp_path, sender):
    def uncomment(folder):
        file = folder / "footfall-http.conf"
        text, count = re.subn(r"^#     (set_real_ip_from|real_ip_)", r"\1", file.read_text(), flags=re.M)
        assert count == 3
        file.write_text(text.replace("10.0.0.0/8", sender))

    with Server(tmp_path / "s", edit=uncomment) as server:
        assert complaints(server.folder) == []
        # From the right: what the visitor has invented stands on the left of what the proxy has seen.
        server.call("/e", b"{}", source=sender, headers=[("X-Forwarded-For", "203.0.113.1, 198.51.100.7")])
        server.call("/e", b"{}", source="127.0.0.1", headers=[("X-Forwarded-For", "203.0.113.1")])
        assert [request.parameters["REMOTE_ADDR"] for request in server.ingest.wait(2)] == ["198.51.100.7", "127.0.0.1"]


def test_both_sockets_are_where_the_gateway_makes_them():
    sockets = re.findall(r"unix:(\S+)", (ROOT / "nginx/footfall-http.conf").read_text())
    assert set(sockets) == set(re.findall(r"(?:ingest|web): \"(/\S+)\"", (ROOT / "config/footfall.json5").read_text()))


def test_the_body_limit_is_not_smaller_than_the_gateways():
    sizes = {"k": 1024, "m": 1024 * 1024}
    text = (ROOT / "nginx/footfall-server.conf").read_text()
    number, unit = re.search(r"location = /e \{.*?client_max_body_size (\d+)([km]);", text, re.S).groups()
    gateway = int(re.search(r"max_body_bytes: (\d+)", (ROOT / "config/footfall.json5").read_text())[1])
    assert int(number) * sizes[unit] >= gateway


# ---- what reaches the gateway ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", COLLECTING)
def test_what_browsers_send_goes_to_the_ingest_socket(either, sender, path):
    either.ingest.reply = lambda request: answer("200 OK", b"taken", Content_Type="text/plain")
    response = either.call(path + "?a=%3C&b=2", b"body" if path == "/e" else None, source=sender)
    assert (response.status, response.body) == (200, b"taken")
    (request,) = either.ingest.requests
    assert request.path == path
    assert request.parameters["QUERY_STRING"] == "a=%3C&b=2"
    assert request.parameters["REMOTE_ADDR"] == sender
    assert request.body == (b"body" if path == "/e" else b"")
    assert request.keep
    assert either.web.requests == []


def test_a_preflight_reaches_the_gateway(either, sender):
    either.ingest.reply = lambda request: answer(Access_Control_Allow_Origin="https://shop.example")
    response = either.call("/e", method="OPTIONS", source=sender, headers=[("Origin", "https://shop.example")])
    assert (response.status, response.getheader("Access-Control-Allow-Origin")) == (204, "https://shop.example")
    assert either.ingest.requests[0].parameters["HTTP_ORIGIN"] == "https://shop.example"


@pytest.mark.parametrize("path", ["/e/", "/e/x", "/E", "/ee", "/p.gif/x", "/x/p.gif", "/footfall.js/x"])
def test_similar_addresses_are_the_sites_own(either, sender, path):
    either.call(path, source=sender)
    assert either.ingest.requests == []


def test_forged_addresses_secrets_and_cookies_are_taken_out(either, sender):
    forged = [
        ("X-Forwarded-For", "9.9.9.9"), ("X-Forwarded-For", "8.8.8.8"), ("X-Real-IP", "9.9.9.9"), ("Forwarded", "for=9.9.9.9"),
        ("Proxy", "http://9.9.9.9"), ("Cookie", "session=secret"), ("Authorization", "Basic c2VjcmV0"),
        ("Remote-Addr", "9.9.9.9"), ("REMOTE_ADDR", "9.9.9.9"), ("Footfall-Request-Id", "9.9.9.9"),
    ]  # fmt: skip
    either.call("/e", b"{}", source=sender, headers=[("User-Agent", "Kept/1.0"), ("Referer", "http://kept/"), *forged])
    (request,) = either.ingest.requests
    # Of doubled names the gateway takes the first: none may have a forged value anywhere.
    values = {}
    for name, value in request.pairs:
        values.setdefault(name, []).append(value)
    for name in ("PROXY", "X_FORWARDED_FOR", "X_REAL_IP", "FORWARDED", "COOKIE", "AUTHORIZATION"):
        assert set(values.get("HTTP_" + name, [""])) == {""}, name
    assert values["REMOTE_ADDR"] == [sender]
    assert re.fullmatch(r"[0-9a-f]{32}", *values["FOOTFALL_REQUEST_ID"])
    assert (values["HTTP_USER_AGENT"], values["HTTP_REFERER"]) == (["Kept/1.0"], ["http://kept/"])


def test_every_request_has_an_id_of_its_own(either, sender):
    for _ in range(5):
        either.call("/e", b"{}", source=sender)
    assert len({request.parameters["FOOTFALL_REQUEST_ID"] for request in either.ingest.requests}) == 5


def test_connections_to_the_gateway_are_kept(site, sender):
    before = site.ingest.connections
    for _ in range(20):
        site.call("/e", b"{}", source=sender)
    # One for each of nginx's workers at the most.
    assert site.ingest.connections - before <= 4


def test_batches_of_servers_reach_the_gateway_with_their_key(either, sender):
    either.ingest.reply = lambda request: answer("200 OK", b'{"accepted":1}', Content_Type="application/json")
    sent = [("Authorization", "Bearer ff_sk_x"), ("Content-Encoding", "gzip"), ("Cookie", "session=secret")]
    for chunked in (False, True):
        response = either.call("/api/v1/events", b"x" * 1024 * 1024, source=sender, headers=sent, chunked=chunked)
        assert (response.status, response.body) == (200, b'{"accepted":1}')
    for request in either.ingest.requests:
        assert len(request.body) == 1024 * 1024
        assert request.parameters["HTTP_AUTHORIZATION"] == "Bearer ff_sk_x"
        assert request.parameters["HTTP_CONTENT_ENCODING"] == "gzip"
        assert request.parameters.get("HTTP_COOKIE", "") == ""
        assert re.fullmatch(r"[0-9a-f]{32}", request.parameters["FOOTFALL_REQUEST_ID"])
    assert either.call("/api/v1/events", b"x" * (2 * 1024 * 1024 + 1), source=sender).status == 413


# ---- bodies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("size, taken", [(128 * 1024, True), (128 * 1024 + 1, False), (1500 * 1024, False)])
def test_a_body_over_the_limit_is_refused_however_it_is_sent(either, sender, size, taken, chunked):
    response = either.call("/e", b"x" * size, source=sender, chunked=chunked)
    assert response.status == (204 if taken else 413)
    assert [len(request.body) for request in either.ingest.requests] == ([size] if taken else [])


@pytest.mark.parametrize("make", [make_site, make_foreign])
def test_no_body_touches_the_disk(tmp_path, sender, make):
    with Server(tmp_path / "s", make=make) as server:
        # A body that does not fit into memory could now only fail.
        for folder in sorted((server.folder / "temporary").rglob("*"), reverse=True):
            folder.rmdir()
        (server.folder / "temporary").rmdir()
        for chunked in (False, True):
            assert server.call("/e", b"x" * 128 * 1024, source=sender, chunked=chunked).status == 204
        # In small pieces, as from a telephone.
        for head in ("Content-Length: 100000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n186a0\r\n"):
            with server.raw(f"POST /e HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{head}".encode(), sender) as client:
                for _ in range(10):
                    client.sendall(b"x" * 10000)
                    time.sleep(0.01)
                client.sendall(b"\r\n0\r\n\r\n" if "chunked" in head else b"")
                assert client.recv(100).startswith(b"HTTP/1.1 204 ")
        assert [len(request.body) for request in server.ingest.requests] == [131072, 131072, 100000, 100000]


def test_a_slow_sender_holds_no_thread_of_the_gateway(site, sender):
    with site.raw(b"POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello", sender) as client:
        assert site.ingest.wait(1, seconds=0.5) == []
        client.sendall(b"world")
        assert client.recv(100).startswith(b"HTTP/1.1 204 ")
    assert site.ingest.requests[0].body == b"helloworld"


def test_the_beacon_of_a_page_that_is_being_closed_arrives(either, sender):
    # As many as shows it: without fastcgi_ignore_client_abort about half of them get lost.
    for _ in range(30):
        head = b"POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"
        either.raw(head + b"x" * 60000, sender).close()
    assert len(either.ingest.wait(30)) == 30
    assert {len(request.body) for request in either.ingest.requests} == {60000}


# ---- a gateway that dies or is away ----------------------------------------------------------------------------------


def test_a_post_whose_connection_dies_is_sent_again(either, sender):
    either.ingest.reply = lambda request: DIE if len(either.ingest.requests) < 3 else answer()
    assert either.call("/e", b"event", source=sender).status == 204
    assert [request.body for request in either.ingest.requests] == [b"event"] * 3
    # How the gateway recognises that they are one.
    assert len({request.parameters["FOOTFALL_REQUEST_ID"] for request in either.ingest.requests}) == 1


def test_a_poisonous_request_cannot_kill_for_ever(either, sender):
    either.ingest.reply = lambda request: DIE
    response = either.call("/e", b"poison", source=sender)
    assert len(either.ingest.requests) == 3
    # It goes into the spool, as does every event for which nobody is there.
    assert response.status == 204
    # And nobody calls the gateway dead because of it (max_fails).
    either.ingest.reply = lambda request: answer()
    assert [either.call("/e", b"fine", source=sender).status for _ in range(10)] == [204] * 10


def test_a_kept_connection_that_has_ended_costs_no_event(either, sender):
    either.ingest.hang_up = True
    assert [either.call("/e", b"{}", source=sender).status for _ in range(50)] == [204] * 50


# What nginx keeps itself, and when it does not, is test_spool.py's.
@pytest.mark.parametrize("path", ["/footfall.js", "/api/v1/events"])
def test_while_the_gateway_is_away_callers_are_told_to_come_again(either, sender, path):
    either.ingest.stop()
    try:
        for _ in range(3):
            body = b"{}" if path == "/api/v1/events" else None
            response = either.call(path, body, source=sender, headers=[("Origin", "https://shop.example")])
            assert_told_to_come_again(response)
        assert "Access-Control-Allow-Origin" not in either.call(path, source=sender).headers
    finally:
        either.ingest.start()
    # At once, not after fail_timeout.
    assert either.call(path, source=sender).status == 204


def assert_told_to_come_again(response):
    assert response.status == 503
    assert int(response.getheader("Retry-After")) > 0
    assert response.getheader("Cache-Control") == "no-store"
    # Without these the page that sent it could not read the two above.
    assert response.getheader("Access-Control-Allow-Origin") == "https://shop.example"
    assert response.getheader("Access-Control-Allow-Credentials") == "true"
    assert "Origin" in response.getheader("Vary")
    assert b"nginx" not in response.body


def test_a_gateway_that_hangs_is_not_waited_for(tmp_path, sender):
    # The real times, five seconds and eight, tenfold.
    faster = replaced(
        "footfall-server.conf", ("fastcgi_read_timeout 5s;", "fastcgi_read_timeout 500ms;"),
        ("fastcgi_next_upstream_timeout 8s;", "fastcgi_next_upstream_timeout 800ms;"),
    )  # fmt: skip
    with Server(tmp_path / "s", edit=faster) as server:
        wake = threading.Event()
        server.ingest.reply = lambda request: (wake.wait(30), answer())[1]
        started = time.monotonic()
        response = server.call("/footfall.js", source=sender)
        assert (response.status, response.getheader("Retry-After")) == (503, "5")
        assert time.monotonic() - started < 5
        assert 1 < len(server.ingest.requests) <= 3
        wake.set()


@pytest.mark.parametrize(
    "status, headers",
    [
        ("400 Bad Request", {}),
        ("413 Content Too Large", {}),
        ("415 Unsupported Media Type", {}),
        ("429 Too Many Requests", {"Retry_After": "17"}),
        ("503 Service Unavailable", {"Retry_After": "17"}),
        ("500 Internal Server Error", {}),
    ],
)
def test_the_gateways_own_answers_go_through(either, sender, status, headers):
    either.ingest.reply = lambda request: answer(status, b'{"error":"its own"}', Content_Type="application/json", **headers)
    response = either.call("/e", b"{}", source=sender)
    assert (response.status, response.body) == (int(status[:3]), b'{"error":"its own"}')
    assert response.getheader("Retry-After") == headers.get("Retry_After")
    # An answer is no failure: it is not asked for again.
    assert len(either.ingest.requests) == 1


@pytest.mark.parametrize("path", ["/dashboard/shop.example", "/footfall/share/x"])
def test_a_page_may_name_many_hosts_that_embed_it(either, sender, path):
    """In a header (Content-Security-Policy) that is longer than the 4 or 8 KiB that nginx has for all of them by itself."""
    policy = "frame-ancestors " + " ".join(f"https://host-{number}.example" for number in range(400))
    either.web.reply = lambda request: answer("200 OK", b"page", Content_Type="text/html", Content_Security_Policy=policy)
    response = either.call(path, source=sender)
    assert (response.status, response.getheader("Content-Security-Policy")) == (200, policy)
    assert len(policy) > 8192


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_who_sends_far_too_much_is_told_so_and_nobody_else(either, sender):
    statuses = set()
    for _ in range(600):
        response = either.call("/e", b"{}", source=sender, headers=[("Origin", "https://shop.example")])
        statuses.add(response.status)
        if response.status == 429:
            break
    assert statuses == {204, 429}
    assert int(response.getheader("Retry-After")) > 0
    assert response.getheader("Access-Control-Allow-Origin") == "https://shop.example"
    assert len(either.ingest.requests) > 200
    assert either.call("/e", b"{}", source="127.0.99.1").status == 204


def test_one_sender_cannot_hold_all_connections(site, sender):
    wake = threading.Event()
    site.ingest.reply = lambda request: (wake.wait(4), answer())[1]
    head = b"POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    held = [site.raw(head, sender) for _ in range(50)]
    assert len(site.ingest.wait(50)) == 50
    assert site.call("/e", b"{}", source=sender).status == 429
    wake.set()
    for client in held:
        assert client.recv(100).startswith(b"HTTP/1.1 204 ")
        client.close()


# ---- caches and compression ------------------------------------------------------------------------------------------


def test_the_script_is_compressed_for_those_who_can_read_it(either, sender):
    script = b"function footfall() { return 1 }\n" * 100
    either.ingest.reply = lambda request: answer(
        "200 OK", script, Content_Type="text/javascript; charset=utf-8", Cache_Control="public, max-age=3600"
    )
    plain = either.call("/footfall.js", source=sender)
    assert plain.body == script
    for extra in ([], [("Via", "1.1 some-cdn")]):
        small = either.call("/footfall.js", source=sender, headers=[("Accept-Encoding", "gzip, br"), *extra])
        assert small.getheader("Content-Encoding") == "gzip"
        assert len(small.body) < len(script) / 2
    for response in (plain, small):
        assert response.getheader("Cache-Control") == "public, max-age=3600"
        assert "Accept-Encoding" in response.getheader("Vary")


# ---- the door --------------------------------------------------------------------------------------------------------

LOOKED_AT = ["/dashboard", "/dashboard/shop.example", "/dashboard/shop.example/settings/goals/set", "/api/v1/query"]
ACCOUNTS = ["/footfall/sign-in", "/footfall/share/x", "/footfall/privacy/shop.example", "/footfall/assets/dashboard-1.css"]


@pytest.mark.parametrize("path", [*LOOKED_AT, *ACCOUNTS])
def test_everybody_comes_to_the_door_as_who_they_are(either, sender, path):
    """Whom it lets in, the gateway says by cookie and key; what else it decides by, no client can make up."""
    either.web.reply = lambda request: answer("200 OK", b"seen", Content_Type="text/html")
    forged = [
        ("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"), ("Forwarded", "for=127.0.0.1"), ("Proxy", "http://9.9.9.9"),
        ("Remote-Addr", "127.0.0.1"), ("Footfall-Host", "evil.example"), ("Footfall-Signed-In-As", "anna@example.com"),
        ("FOOTFALL_SIGNED_IN_AS", "anna@example.com"), ("X-Forwarded-Proto", "https"), ("HTTPS", "on"),
    ]  # fmt: skip
    own = [("Cookie", "__Host-footfall-session=a; __Host-footfall=b"), ("Authorization", "Bearer ff_rk_x"),
           ("Origin", "http://shop.example:8080"), ("Sec-Fetch-Site", "same-origin")]
    response = either.call(path + "?a=%3C", b"field=value", source=sender, headers=[*own, *forged])
    assert (response.status, response.body) == (200, b"seen")
    (request,) = either.web.requests
    assert either.ingest.requests == []
    values = {}
    for name, value in request.pairs:
        values.setdefault(name, []).append(value)
    assert (request.path, request.body, values["QUERY_STRING"], values["REMOTE_ADDR"]) == (path, b"field=value", ["a=%3C"], [sender])
    assert values["HTTP_COOKIE"] == ["__Host-footfall-session=a; __Host-footfall=b"]
    assert values["HTTP_AUTHORIZATION"] == ["Bearer ff_rk_x"]
    assert (values["HTTP_ORIGIN"], values["HTTP_SEC_FETCH_SITE"]) == (["http://shop.example:8080"], ["same-origin"])
    assert values["FOOTFALL_HOST"] == [f"127.0.0.1:{either.port}"], "with the port, which HTTP_HOST of fastcgi_params has not"
    assert set(values.get("HTTPS", [""])) == {""}, "only nginx's own connection says so"
    assert "FOOTFALL_SIGNED_IN_AS" not in values
    for name in ("PROXY", "X_FORWARDED_FOR", "X_REAL_IP", "FORWARDED"):
        assert set(values.get("HTTP_" + name, [""])) == {""}, name


def with_file(folder_name, text):
    def edit(folder):
        (folder / folder_name).mkdir()
        (folder / folder_name / "mine.conf").write_text(text)

    return edit


@pytest.mark.parametrize("make", [make_site, make_foreign])
def test_the_operator_can_keep_the_door_for_some_networks(tmp_path, make, sender):
    with Server(tmp_path / "s", make=make, edit=with_file("footfall-readers.d", f"allow {sender}; deny all;\n")) as server:
        assert complaints(server.folder) == []
        for path in LOOKED_AT:
            assert server.call(path, source=sender).status == 204, path
            assert server.call(path, source="127.0.88.1").status == 403, path
        assert len(server.web.requests) == len(LOOKED_AT)
        # Shared links and the record of what is kept are for others.
        for path in ACCOUNTS:
            assert server.call(path, source="127.0.88.1").status == 204, path
        # And nothing else changes: pages are counted wherever their readers are.
        assert server.call("/e", b"{}", source="127.0.88.1").status == 204


@pytest.mark.parametrize("make", [make_site, make_foreign])
def test_nginx_can_say_who_has_signed_in(tmp_path, make, sender):
    line = "fastcgi_param FOOTFALL_SIGNED_IN_AS $http_x_test_person;\n"
    with Server(tmp_path / "s", make=make, edit=with_file("footfall-sign-in.d", line)) as server:
        assert complaints(server.folder) == []
        for path in [*LOOKED_AT, *ACCOUNTS]:
            server.call(path, source=sender, headers=[("X-Test-Person", "anna@example.com")])
        assert {request.parameters["FOOTFALL_SIGNED_IN_AS"] for request in server.web.requests} == {"anna@example.com"}
        assert len(server.web.requests) == len(LOOKED_AT) + len(ACCOUNTS)
        # The collecting side is none of its business.
        server.call("/e", b"{}", source=sender, headers=[("X-Test-Person", "anna@example.com")])
        assert "FOOTFALL_SIGNED_IN_AS" not in server.ingest.requests[-1].parameters


def test_forms_and_files_of_people_fit_and_nothing_larger(either, sender):
    for path in ("/dashboard/shop.example/settings/site", "/footfall/organisation/1/brand"):
        for chunked in (False, True):
            assert either.call(path, b"x" * 64 * 1024, source=sender, chunked=chunked).status == 204
            assert either.call(path, b"x" * (64 * 1024 + 1), source=sender, chunked=chunked).status == 413
    assert {len(request.body) for request in either.web.requests} == {64 * 1024}


def test_a_form_is_never_sent_twice_and_a_page_is_asked_for_again(either, sender):
    for path in (LOOKED_AT[1], ACCOUNTS[0]):
        for body, times in ((b"field=value", 1), (None, 2)):
            either.web.forget()
            either.web.reply = lambda request: DIE
            response = either.call(path, body, source=sender)
            assert (response.status, len(either.web.requests)) == (503, times)
            assert b"again by itself" in response.body and response.getheader("Cache-Control") == "no-store"


# ---- logs ------------------------------------------------------------------------------------------------------------


def test_no_log_knows_who_was_there(tmp_path):
    for make in (make_site, make_foreign):
        with Server(tmp_path / make.__name__, make=make) as server:
            server.call("/e", b"{}", source="127.0.77.1")
            server.call("/p.gif?s=demo&u=http://marked/", source="127.0.77.2")
            server.call("/footfall.js", source="127.0.77.3")
            # Every way in which nginx itself says no.
            assert server.call("/e", b"x" * 500000, source="127.0.77.4").status == 413
            assert server.call("/e", b"x" * 500000, source="127.0.77.5", chunked=True).status == 413
            assert server.call("/p.gif", b"x" * 5000, source="127.0.77.6").status == 413
            while server.call("/e", b"{}", source="127.0.77.7").status != 429:
                pass
            with server.raw(b"POST /e HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", "127.0.77.8") as client:
                assert client.recv(100).startswith(b"HTTP/1.1 400 ")
            server.raw(b"POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhalf", "127.0.77.9").close()
            # Those of the gateway: a header that is none, an end in the middle, and its absence.
            server.ingest.reply = lambda request: b"no header at all"
            assert server.call("/e", b"{}", source="127.0.77.10").status == 204
            server.ingest.reply = lambda request: answer("200 OK", b"short", Content_Length="500")
            server.raw(b"GET /footfall.js HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "127.0.77.11").recv(10000)
            server.ingest.reply = lambda request: DIE
            assert server.call("/e", b"{}", source="127.0.77.12").status == 204
            # Links of accounts and shared links are secrets.
            marked = ["/footfall/set-up?token=marked", "/footfall/share/marked/pages", "/footfall/password?token=marked"]
            for path in marked:
                assert server.call(path, source="127.0.77.16").status == 204
            assert server.call("/footfall/sign-in", b"password=marked", source="127.0.77.17").status == 204
            assert server.call("/footfall/sign-in", b"x" * 500000, source="127.0.77.18").status == 413
            assert server.call("/footfall/sign-in", b"x" * 500000, source="127.0.77.19", chunked=True).status == 413
            while server.call("/footfall/share/marked", source="127.0.77.20").status != 429:
                pass
            server.web.reply = lambda request: DIE
            for path in marked:
                assert server.call(path, source="127.0.77.21").status == 503
            server.web.stop()
            for path in marked:
                assert server.call(path, source="127.0.77.22").status == 503
            server.ingest.stop()
            for path in [*COLLECTING, "/api/v1/events"]:
                server.call(path, source="127.0.77.13")
            server.call("/api/v1/events", b"{}", source="127.0.77.14", headers=[("Authorization", "Bearer marked")])
            assert server.call("/api/v1/events", b"x" * 3000000, source="127.0.77.15").status == 413
            # What stands in a log at all is not written later than what comes after it.
            server.call("/after", source="127.0.0.1")
            # nginx answers first and writes then.
            deadline = time.monotonic() + 30
            while "/after" not in (logs := server.logs()) and time.monotonic() < deadline:
                time.sleep(0.02)
        assert "/after" in logs
        assert re.findall(r".*127\.0\.77\..*", logs) == []
        assert re.findall(r'.*(?:"| )/(?:e|p\.gif|footfall\.js|api/v1/events|footfall/.*)\b.*', logs) == []
        assert "marked" not in logs
        assert "[alert]" not in logs and "[crit]" not in logs and "[emerg]" not in logs
