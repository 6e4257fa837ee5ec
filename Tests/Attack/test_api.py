"""Requests to the API as its own description allows them, and as it does not (schemathesis), with a key for it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LONG, ROOT

DESCRIPTION = ROOT / "docs/openapi.json"
QUERY, EVENTS = "/api/v1/query", "/api/v1/events"


@pytest.fixture(scope="module")
def tenant(world):
    from conftest import wait_for

    tenant = world.tenant("a")
    assert wait_for(lambda: world.event(tenant.sites[0], u="http://localhost/a", p={"plan": "pro"}) == 204)
    return tenant


def program():
    beside = Path(sys.executable).with_name("schemathesis")
    return str(beside) if beside.exists() else shutil.which("schemathesis")


def test_what_is_described_is_there():
    description = json.loads(DESCRIPTION.read_text())
    assert set(description["paths"]) == {QUERY, EVENTS}


@pytest.mark.parametrize("path", [QUERY, EVENTS])
@pytest.mark.parametrize("with_key", [True, False] if LONG else [True])
def test_with_schemathesis(world, tenant, tmp_path, with_key, path, tally):
    """No answer of 5xx, and none to events that the description does not name. Through a relay, because nginx lets nobody
    ask so often."""
    import http.server
    import threading

    from client import Browser, broken
    from test_injection import Relay

    description = json.loads(DESCRIPTION.read_text())
    # Questions about a site that is there, and events on it, or all of them end at the door.
    text = json.dumps(description).replace("https://shop.example", "http://localhost").replace("shop.example", tenant.sites[0].domain)
    schema = json.loads(text)
    schemas = schema["components"]["schemas"]
    one_of(schemas["Question"]["properties"], "site", [tenant.sites[0].domain, tenant.sites[1].domain, "nothing.zq.example"])
    event = schemas["ServerEvent"]["properties"]
    one_of(event, "s", [tenant.sites[0].key, tenant.sites[1].key, "nothing"])
    event["u"] = {"anyOf": [{"type": "string", "enum": ["http://localhost/a", "http://localhost/b?c=d"]}, event["u"]]}
    # A whole batch of them would take all the time there is; test_flood.py sends some.
    schema["paths"][EVENTS]["post"]["requestBody"]["content"]["application/json"]["schema"]["oneOf"][1]["maxItems"] = 20
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(schema))
    statuses = []

    class Counting(Relay):
        def send_response(self, code, message=None):
            statuses.append(code)
            super().send_response(code, message)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Relay.browser = world.nobody() if path == QUERY else Browser(world.ingest, world.host)
    checks = "not_a_server_error" if path == QUERY else "not_a_server_error,status_code_conformance,response_schema_conformance"
    command = [program(), "run", str(file), "--url", f"http://127.0.0.1:{server.server_port}", "--checks", checks, "--seed", "7",
               "--max-examples", "400" if LONG else "40", "--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--no-color", "--include-path", path]
    if with_key:
        command += ["-H", f"Authorization: Bearer {tenant.read_key if path == QUERY else sending_key(world, tenant)}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600 if LONG else 120, cwd=tmp_path, env={**os.environ, "no_proxy": "*", "HOME": str(tmp_path)})
    server.shutdown()
    server.server_close()
    output = done.stdout + done.stderr
    assert len(statuses) > 20, output[-3000:]
    assert done.returncode == 0, output[-3000:]
    assert not [status for status in statuses if status >= 500] and broken == []
    assert 200 in statuses if with_key else set(statuses) <= {400, 401, 405, 415, 404}, set(statuses)
    tally(len(statuses))


def sending_key(world, tenant):
    """One for a single site, so that events need not name it, as soon as the gateway knows it."""
    from conftest import wait_for
    from fastcgi import Connection, request

    _, key = world.secret_key(tenant, "send", "ff_sk_", [tenant.sites[0].number])

    def is_known():
        with Connection(world.ingest) as connection:
            body = b'{"u":"http://localhost/a"}'
            return connection.send(request("/api/v1/events", body, HTTP_AUTHORIZATION=f"Bearer {key}")).answer() == 200

    assert wait_for(is_known)
    return key


def one_of(properties, name, values):
    properties[name].clear()
    properties[name].update({"type": "string", "enum": values})
