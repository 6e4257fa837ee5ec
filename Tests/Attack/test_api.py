"""Questions to the API as its own description allows them, and as it does not (schemathesis), with a reading key."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LONG, ROOT

DESCRIPTION = ROOT / "docs/openapi.json"


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
    assert "/api/v1/query" in description["paths"]


@pytest.mark.parametrize("with_key", [True, False] if LONG else [True])
def test_with_schemathesis(world, tenant, tmp_path, with_key, tally):
    """No answer of 5xx, and none that the description does not name. Through a relay, because nginx lets nobody ask so
    often."""
    import http.server
    import threading

    from client import broken
    from test_injection import Relay

    description = json.loads(DESCRIPTION.read_text())
    # Questions about a site that is there, or all of them end at the door.
    text = json.dumps(description).replace("shop.example", tenant.sites[0].domain)
    schema = json.loads(text)
    properties = schema["components"]["schemas"]["Question"]["properties"]["site"]
    properties.clear()
    properties.update({"type": "string", "enum": [tenant.sites[0].domain, tenant.sites[1].domain, "nothing.zq.example"]})
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(schema))
    statuses = []

    class Counting(Relay):
        def send_response(self, code, message=None):
            statuses.append(code)
            super().send_response(code, message)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Relay.browser = world.nobody()
    command = [program(), "run", str(file), "--url", f"http://127.0.0.1:{server.server_port}", "--checks", "not_a_server_error", "--seed", "7",
               "--max-examples", "400" if LONG else "40", "--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--no-color", "--include-path", "/api/v1/query"]
    if with_key:
        command += ["-H", f"Authorization: Bearer {tenant.read_key}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600 if LONG else 60, cwd=tmp_path, env={**os.environ, "no_proxy": "*", "HOME": str(tmp_path)})
    server.shutdown()
    server.server_close()
    output = done.stdout + done.stderr
    assert len(statuses) > 20, output[-3000:]
    assert done.returncode == 0, output[-3000:]
    assert not [status for status in statuses if status >= 500] and broken == []
    assert 200 in statuses if with_key else set(statuses) <= {400, 401, 405, 415, 404}, set(statuses)
    tally(len(statuses))
