"""An organisation's own names: the lines that its pages print do what they say, in nginx and in a browser. A stack of its
own."""

import re
from html import unescape

import pytest
from conftest import wait_for
from stacks import Stack

HOME = "/footfall/organisation/1"
SETTINGS = "/dashboard/shop.example/settings"


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    with Stack.of_its_own(tmp_path_factory, "brand") as stack:
        yield stack


def printed(page, label):
    """The lines of a box to be copied."""
    found = re.search(rf'aria-label="{label}"><code>(.*?)</code></pre>', page, re.S)
    return unescape(found[1]).strip()


def test_names_of_ones_own_work_as_they_are_printed(stack, visitor):
    session = stack.session
    answer = session.send(
        f"{HOME}/brand", brand_name="Steps", script_path="/our/steps.js", endpoint_path="/our/steps", names_footfall="yes")
    assert answer.status == 303, answer.text
    lines = printed(session.read(f"{HOME}/brand"), "Lines for nginx")
    assert lines.count("location = /our/") == 3
    stack.call("stop", str(stack.state), "nginx")
    with (stack.state / "nginx/footfall-server.conf").open("a") as server:
        server.write(f"\n{lines}\n")
    stack.call("start", str(stack.state), "nginx")

    snippet = printed(session.read(SETTINGS), "Snippet to paste")
    assert 'src="/our/steps.js"' in snippet and 'data-endpoint="/our/steps"' in snippet and "/our/steps.gif?s=demo" in snippet
    asked = []
    for has_script, path in ((True, "/with-a-script"), (False, "/without-a-script")):
        page = visitor("Named", java_script_enabled=has_script)
        page.on("request", lambda request: asked.append(request.url.removeprefix(stack.base)))
        page.route(f"{stack.base}{path}", lambda route: route.fulfill(
            content_type="text/html", body=f"<!doctype html><html><head>{snippet}</head><body>Here</body></html>"))
        page.goto(stack.base + path)
        assert wait_for(lambda: stack.count(path) == 1), (path, asked)
    # Lists of filters find none of the names that they know.
    assert not [url for url in asked if url.startswith(("/footfall", "/e", "/p.gif"))], asked
    # No log has the addresses under which visitors came.
    log = (stack.state / "log/access.log").read_text()
    assert "/our/" not in log
    # Events that are too large are told so as under the usual name.
    assert session.call("/our/steps", b"x" * 200_000, {"Content-Type": "text/plain"}).status == 413


def test_a_visitors_own_page_has_the_headers_of_all_pages(stack):
    for path in ("/footfall/privacy/shop.example/mine", "/footfall/privacy/nobody.example/mine"):
        answer = stack.session.call(path)
        assert answer.headers["Cache-Control"] in ("no-store", "private, no-store"), path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert answer.headers["Strict-Transport-Security"], path
