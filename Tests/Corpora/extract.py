"""Makes of the packages' corpora the simple lists that the Swift tests read: `tools/corpora` calls it.

    extract.py FOLDER UAP_CORE DEBIAN_REFERERS

Nothing of it is committed: the lists belong to their packages (uap-core: Apache-2.0; crawler-user-agents: MIT; device-detector: LGPL-3;
referer-parser: Apache-2.0) and lie in .run/corpora only.
"""

import json
import shutil
import sys
from pathlib import Path

import crawleruseragents
import device_detector
import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PHONES = ("smartphone", "tablet", "phablet")


def load(path):
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER) or []


def write(path, rows):
    """One row a line, each once, tabs between the columns: what holds a line break or a tab is left out."""
    lines = dict.fromkeys("\t".join(row) for row in rows if not any(c in "".join(row) for c in "\t\n\r"))
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    print(f"{path.name}: {len(lines)}")


def uap_cases(path):
    for case in load(path)["test_cases"]:
        yield [case["family"] or "", case["major"] or "", case["user_agent_string"]]


def browsers(fixtures, kinds):
    """User agents of browsers (not of apps and libraries) on devices of these kinds."""
    for kind in kinds:
        for path in sorted(fixtures.glob(f"{kind}*.yml")):
            for case in load(path):
                client = case.get("client") or {}
                if client.get("type") == "browser":
                    yield [case["user_agent"]]


def referrers(database):
    for medium, sources in database.items():
        for name, source in sources.items():
            for domain in source["domains"]:
                yield [medium, name, domain]


def main(folder, uap_core, referers):
    folder, uap_core = Path(folder), Path(uap_core)
    write(folder / "user-agents.tsv", uap_cases(uap_core / "tests" / "test_ua.yaml"))
    write(folder / "systems.tsv", uap_cases(uap_core / "tests" / "test_os.yaml"))
    package = Path(crawleruseragents.__file__).parent
    crawlers = json.loads((package / "crawler-user-agents.json").read_text(encoding="utf-8"))
    write(folder / "crawlers.txt", ([agent] for crawler in crawlers for agent in crawler.get("instances", [])))
    shutil.copy(package / "crawler-user-agents.json", folder)
    fixtures = Path(device_detector.__file__).parent / "tests" / "fixtures" / "upstream"
    write(folder / "phones-and-tablets.txt", browsers(fixtures, PHONES))
    write(folder / "desktops.txt", browsers(fixtures, ["desktop"]))
    write(folder / "referrers.tsv", referrers(json.loads(Path(referers).read_text(encoding="utf-8"))))
    shutil.copy(referers, folder / "referers.json")


main(*sys.argv[1:])
