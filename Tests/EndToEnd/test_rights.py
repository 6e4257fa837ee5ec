"""People's rights, from the request to the disk: two users and two visitors leave traces by every door; one of each is erased.
Reports know nothing of them at once, and in the end no byte of theirs is in PostgreSQL's files and log of changes, in the
journal or in Redis, while the others' are all there."""

import json
import struct
import subprocess
import urllib.error
import urllib.request

import psycopg
import pytest
from conftest import wait_for
from stacks import DurableStack

DAY = "select (now() at time zone time_zone)::date::text from site where domain = 'shop.example'"


def agent(name):
    return f"Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/{name}"


def marks(name):
    """Texts that only this person's events have: in the path, the title, a property, the referrer and a fact."""
    return [f"{kind}-of-{name}-9f3b1c" for kind in ("path", "title", "value", "origin", "term", "dead")]


class Run(DurableStack):
    def post(self, path, body, headers):
        request = urllib.request.Request(self.base + path, json.dumps(body).encode(), headers)
        return urllib.request.urlopen(request, timeout=60).status

    def event(self, name, number):
        path, title, value, origin, term, _ = marks(name)
        return {
            "u": f"http://localhost/{path}/{number}?q={term}", "t": f"{title} {number}",
            "r": f"https://www.example.org/{origin}", "p": {"secret": value},
        }

    def browse(self, name, number, browser):
        return self.post("/e", {"s": "demo"} | self.event(name, number), {"User-Agent": agent(browser), "Content-Type": "text/plain"})

    def serve_user(self, name, number, key, browser):
        """What a site's server sends of a user who is signed in."""
        body = self.event(name, number) | {
            "user": f"user-id-of-{name}-9f3b1c", "address": f"203.0.113.{browser}", "user_agent": agent(browser), "n": "buy"}
        return self.post("/api/v1/events", body, {"Authorization": f"Bearer {key}"})

    def paths(self):
        return {row[0].split("/")[1] for row in self.execute("select distinct path from event_text where path like '/path-of-%'")}

    def report(self):
        # Filters go to Redis.
        filtered = "?period=today&filter=page,contains,path&filter=country,is_not,XX"
        pages = ["", "?period=30d", "/pages", f"/pages{filtered}", f"/pages{filtered}&tab=title", f"/sources{filtered}", "/events", "/realtime"]
        return "".join(self.session.read(f"/dashboard/shop.example{page}") for page in pages)

    def shows_none(self, texts):
        report = self.report()
        return not any(text in report for text in texts)


def quick(stack):
    """A file of the journal goes as soon as every store has it and the next one is begun."""
    stack.configure(retain_after_load_seconds=0, self_service="true", public_record="true")


@pytest.fixture
def run(tmp_path_factory):
    with Run.of_its_own(tmp_path_factory, "rights", quick) as run:
        yield run


def holders(folder, wanted):
    """Pairs of a file and what it holds of these texts, or of these bytes by their names."""
    if not isinstance(wanted, dict):
        wanted = {text: text.encode() for text in wanted}
    return [
        (str(path.relative_to(folder)), name)
        for path in folder.rglob("*") if path.is_file()
        for content in [path.read_bytes()]
        for name, needle in wanted.items() if needle in content
    ]


def as_stored(run):
    """The bytes by which the tables know people, and those of the sealed day: names and needles."""
    needles = {}
    for column in ("visitor", "user_hash"):
        for number, path in run.execute(
                f"select distinct e.{column}, d.text from event e join dictionary d on d.text_id = e.path_id "
                f"where e.{column} is not null and d.text like '/path-of-%'"):
            name = path.split("-")[2]
            needles[f"{column} of {name} {number}"] = struct.pack("<q", number)
            needles[f"{column} of {name} {number}, as text"] = str(number % 2**64).encode()
    for event, path in run.execute(
            "select e.event_id, d.text from event e join dictionary d on d.text_id = e.path_id where d.text like '/path-of-%'"):
        needles[f"id of {path.split('-')[2]} {event}"] = event.bytes
    return needles


def as_sealed(run):
    """The sealed day of the site, byte by byte as far as PostgreSQL leaves it as it is."""
    rows = run.execute("select 'day_visits', visits from day_visits union all select 'day_stat ' || shape, slice from day_stat")
    # Larger ones are stored in pieces, or compressed.
    return {name: bytes(content) for name, content in rows if 40 < len(content) < 1900}


def seal(run):
    """Has the day sealed now, which the job does every five minutes."""
    run.call("stop", str(run.state), "gateway")
    run.execute("delete from job_run where job = 'seal_days'")
    run.call("start", str(run.state), "gateway")
    current = "select count(*) from site_day join day_visits using (site_id, day, version)"
    assert wait_for(lambda: run.execute(current)[0][0] > 0, 60)


def everywhere(run, tmp_path, texts):
    """Where these are: the state's folder (PostgreSQL, journal, logs) and all that Redis has."""
    socket = run.environment["FOOTFALL_TEST_REDIS_URL"].removeprefix("unix:")
    subprocess.run(["redis-cli", "-s", socket, "config", "set", "rdbcompression", "no"], check=True, capture_output=True)
    dump = tmp_path / "dump.rdb"
    subprocess.run(["redis-cli", "-s", socket, "--rdb", str(dump)], check=True, capture_output=True)
    return holders(run.state, texts) + holders(tmp_path, texts)


def administer(run, *statements):
    with psycopg.connect(run.environment["FOOTFALL_TEST_DATABASE_URL"], autocommit=True) as administrator:
        for statement in statements:
            administrator.execute(statement)


def test_what_is_erased_is_gone_from_reports_at_once_and_from_every_disk_in_the_end(run, tmp_path):
    # The server is tools/stack's, as with `make run`: it keeps no file of the log of changes, and the gateway may end one.
    key = run.footfall("key", "add", "shop.example").split()[0]
    # So that nobody has to sign in to look.
    run.execute("update site set is_public = true where domain = 'shop.example'")

    # The users anna and berta by the site's server, the visitors carl and dora by their browsers.
    assert wait_for(lambda: runs_with(key, run))
    assert run.serve_user("anna", 0, key, 11) == 200
    for number in range(1, 4):
        assert run.serve_user("anna", number, key, 11) == 200
        assert run.serve_user("berta", number, key, 12) == 200
        assert run.browse("carl", number, 13) == 204
        assert run.browse("dora", number, 14) == 204
    people = ["anna", "berta", "carl", "dora"]
    assert wait_for(lambda: run.paths() == {marks(name)[0] for name in people}), run.paths()

    bury_a_letter(run)
    put_into_quarantine(run, "carl", 13)
    stored = as_stored(run)
    of_erased = {name: needle for name, needle in stored.items() if " anna " in name or " carl " in name}
    of_kept = {name: needle for name, needle in stored.items() if name not in of_erased and "as text" not in name}
    assert len(of_erased) > 8 and len(of_kept) > 8
    seal(run)
    sealed = as_sealed(run)
    assert "day_visits" in sealed and len(sealed) > 2
    erased, kept = marks("anna") + marks("carl"), marks("berta") + marks("dora")
    run.footfall("person", "erase", "--site", "shop.example", "--user", "user-id-of-anna-9f3b1c", code=64)

    # Reports show all of them, so that caches hold them.
    before = run.report()
    for name in people:
        assert marks(name)[0] in before

    # Access: everything of one's own, nothing of anybody else's.
    lines = run.footfall("person", "export", "--site", "shop.example", "--user", "user-id-of-anna-9f3b1c").splitlines()
    kinds = [json.loads(line)["kind"] for line in lines]
    assert kinds.count("visit") == 1 and kinds.count("event") == 4, kinds
    text = "\n".join(lines)
    for mark in marks("anna")[:3]:
        assert mark in text
    assert "-of-berta-" not in text and "-of-carl-" not in text and "-of-dora-" not in text
    assert "user-id-of" not in text, "only a hash is kept of the id"

    # Carl asks himself, with the browser that he came with.
    own = urllib.request.Request(run.base + "/footfall/privacy/shop.example/mine", headers={"User-Agent": agent(13)})
    mine = urllib.request.urlopen(own, timeout=60).read().decode()
    assert marks("carl")[0] in mine and "-of-dora-" not in mine and "-of-anna-" not in mine
    foreign = urllib.request.Request(own.full_url + "/erase", b"", {"User-Agent": agent(13), "Sec-Fetch-Site": "cross-site"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(foreign, timeout=60)
    assert refusal.value.code == 403

    # Erasure: anna by the operator, carl by himself.
    told = run.footfall("person", "erase", "--site", "shop.example", "--user", "user-id-of-anna-9f3b1c", "--yes")
    assert "4 events, 1 visits" in told, told
    # With the button of the public page.
    browser = {"User-Agent": agent(13), "Origin": run.base, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
    page = urllib.request.urlopen(urllib.request.Request(f"{run.base}/footfall/privacy/shop.example", headers=browser), timeout=60)
    assert 'action="/footfall/privacy/shop.example/mine/erase"' in page.read().decode()
    answer = urllib.request.urlopen(urllib.request.Request(own.full_url + "/erase", b"", browser), timeout=60)
    assert answer.status == 202 and "Your visit is being erased" in answer.read().decode()
    assert wait_for(lambda: run.paths() == {marks("berta")[0], marks("dora")[0]}, 60), run.paths()
    # Today's numbers may be a few seconds old.
    assert wait_for(lambda: run.shows_none(erased), 30)
    after = run.report()
    for mark in (marks("berta")[0], marks("dora")[0]):
        assert mark in after
    assert run.footfall("person", "export", "--site", "shop.example", "--user", "user-id-of-anna-9f3b1c") == ""
    assert urllib.request.urlopen(own, timeout=60).read() == b""

    # It is invisible, and its bytes are still there: the search sees.
    administer(run, "checkpoint")
    assert {text for _, text in everywhere(run, tmp_path, erased)} >= {marks("anna")[0], marks("carl")[0]}
    assert {name for _, name in everywhere(run, tmp_path, of_erased)} >= {name for name in of_erased if "as text" not in name}
    assert {name for _, name in everywhere(run, tmp_path, sealed)} == set(sealed)
    waiting = [row[0] for row in run.execute("select convert_from(hit, 'UTF8') from dead_letter where quarantine is not null")]
    assert not any("-of-carl-" in hit for hit in waiting), waiting
    # Of users' ids there never was anything but hashes.
    assert everywhere(run, tmp_path, ["user-id-of"]) == []

    # The physical steps, which time would bring: the journal's files expire, tables are rewritten, the log moves on.
    begin_another_journal_file(run, "dora", 14, erased)
    assert "2 off the disk" in run.footfall("person", "finish", "--now")
    assert run.execute("select count(*) from erasure where done_at is null or not is_log_clean or visitors is not null or user_hash is not null")[0][0] == 0
    listed = run.footfall("person", "list", "--site", "shop.example")
    assert listed.count("off the disk 20") == 2 and "keeps files" not in listed, listed

    assert everywhere(run, tmp_path, erased + ["user-id-of-anna-9f3b1c"]) == []
    assert everywhere(run, tmp_path, of_erased) == []
    assert everywhere(run, tmp_path, sealed) == []
    # The others are where they were.
    assert {text for _, text in everywhere(run, tmp_path, kept)} >= {mark for mark in kept if "dead" not in mark and "term" not in mark}
    assert {name for _, name in everywhere(run, tmp_path, of_kept)} == set(of_kept)
    assert run.paths() == {marks("berta")[0], marks("dora")[0]}
    # Erasing again finds nothing; and what never was is no mistake.
    assert "0 events" in run.footfall("person", "erase", "--site", "shop.example", "--user", "user-id-of-anna-9f3b1c", "--yes")

    # A day of everybody: what was received by then goes, and what comes later stays.
    seal(run)
    sealed = as_sealed(run)
    of_kept = as_stored(run)
    day = run.execute(DAY)[0][0]
    lines = run.footfall("person", "export", "--site", "shop.example", "--from", day, "--to", day).splitlines()
    assert {"visit", "event"} <= {json.loads(line)["kind"] for line in lines}
    run.footfall("person", "erase", "--site", "shop.example", "--from", day, "--to", day, "--yes")
    assert run.paths() == set()
    begin_another_journal_file(run, "emil", 15, kept)
    assert wait_for(lambda: run.paths() == {marks("emil")[0]})
    assert "2 off the disk" in run.footfall("person", "finish", "--now")
    assert everywhere(run, tmp_path, kept) == []
    assert everywhere(run, tmp_path, of_kept) == []
    assert everywhere(run, tmp_path, sealed) == []
    assert run.paths() == {marks("emil")[0]}


def begin_another_journal_file(run, name, browser, texts):
    """The one before goes as soon as every store has it: until then it holds these texts."""
    run.call("stop", str(run.state), "gateway")
    run.call("start", str(run.state), "gateway")
    assert run.browse(name, 9, browser) == 204
    assert wait_for(lambda: not holders(run.state / "journal", texts), 60)


def put_into_quarantine(run, name, browser):
    """An event that waits for a person's look: the site takes only what its own script has sent."""
    quarantined = "select count(*) from dead_letter where quarantine is not null"
    assert run.execute(quarantined)[0][0] == 0
    run.execute("update site set needs_script_token = true where domain = 'shop.example'")

    def arrives():
        assert run.browse(name, 8, browser) == 204
        return run.execute(quarantined)[0][0] > 0

    assert wait_for(arrives, 60)
    run.execute("update site set needs_script_token = false where domain = 'shop.example'")

    def is_open():
        before = run.execute("select count(*) from event")[0][0]
        assert run.browse("dora", 8, 14) == 204
        return wait_for(lambda: run.execute("select count(*) from event")[0][0] > before, 3)

    assert wait_for(is_open, 60)


def runs_with(key, run):
    """Whether the gateway knows the key: it notices one within five seconds."""
    try:
        return run.post("/api/v1/events", {"u": "http://localhost/is-the-key-known"}, {"Authorization": f"Bearer {key}"}) == 200
    except urllib.error.HTTPError:
        return False


def bury_a_letter(run):
    """A dead letter without a copy that can be read could be anybody's."""
    run.execute(
        "insert into dead_letter (journal, sequence, event_id, site_id, store, reason, hit) "
        f"select gen_random_uuid(), 1, gen_random_uuid(), site_id, 'test', 'test', convert_to('{marks('anna')[5]}', 'UTF8') "
        "from site where domain = 'shop.example'")
