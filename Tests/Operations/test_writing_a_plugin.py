"""Follows docs/writing-a-plugin.md word by word, in a copy of the repository."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "writing-a-plugin.md").read_text(encoding="utf-8")


def blocks(text):
    """Every fenced block: what stands behind its fence, and its lines."""
    return re.findall(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run(command, folder):
    done = subprocess.run(["bash", "-ec", command], cwd=folder, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.fixture
def copy(tmp_path):
    """What git would hand over, and what is about to be committed."""
    folder = tmp_path / "footfall"
    folder.mkdir()
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.split(b"\0")
    for name in filter(None, map(bytes.decode, names)):
        source = ROOT / name
        if source.is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)
    return folder


def test_the_walk_through_the_page(copy):
    tested = 0
    for language, path, text in blocks(PAGE):
        if language == "sh":
            output = run(text, copy)
            tested += "passed after" in output
        elif path:
            (copy / path).write_text(text, encoding="utf-8")
    assert tested == 2, "the plugin is tested as it is written by the command, and as the page makes it"
    listed = (copy / "plugins/Catalog/Sources/Catalog.swift").read_text()
    # Before the filter that ends the visitor, and where swift format wants it.
    assert listed.index("TimeOfDay.self") < listed.index("Discard.self")
    run("swift format lint --strict --recursive plugins/time_of_day plugins/Catalog Package.swift", copy)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["new", "Bad-Name"], "lower_snake_case"),
        (["new", "referrer"], "exists already"),
        (["new", "fine", "store"], "enriches or filters"),
        (["test", "no_such"], "there is no plugin"),
        ([], "usage"),
    ],
)
def test_mistakes_are_named_and_change_nothing(arguments, message):
    before = (ROOT / "Package.swift").read_text()
    done = subprocess.run([ROOT / "tools/plugin", *arguments], capture_output=True, text=True)
    assert done.returncode != 0
    assert message in done.stderr
    assert (ROOT / "Package.swift").read_text() == before
