"""What operators ask the program about its chain: explain, privacy, check. None of it needs a database."""

import json
import re
import subprocess

import pytest
from nginx_server import ROOT
from stack import BINARY

CONFIG = ROOT / "config/footfall.json5"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


def footfall(*words, code=0, text=None, config=CONFIG):
    command = [BINARY, *words, "--config", config]
    done = subprocess.run(command, capture_output=True, text=True, input=text, timeout=60)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 or done.stdout else done.stderr


@pytest.fixture
def strict(tmp_path):
    file = tmp_path / "footfall.json5"
    file.write_text(CONFIG.read_text().replace('mode: "standard"', 'mode: "strict"'))
    return file


def test_explain_shows_each_step_with_what_it_read_and_changed():
    output = footfall(
        "explain", "--url", "https://shop.example/cup?utm_source=news&token=hush", "--user-agent", FIREFOX,
        "--address", "203.0.113.7", "--header", "Accept-Language: de-AT", "--referrer", "https://www.google.com/")
    steps = re.findall(r"^\d+\. (\w+) \((\w+)\): (\w+), [\d.]+ µs$", output, re.MULTILINE)
    assert [name for name, _, _ in steps][-1] == "discard" and len(steps) > 20
    assert all(verdict == "passed" for _, _, verdict in steps)
    assert "changes  browser: (nothing) → Firefox" in output
    assert "changes  visitor.address: 203.0.113.7 → (nothing)" in output
    stored = output.split("Stored of it:")[1]
    assert "language: de" in stored and "channel: " in stored and "path: /cup" in stored
    for gone in ("203.0.113.7", "hush", FIREFOX):
        assert gone not in stored


def test_explain_takes_a_beacon_and_masks_on_demand():
    body = json.dumps([{"u": "https://shop.example/a", "t": "Mail of anna@example.org"}, {"u": "https://shop.example/b", "o": 1}])
    output = footfall("explain", "-", "--user-agent", FIREFOX, "--address", "203.0.113.7", "--masked", text=body)
    assert "203.0.113.7" not in output and "anna@" not in output and FIREFOX not in output
    assert "title: Mail of [email]" in output
    assert "The event is dropped (opted_out)." in output


@pytest.mark.parametrize(
    "words, message",
    [
        (["explain"], "--url"),
        (["explain", "--url", "no url"], "full http or https URL"),
        (["explain", "-"], "JSON"),
        (["explain", "--url", "https://a.example/", "--header", "DNT"], "NAME: VALUE"),
        (["check", "--policy", "gdpr"], "--policy cnil"),
        (["user"], "say add EMAIL"),
        (["user", "add", "anna"], "is not an e-mail address"),
        (["organisation"], "say list"),
        (["organisation", "add", "Shop"], "--owner EMAIL"),
        (["key", "add"], "say add DOMAIN"),
        (["user", "add", "anna@example.com", "--role", "king"], "owner, admin, editor, viewer or guest"),
        # The password on standard input is one brace.
        (["user", "add", "anna@example.com", "--password-stdin"], "at least 12 characters"),
    ],
)
def test_mistakes_are_named(words, message):
    assert message in footfall(*words, code=64, text="{")


def test_privacy_is_a_record_for_people_and_for_programs():
    text = footfall("privacy")
    assert "visitor.address" in text and "until" not in text.split("\n")[0]
    record = json.loads(footfall("privacy", "--json"))
    kept = {entry["name"]: entry for entry in record["kept"]}
    assert kept["browser"]["origins"] == ["user_agent"]
    assert any("pii" in how for how in kept["title"]["reductions"])
    assert not any(name.startswith("visitor.") for name in kept)


def test_the_policy_is_judged_condition_by_condition(strict):
    output = footfall("check", "--policy", "cnil", code=78)
    assert re.search(r"^fail     names of campaigns are masked$", output, re.MULTILINE)
    output = footfall("check", "--policy", "cnil", config=strict)
    assert "0 of 18 conditions fail" in output
    assert not re.search(r"^fail", output, re.MULTILINE)


def test_in_strict_mode_less_is_stored(strict):
    request = ["--url", "https://shop.example/search?q=anna&utm_campaign=for-anna&utm_source=news", "--user-agent", FIREFOX,
               "--address", "203.0.113.7", "--referrer", "https://blog.example.org/post"]
    stored = footfall("explain", *request, config=strict).split("Stored of it:")[1]
    assert "utm_campaign: (masked)" in stored and "anna" not in stored
    assert "referrer_host: blog.example.org" in stored and "referrer_path" not in stored
    assert "os_version" not in stored and "viewport_width" not in stored
