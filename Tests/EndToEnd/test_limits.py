"""Limits and tokens as operators and clients meet them. A stack of its own."""

import json
import os
import re
import subprocess
import urllib.error
import urllib.request

import psycopg
import pytest
from conftest import wait_for
from fastcgi import Connection, request
from support.contract import Contract
from stacks import BINARY, Stack


def small(stack):
    stack.configure(site_events_per_second=50, key_events_per_second=100, burst_seconds=3600)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack.of_its_own(tmp_path_factory, "limits", small) as stack:
        yield stack


@pytest.fixture
def database(stack):
    with psycopg.connect(stack.environment["FOOTFALL_TEST_STACK_DATABASE_URL"], autocommit=True) as connection:
        yield connection


def footfall(stack, *words):
    environment = os.environ | stack.environment
    return subprocess.run([BINARY, *words], capture_output=True, text=True, env=environment, check=True).stdout.strip()


def call(stack, path, body=None, **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    asked = urllib.request.Request(stack.base + path, body and body.encode(), headers)
    try:
        return urllib.request.urlopen(asked, timeout=30)
    except urllib.error.HTTPError as answer:
        return answer


def state(stack, site=1):
    """What the page of the site is told of its limit."""
    with Connection(stack.environment["FOOTFALL_TEST_INGEST_SOCKET"]) as connection:
        connection.send(request(path="/limit", method="GET", address="127.0.0.1", QUERY_STRING=f"site={site}"))
        text = b""
        while chunk := connection.socket.recv(65536):
            text += chunk
    found = re.search(rb"\{[^}]*\}", text)
    return json.loads(found[0]) if found else None


def test_a_site_with_a_limit_of_its_own(stack, database):
    footfall(stack, "site", "add", "small.example", "--key", "small", "--host", "localhost")
    footfall(stack, "site", "set", "small.example", "--events-per-second", "1")
    number = database.execute("select site_id from site where domain = 'small.example'").fetchone()[0]
    # An hour's worth is 3,600 events. Known within five seconds.
    assert wait_for(lambda: (state(stack, number) or {}).get("burst") == 3600)
    events = "[" + ",".join(['{"s":"small","u":"http://localhost/small"}'] * 100) + "]"
    answers = [call(stack, "/e", events, Content_Type="text/plain", Origin="http://localhost") for _ in range(45)]
    assert {answer.status for answer in answers} <= {204, 429}
    refused = [answer for answer in answers if answer.status == 429]
    assert 4 <= len(refused) <= 9
    headers = refused[-1].headers
    assert int(headers["Retry-After"]) >= int(re.search(r"t=(\d+)", headers["RateLimit"])[1]) > 0
    assert headers["RateLimit-Policy"] == '"site";q=3600;w=3600;footfall-unit="events"'
    assert headers["Access-Control-Allow-Origin"] == "http://localhost"
    assert "Retry-After" in headers["Access-Control-Expose-Headers"]
    seen = state(stack, number)
    assert seen["refused"] == 100 * len(refused) and seen["isOwn"] and seen["eventsPerSecond"] == 1
    # In the ledger, as one entry for each second.
    count = "select sum(count) from ledger where site_id = %s and reason = 'rate_limited'"
    assert wait_for(lambda: database.execute(count, (number,)).fetchone()[0] == 100 * len(refused))
    # Another site is not touched by that.
    assert stack.send("/untouched") == 204
    metrics = urllib.request.urlopen(stack.base + "/metrics/ingest").read().decode()
    assert f'footfall_requests_limited_total{{limit="site"}} {len(refused)}' in metrics
    assert "footfall_limit_exchange_up 1" in metrics


def test_a_key_for_two_sites_and_the_day_of_its_use(stack, database):
    footfall(stack, "site", "add", "second.example", "--key", "second")
    key = footfall(stack, "key", "add", "second.example").split()[-1]
    database.execute("update secret_key set site_ids = array(select site_id from site where domain in ('second.example', 'shop.example'))")
    first, second = '{"s":"demo","u":"http://localhost/k"}', '{"s":"second","u":"https://second.example/k"}'
    foreign, unnamed = '{"s":"small","u":"http://localhost/"}', '{"u":"http://localhost/k"}'
    body = "\n".join([first, second, foreign, unnamed])
    send = lambda: call(stack, "/api/v1/events", body, Authorization=f"Bearer {key}")  # noqa: E731
    answers = []

    def is_known():
        answers.append(send())
        return answers[-1].status == 200 and (text := json.load(answers[-1]))["accepted"] == 2 and text

    answer = wait_for(is_known)
    assert [rejected["index"] for rejected in answer["rejected"]] == [2, 3]
    assert answers[-1].headers["RateLimit-Policy"].startswith('"key";q=360000;w=3600')
    used = "select last_used_on = (now() at time zone 'utc')::date from secret_key"
    assert wait_for(lambda: database.execute(used).fetchone()[0])
    database.execute("update secret_key set scopes = '{read}'")
    assert wait_for(lambda: send().status == 403)
    database.execute("update secret_key set scopes = '{send}', expires_at = now() - interval '1 second'")
    assert wait_for(lambda: send().status == 401)


def test_answers_to_servers_are_as_described(stack, database):
    """docs/openapi.json, for programs that were written after it."""
    footfall(stack, "site", "add", "described.example", "--key", "described")
    footfall(stack, "site", "set", "described.example", "--events-per-second", "1")
    keys = {name: footfall(stack, "key", "add", "described.example", *more) for name, more in
            [("send", []), ("read", ["--read"]), ("old", [])]}
    database.execute("update secret_key set expires_at = now() - interval '1 day' where beginning = %s", (keys["old"][:12],))
    contract = Contract()
    good, bad = '{"u":"https://described.example/"}', '{"u":"https://evil.example/"}'

    def send(body, key="send", **headers):
        answer = call(stack, "/api/v1/events", body, **{"Content_Type": "application/json", "Authorization": f"Bearer {keys.get(key, key)}"} | headers)
        text = answer.read()
        contract.check_response("/api/v1/events", answer.status, dict(answer.headers.items()), text)
        return answer.status, text.decode()

    assert wait_for(lambda: send(good)[0] == 200)
    status, text = send(f"[{good},{bad}]")
    assert status == 200 and json.loads(text)["accepted"] == 1
    assert send(bad)[0] == 400 and send("{")[0] == 400 and send("[]")[0] == 400
    assert "more_rejected" in send("[" + ",".join(["{}"] * 150) + "]")[1]
    assert send(good, key="ff_sk_wrong")[0] == 401 and send(good, key="old")[0] == 401
    assert send(good, key="read")[0] == 403
    assert send(good, Content_Encoding="br")[0] == 415
    # By the gateway, and by nginx.
    assert send(" " * (1 << 20) + good)[0] == 413 and send(" " * (3 << 20))[0] == 413
    # An hour's worth is 3,600 events.
    site = database.execute("select site_id from site where domain = 'described.example'").fetchone()[0]
    assert wait_for(lambda: (state(stack, site) or {}).get("burst") == 3600)
    assert send("\n".join([good] * 3000))[0] == 200
    status, text = send("\n".join([good] * 3000))
    assert status == 429 and "too many events of this site" in text
    assert send("\n".join([good] * 3000 + ["{}"]))[0] == 429, "some of it may come again"


def test_a_token_of_the_script(stack, database):
    plain = call(stack, "/footfall.js")
    script = call(stack, "/footfall.js?s=demo")
    assert plain.headers["Cache-Control"] == "public, max-age=3600" and "Footfall-Token" not in plain.headers
    assert script.headers["Cache-Control"] == "private, max-age=900"
    token = script.headers["Footfall-Token"]
    assert f'"{token}"' in script.read().decode()
    footfall(stack, "site", "set", "shop.example", "--script-token", "on")
    assert wait_for(lambda: state(stack)["needsScriptToken"])

    def send(path, token=None):
        body = {"s": "demo", "u": "http://localhost" + path} | ({"k": token} if token else {})
        assert call(stack, "/e", json.dumps(body), Content_Type="text/plain").status == 204

    send("/with", token)
    send("/without")
    send("/forged", "A" * 20)
    assert call(stack, "/p.gif?s=demo&u=http://localhost/pixel").status == 200
    assert wait_for(lambda: stack.count("/with") == 1)
    counted = "select sum(count) from ledger where outcome = 'quarantined' and reason = 'script_token'"
    assert wait_for(lambda: database.execute(counted).fetchone()[0] == 3)
    assert [stack.count(path) for path in ("/without", "/forged", "/pixel")] == [0, 0, 0]
    assert state(stack)["forged"] == 3
    # Another secret, and the token of before is none.
    footfall(stack, "site", "set", "shop.example", "--renew-script-secret")
    assert wait_for(lambda: call(stack, "/footfall.js?s=demo").headers["Footfall-Token"] != token)
    send("/late", token)
    assert wait_for(lambda: database.execute(counted).fetchone()[0] == 4)


def test_a_foreign_page_is_refused(stack):
    body = '{"s":"demo","u":"http://localhost/foreign"}'
    assert call(stack, "/e", body, Content_Type="text/plain", Origin="https://evil.example").status == 400
    pixel = call(stack, "/p.gif?s=demo&u=http://localhost/foreign", Referer="https://evil.example/")
    assert pixel.status == 200 and "host" in pixel.headers["X-Footfall-Refused"]
