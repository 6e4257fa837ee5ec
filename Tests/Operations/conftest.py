"""What the tests of nginx share: one server for those that leave it as it was."""

import itertools
import urllib.request

import pytest
from nginx_server import Server, make_foreign

# What urllib says of itself is a program's, and would be kept apart from people's.
opener = urllib.request.build_opener()
opener.addheaders = [("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Test/1.0")]
urllib.request.install_opener(opener)

# Every test sends from an address of its own, so that none uses up the next one's share of the limits. It is none of
# those for which health is open.
addresses = (f"127.{number // 250}.{number % 250 + 1}.9" for number in itertools.count(250))


@pytest.fixture(scope="session")
def running_site(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("site") / "s") as server:
        yield server


@pytest.fixture(scope="session")
def running_foreign(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("foreign") / "s", make=make_foreign) as server:
        yield server


@pytest.fixture(params=["site", "foreign"])
def either(request):
    """nginx/site.conf and somebody's own nginx.conf with the two includes, one after the other."""
    server = request.getfixturevalue(f"running_{request.param}")
    server.ingest.forget()
    server.web.forget()
    return server


@pytest.fixture
def site(running_site):
    running_site.ingest.forget()
    running_site.web.forget()
    return running_site


@pytest.fixture
def sender():
    return next(addresses)
