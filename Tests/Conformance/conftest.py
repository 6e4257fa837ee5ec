"""A stack of its own for the conformance cases: gateway and PostgreSQL under a clock that the cases set."""

import ipaddress
import json
import shlex
import sys
import tempfile
from pathlib import Path

import pytest
from run import Suite, System, read_cases, timeline
from support import door
from support.contract import Contract

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "Tests/Operations"))

from stack import BINARY, Stack  # noqa: E402  (found only with the path above)

COUNTRIES = {"203.0.113.0/24": "DE", "198.51.100.0/24": "AT", "192.0.2.0/24": "CH"}


@pytest.fixture(scope="session")
def folder():
    """A folder that PostgreSQL's user can enter, for the clock that it reads, which pytest's are not."""
    with tempfile.TemporaryDirectory(prefix="footfall-conformance.") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def clock(folder):
    """The file that the clock is read from. What is stored is deleted after months, so that it begins with the first case."""
    file = folder / "clock"
    System("", clock=file).set_clock(timeline(read_cases()[0])[0][0])
    return file


@pytest.fixture(scope="session")
def stack(folder, clock):
    stack = Stack(
        folder / "s", FOOTFALL_RUN_CONFIG=str(write_config(folder)), FOOTFALL_RUN_CLOCK=str(clock),
        FOOTFALL_RUN_POSTGRES_OPTIONS="-c fsync=off")
    stack.up()
    under_clock = [stack.part("pid", part) for part in ("gateway", "postgres")]
    yield stack
    stack.down()
    for pid in under_clock:
        # libfaketime leaves these, and refuses to start a process of the same number as long as they are there.
        for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
            (Path("/dev/shm") / name).unlink(missing_ok=True)


def write_config(folder):
    """The configuration as it is delivered, with countries for the addresses of the people in the cases."""
    ranges = folder / "countries.csv"
    networks = [(ipaddress.ip_network(network), country) for network, country in COUNTRIES.items()]
    ranges.write_text("".join(f"{network[0]},{network[-1]},{country}\n" for network, country in sorted(networks)))
    config = (ROOT / "config/footfall.json5").read_text()
    plain = '{ plugin: "geo" }'
    assert plain in config
    file = folder / "footfall.json5"
    file.write_text(config.replace(plain, f'{{ plugin: "geo", settings: {{ ranges: ["{ranges}"] }} }}'))
    return file


@pytest.fixture(scope="session")
def suite(stack, clock, request):
    environment, binary = shlex.quote(str(stack.state / "environment")), shlex.quote(str(BINARY))
    command = f". {environment} && {binary} site add {{domain}} --time-zone {{zone}} && {binary} key add {{domain}}"
    # Before the sites: they become those of the only organisation there is, without which there are no keys to read with.
    door.Person().add(stack.variables)
    system = System(
        f"http://127.0.0.1:{stack.port}", clock=clock, site_command=command, has=["country"],
        read_key_command=f". {environment} && {binary} key add {{domain}} --read")
    chosen = [item.callspec.params["case"] for item in request.session.items if "case" in getattr(item, "fixturenames", ())]
    return Suite(system, read_cases(), [case for case in chosen if not system.missing(case)])


@pytest.fixture(scope="session")
def contract():
    """docs/openapi.json, and how to hold a value against one of its schemas."""
    return Contract()
