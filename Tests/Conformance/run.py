#!/usr/bin/env python3
"""Runs the conformance cases against a system that counts visits, over HTTP only.

    python3 Tests/Conformance/run.py --url http://127.0.0.1:8431 \\
        --clock /tmp/clock/now --site-command 'footfall site add {domain} --time-zone {zone} && footfall key add {domain}' \\
        --read-key-command 'footfall key add {domain} --read'

README.md beside this file says what a case is, and what a system needs to be asked.
"""

import argparse
import datetime
import json
import math
import re
import secrets
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

FOLDER = Path(__file__).resolve().parent

# Seconds that a system may take until it has stored what it acknowledged, and until its answers show that.
PATIENCE = 8.0


# ---- reading cases ---------------------------------------------------------------------------------------------------

# What JSON5 adds to JSON, as far as the cases use it: comments, keys without quotes, commas at the end.
TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<key>[A-Za-z_$][\w$]*)(?=\s*:)"""
    r"""|(?P<comma>,)(?=(?:\s|//[^\n]*\n|/\*.*?\*/)*[\]}])""",
    re.DOTALL,
)


def parse(text):
    def as_json(found):
        if found["key"]:
            return f'"{found["key"]}"'
        return found["text"] or ""

    return json.loads(TOKEN.sub(as_json, text))


def read_people():
    return parse((FOLDER / "people.json").read_text())


def read_cases(folder=FOLDER):
    """All cases in the order of their dates, for a clock can only go forward."""
    cases = []
    for file in sorted(folder.glob("*.json5")):
        for case in parse(file.read_text()):
            cases.append({"zone": "UTC", "events": [], "questions": [], "needs": [], **case})
    named = {case["name"]: case for case in cases}
    if len(named) < len(cases):
        raise SystemExit("two cases have one name")
    for name in named:
        # It is the first label of the site's domain, which has 63 characters at most.
        if not re.fullmatch(r"[a-z0-9-]{1,63}", name):
            raise SystemExit(f"{name} must consist of at most 63 small letters, digits and hyphens")
    for case in cases:
        # What asks about another case's site lives in its time zone.
        if "of" in case:
            case["zone"] = named[case["of"]]["zone"]
    cases.sort(key=lambda case: timeline(case)[0][0])
    for before, case in zip(cases, cases[1:]):
        if timeline(case)[0][0] <= timeline(before)[-1][0]:
            raise SystemExit(f"{case['name']} begins before {before['name']} has ended: give it other dates")
    return cases


def moment(text, zone):
    """Seconds since 1970 of `2027-03-28 01:59:59.250` in the site's time zone, or in UTC with a Z at the end."""
    where = ZoneInfo("UTC") if text.endswith("Z") else ZoneInfo(zone)
    return datetime.datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=where).timestamp()


def timeline(case):
    """What happens when: moment, `event` or `question`, and which. A question without `at` is asked a minute after what
    stands before it, and one after all events."""
    # A zone that nobody knows is there to be refused: its case has no local times.
    zone = "UTC" if "site_refused" in case else case["zone"]
    steps = [(moment(event.get("sent", event["at"]), zone), "event", event) for event in case["events"]]
    steps.sort(key=lambda step: step[0])
    last = max([step[0] for step in steps], default=None)
    for question in case["questions"]:
        if "at" in question:
            last = moment(question["at"], zone)
        elif last is None:
            last = moment(case["at"], zone)
        else:
            last += 60
        steps.append((last, "question", question))
    if not steps:
        steps = [(moment(case["at"], zone), "nothing", None)]
    # At one moment the events come first.
    return sorted(steps, key=lambda step: (step[0], step[1]))


# ---- talking to the system -------------------------------------------------------------------------------------------


class Refused(Exception):
    """The site could not be made."""


class System:
    """A system under test: where it is, how its clock is set, and how sites are made.

    - `clock`: a file as libfaketime reads it (`+86400.5`: seconds ahead of the machine's clock)
    - `clock_command`, `site_command`: for the shell, with `{time}`, `{domain}` and `{zone}` filled in. What the second
      prints are the site's public key and, last, its secret one
    - `key`: a secret key for all sites, where the second prints none
    - `read_key`: a key with which the numbers of all sites are asked for; or `read_key_command`, for the shell with
      `{domain}`, whose last word is that of this site. Neither where everybody may ask
    - `wire`: how the events of this system spell `engaged_ms` and `interactive`
    - `has`: what it has of the rest that cases may need, such as `country`
    """

    def __init__(
        self, url, clock=None, clock_command=None, site_command=None, key=None, wire=None, has=(), read_key=None,
        read_key_command=None,
    ):
        self.url = url.rstrip("/")
        self.clock = clock and Path(clock)
        self.clock_command = clock_command
        self.site_command = site_command
        self.key = key
        self.wire = wire or {}
        self.read_key = read_key
        self.read_key_command = read_key_command
        self.has = set(has) | set(self.wire) | ({"read_key"} if read_key or read_key_command else set())
        # Sites stay when the run is over: the next run makes others.
        self.mark = secrets.token_hex(3)

    def missing(self, case):
        """What the case needs and the system has not; empty when it can be run."""
        used = {field for event in case["events"] for field in ("engaged_ms", "interactive") if field in event}
        return sorted((set(case["needs"]) | used) - self.has)

    def set_clock(self, seconds):
        if self.clock:
            # In one step: a process that looks meanwhile must not find half a number.
            new = self.clock.with_name(self.clock.name + ".new")
            new.write_text(f"{seconds - time.time():+.6f}\n")
            new.chmod(0o644)
            new.rename(self.clock)
        elif self.clock_command:
            subprocess.run(self.clock_command.replace("{time}", f"{seconds:.3f}"), shell=True, check=True)
        else:
            raise SystemExit("say --clock or --clock-command: the cases happen on certain days")

    def domain(self, case):
        return f"{case['name']}.{self.mark}.example"

    def make_site(self, case):
        """The site's domain, public key, secret key, and the key to read with."""
        domain = self.domain(case)
        if not self.site_command:
            raise SystemExit("say --site-command: every case has a site of its own")
        command = self.site_command.replace("{domain}", domain).replace("{zone}", shlex.quote(case["zone"]))
        done = subprocess.run(command, shell=True, capture_output=True, text=True)
        if done.returncode != 0:
            raise Refused((done.stdout + done.stderr).strip())
        words = done.stdout.split()
        return {
            "domain": domain, "key": words[0] if words else "", "secret": self.key or words[-1], "read": self.key_to_read(domain),
        }

    def key_to_read(self, domain):
        if self.read_key or not self.read_key_command:
            return self.read_key
        command = self.read_key_command.replace("{domain}", domain)
        done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0 or not done.stdout.split():
            raise SystemExit(f"no key by: {command}")
        return done.stdout.split()[-1]

    def wait_for_site(self, site, seconds=15):
        """Until the site's keys are known, which a gateway may take its time for."""
        deadline = time.monotonic() + seconds
        for path, key in (("/api/v1/events", site["secret"]), ("/api/v1/query", site["read"])):
            while self.post(path, b"{}", key)[0] == 401:
                if time.monotonic() > deadline:
                    raise AssertionError(f"the key of {site['domain']} for {path} is not known after {seconds} s")
                time.sleep(0.1)

    def post(self, path, body, key=None, headers=None):
        """Status and answer, which is JSON wherever it can be read as that. Who is told to come again does so."""
        deadline = time.monotonic() + PATIENCE
        while True:
            status, answer = self.post_once(path, body, key, headers)
            if status not in (429, 503) or time.monotonic() > deadline:
                return status, answer
            time.sleep(0.2)

    def post_once(self, path, body, key, headers):
        headers = {"Content-Type": "application/json", **(headers or {})}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(self.url + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        try:
            return status, json.loads(content)
        except ValueError:
            return status, content.decode(errors="replace")

    def send(self, event, case, site, people):
        """Sends an event: as a server would, or as a browser's beacon where it says so."""
        person = {**people, **case.get("visitors", {})}[event.get("by", "nobody")]
        body = {"u": f"https://{site['domain']}{event['page']}"}
        for field, key in {"name": "n", "from": "r", "title": "t", "width": "w", "id": "i", "properties": "p"}.items():
            if field in event:
                body[key] = event[field]
        for field, key in self.wire.items():
            if field in event:
                body[key] = event[field]
        happened = round(moment(event["at"], case["zone"]) * 1000)
        if event.get("way") == "beacon":
            sent = round(moment(event.get("sent", event["at"]), case["zone"]) * 1000)
            body |= {"s": site["key"], "ts": happened, "st": sent}
            status, answer = self.post("/e", json.dumps(body).encode(), headers={"User-Agent": person["user_agent"]})
            assert status == 204, f"the beacon was answered {status}: {answer}"
        else:
            body |= {"ts": happened, **person}
            status, answer = self.post("/api/v1/events", json.dumps(body).encode(), site["secret"])
            assert status == 200 and answer["accepted"] == 1, f"the event was answered {status}: {answer}"

    def ask(self, question, site):
        """Status and answer of a question, which names its site and brings the site's key unless it says otherwise."""
        key = {"its own": site["read"], "none": None, "for sending": site["secret"]}[question.get("key", "its own")]
        if "body" in question:
            return self.post("/api/v1/query", question["body"].encode(), key)
        ask = question["ask"]
        return self.post("/api/v1/query", json.dumps({"site": site["domain"], **ask}).encode(), key)


# ---- running a case --------------------------------------------------------------------------------------------------


def wait_until_stored(system, case, site, events):
    """Until as many events are counted as were sent, so that an answer that is right too early does not pass.

    A system that never counts them gets its questions all the same: their answers say more than a number.
    """
    wanted = len({event.get("id", number) for number, event in enumerate(events)})
    zone = ZoneInfo(case["zone"])
    days = sorted(datetime.datetime.fromtimestamp(moment(event["at"], case["zone"]), zone).date() for event in events)
    ask = {"metrics": ["pageviews", "events"], "from": str(days[0]), "to": str(days[-1])}
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        status, answer = system.ask({"ask": ask}, site)
        if status != 200 or sum(answer["totals"].values()) >= wanted:
            return
        time.sleep(0.05)


def run(system, case, site, check_answer=None):
    """Runs a case; raises AssertionError with what is wrong. `check_answer` is shown every question and answer."""
    people = read_people()
    sent = []
    is_stored = True
    for seconds, kind, step in timeline(case):
        system.set_clock(seconds)
        if kind == "event":
            system.send(step, case, site, people)
            sent.append(step)
            is_stored = False
        elif kind == "question":
            if not is_stored:
                wait_until_stored(system, case, site, sent)
                is_stored = True
            examine(system, site, step, check_answer)


def examine(system, site, question, check_answer):
    wanted = expand(question)
    deadline = time.monotonic() + PATIENCE
    while True:
        status, answer = system.ask(question, site)
        if check_answer:
            check_answer(question, status, answer)
        differences = []
        if status != question.get("status", 200):
            differences = [f"status: {status}, not {question.get('status', 200)}: {answer}"]
        else:
            compare(wanted, answer, "answer", differences)
        # A report of today may be a few seconds old. What is refused is refused at once.
        if not differences or status != 200 or "status" in question or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    asked = question["body"] if "body" in question else json.dumps(question["ask"])
    assert not differences, f"{asked}\n" + "\n".join(differences)


def expand(question):
    """The answer that is wanted, with `table` written out as rows: time, keys, metrics, and those of the time before."""
    wanted = dict(question.get("answer", {}))
    if "table" not in question:
        return wanted
    ask = question["ask"]
    has_time, keys, metrics = "interval" in ask, len(ask.get("dimensions", [])), ask["metrics"]
    rows = []
    for line in question["table"]:
        line = list(line)
        row = {}
        if has_time:
            row["time"] = line.pop(0)
        if keys:
            row["keys"] = [line.pop(0) for _ in range(keys)]
        row["metrics"] = dict(zip(metrics, line))
        if "compare" in ask:
            row["before"] = dict(zip(metrics, line[len(metrics):]))
        rows.append(row)
    wanted["rows"] = rows
    return wanted


# Objects of numbers, which must have what was asked for and nothing else. All others may have more than is named.
EXACT = re.compile(r"\.(totals|metrics)$|\.rows\[\d+\]\.before$")


def compare(wanted, found, place, differences):
    """Adds to `differences` what is not as it should be, each with its place."""
    if isinstance(wanted, dict) and "$one_of" in wanted:
        if found not in wanted["$one_of"]:
            differences.append(f"{place}: {found!r} is none of {wanted['$one_of']}")
    elif isinstance(wanted, dict) and "$begins" in wanted:
        if not (isinstance(found, str) and found.startswith(wanted["$begins"])):
            differences.append(f"{place}: {found!r} does not begin with {wanted['$begins']!r}")
    elif isinstance(wanted, dict):
        if not isinstance(found, dict):
            differences.append(f"{place}: {found!r} is no object")
            return
        if EXACT.search(place) and set(found) != set(wanted):
            differences.append(f"{place}: has {sorted(found)}, not {sorted(wanted)}")
        for key, value in wanted.items():
            if key in found:
                compare(value, found[key], f"{place}.{key}", differences)
            else:
                differences.append(f"{place}.{key}: is missing")
    elif isinstance(wanted, list):
        if not isinstance(found, list) or len(found) != len(wanted):
            differences.append(f"{place}: {json.dumps(found)}, not {json.dumps(wanted)}")
            return
        for index, (one, other) in enumerate(zip(wanted, found)):
            compare(one, other, f"{place}[{index}]", differences)
    elif is_number(wanted) and is_number(found):
        if not math.isclose(wanted, found, rel_tol=1e-9, abs_tol=1e-9):
            differences.append(f"{place}: {found}, not {wanted}")
    elif type(wanted) is not type(found) or wanted != found:
        differences.append(f"{place}: {found!r}, not {wanted!r}")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class Suite:
    """All cases, and what has been run of them. The sites of those that are `wanted` are made at once, because a gateway
    takes some seconds to notice a new one."""

    def __init__(self, system, cases, wanted):
        self.system = system
        self.named = {case["name"]: case for case in cases}
        self.done = set()
        self.sites = {}
        if not wanted:
            return
        system.set_clock(timeline(cases[0])[0][0])
        names = list(dict.fromkeys(case.get("of", case["name"]) for case in wanted))
        with ThreadPoolExecutor(4) as pool:
            self.sites = dict(zip(names, pool.map(self.make_site, names)))
        made = [site for site in self.sites.values() if isinstance(site, dict)]
        if made:
            system.wait_for_site(made[-1])

    def make_site(self, name):
        """The site of the case of this name, or what was said when it was refused."""
        try:
            return self.system.make_site(self.named[name])
        except Refused as refusal:
            return refusal

    def run(self, case, check_answer=None):
        """Runs a case, and before it the one of whose site it asks. `check_answer` is shown every question and answer."""
        site = self.sites[case.get("of", case["name"])]
        if "site_refused" in case:
            assert isinstance(site, Refused), "the site was made, and should have been refused"
            assert case["site_refused"] in str(site), f"the refusal does not say {case['site_refused']!r}: {site}"
            return
        assert isinstance(site, dict), f"the site was refused: {site}"
        if "of" in case and case["of"] not in self.done:
            self.send_only(self.named[case["of"]], site)
        self.done.add(case["name"])
        run(self.system, case, site, check_answer)

    def send_only(self, case, site):
        """The events of a case whose questions nobody wants to ask this time."""
        self.done.add(case["name"])
        run(self.system, {**case, "questions": []}, site)
        if case["events"]:
            wait_until_stored(self.system, case, site, case["events"])


def main():
    options = argparse.ArgumentParser(description="Runs the conformance cases against a running system.")
    options.add_argument("--url", required=True, help="where the system answers, without the path")
    options.add_argument("--key", help="secret key for all sites; without it the last word that --site-command prints")
    options.add_argument("--read-key", help="key to ask for the numbers of all sites with")
    options.add_argument("--read-key-command", help="command whose last word is the key to ask for those of {domain} with")
    options.add_argument("--clock", help="file that libfaketime reads, for a system that runs under it")
    options.add_argument("--clock-command", help="command that sets the system's clock; {time}: seconds since 1970")
    options.add_argument("--site-command", help="command that makes a site; {domain}, {zone}")
    options.add_argument("--wire", action="append", default=[], metavar="FIELD=KEY", help="engaged_ms=KEY, interactive=KEY")
    options.add_argument("--has", action="append", default=[], help="what else the system has: country")
    options.add_argument("--only", help="regular expression for the names of the cases to run")
    options.add_argument("--list", action="store_true", help="names the cases, and runs none")
    chosen = options.parse_args()
    cases = [case for case in read_cases() if re.search(chosen.only or "", case["name"])]
    if chosen.list:
        for case in cases:
            print(f"{case['name']}: {case['why']}")
        return 0
    wire = dict(pair.split("=", 1) for pair in chosen.wire)
    system = System(
        chosen.url, chosen.clock, chosen.clock_command, chosen.site_command, chosen.key, wire, chosen.has, chosen.read_key,
        chosen.read_key_command)
    able = [case for case in cases if not system.missing(case)]
    for case in cases:
        if case not in able:
            print(f"skipped  {case['name']}: needs {', '.join(system.missing(case))}")
    suite = Suite(system, read_cases(), able)
    failures = 0
    for case in able:
        try:
            suite.run(case)
            print(f"passed   {case['name']}")
        except AssertionError as problem:
            failures += 1
            print(f"FAILED   {case['name']}: {case['why']}\n         " + str(problem).replace("\n", "\n         "))
    print(f"{len(able) - failures} of {len(able)} cases passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
