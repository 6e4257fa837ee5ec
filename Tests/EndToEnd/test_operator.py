"""The operator's commands about people, organisations and keys, and what the audit log says of them."""

import re
import secrets
import subprocess

import pytest
from support import door


def run(*words, text=None):
    return subprocess.run([door.BINARY, *words], capture_output=True, text=True, input=text)


def footfall(*words, text=None):
    done = run(*words, text=text)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def refused(*words, text=None, code=78):
    done = run(*words, text=text)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def team(base_url, database, session):
    """An organisation of its own with an owner, which goes with its sites: the commands of other tests name none, and the
    first one, to which sites belong that are there already, is that of `session`."""
    name, person = f"Team {secrets.token_hex(4)}", door.Person()
    footfall("user", "add", person.email, "--organisation", name, "--password-stdin", text=person.password)
    number = next(line.split("\t")[0] for line in footfall("organisation", "list").splitlines() if name in line)
    yield name, number, person
    database.execute("delete from organisation where organisation_id = %s", (number,))


@pytest.fixture
def log(database):
    """What was done in an organisation since the test began, by whom and on what."""
    last = database.execute("select coalesce(max(audit_entry_id), 0) from audit_entry").fetchone()[0]

    def read(number):
        rows = database.execute(
            "select action, object, person_name, person_id from audit_entry"
            " where organisation_id is not distinct from %s and audit_entry_id > %s order by 1, 2", (number and int(number), last)).fetchall()
        assert all(name == "operator" for _, _, name, _ in rows)
        return [(action, object) for action, object, _, _ in rows]

    return read


def test_an_organisation_from_its_beginning_to_its_end(team, log, database):
    owner = team[2].email
    name = f"New {secrets.token_hex(4)}"
    assert "there is nobody with the address" in refused("organisation", "add", name, "--owner", "nobody@example.com")
    assert "--owner" in refused("organisation", "add", name, code=64)
    assert footfall("organisation", "add", f"  {name} ", "--owner", owner) == "added"
    assert "already" in refused("organisation", "add", name, "--owner", owner)
    line = next(line for line in footfall("organisation", "list").splitlines() if name in line)
    number = line.split("\t")[0]
    assert line == f"{number}\t{name}\towned by {owner}\t1 person\t0 sites"
    footfall("organisation", "rename", name, name + " & Co")
    said = footfall("organisation", "remove", number)
    assert "0 sites" in said and f"keep {number}" in said
    assert "deleted at 2" in next(line for line in footfall("organisation", "list").splitlines() if name in line)
    assert footfall("organisation", "keep", name + " & Co") == "kept"
    assert "not going to be deleted" in refused("organisation", "keep", number)
    assert "there is no organisation" in refused("organisation", "rename", "0", "x")
    assert "1 to 100" in refused("organisation", "rename", number, " ", code=64)
    assert log(number) == [
        ("organisation_deletion", ""), ("organisation_kept", ""), ("organisation_renamed", name + " & Co"),
        ("person_joined", f"{owner} as owner"),
    ]
    # Two of one name are told apart by their numbers.
    other = database.execute("insert into organisation (name) values (%s) returning organisation_id", (name + " & Co",)).fetchone()[0]
    assert f"one of {number}, {other}" in refused("organisation", "remove", name + " & Co")
    database.execute("delete from organisation where organisation_id in (%s, %s)", (number, other))


def test_keys_are_listed_with_all_that_tells_them_apart(team, log, database):
    name, number, _ = team
    domain = f"{secrets.token_hex(4)}.example"
    footfall("site", "add", domain, "--organisation", name)
    key, reader = footfall("key", "add", domain), footfall("key", "add", domain, "--read")
    database.execute("update secret_key set name = 'shop', last_used_on = '2026-11-02' where beginning = %s", (key[:12],))
    database.execute(
        "update secret_key set site_ids = null, expires_at = '2020-01-01 12:00+00' where beginning = %s", (reader[:12],))
    lines = [line for line in footfall("key", "list").splitlines() if name in line]
    assert sorted(lines) == [
        f"{reader[:12]}…\tread\t{name}\tall sites\texpired 2020-01-01T12:00:00Z\tnever used",
        f"{key[:12]}…\tsend\t{name}\t{domain}\tfor ever\tused 2026-11-02\tshop",
    ]
    assert footfall("key", "revoke", key) == footfall("key", "revoke", reader[:12]) == "revoked"
    assert name not in footfall("key", "list")
    assert "no secret key begins like this" in refused("key", "revoke", key)
    footfall("site", "set", domain, "--ack", "journal", "--retention", "7", "--renew-script-secret")
    footfall("goal", "add", domain, "Order", "--event", "order")
    footfall("goal", "remove", domain, "Order")
    assert log(number) == [
        ("goal_removed", f"{domain}: Order"), ("goal_set", f"{domain}: Order"),
        ("key_made", f"{domain}: {reader[:12]}"), ("key_made", f"{domain}: {key[:12]}"),
        ("key_revoked", reader[:12]), ("key_revoked", "shop"), ("site_added", domain),
        ("site_changed", f"{domain}: ack journal, retention 7, another secret of the script"),
    ]


def test_what_cannot_be_done_changes_nothing(team, log):
    name, number, _ = team
    domain = f"{secrets.token_hex(4)}.example"
    footfall("site", "add", domain, "--organisation", name)
    assert "from 1 to 1200" in refused("site", "set", domain, "--ack", "journal", "--retention", "0")
    assert "ack" not in next(line for line in footfall("site", "list").splitlines() if domain in line)
    assert "there is no site" in refused("site", "set", "nowhere.example", "--ack", "journal")
    assert "there is no site" in refused("key", "add", "nowhere.example")
    assert log(number) == [("site_added", domain)]


def test_somebody_who_is_here_keeps_name_and_password(base_url, team):
    name, _, person = team
    again = ["user", "add", person.email, "--organisation", name]
    assert "has an account already" in refused(*again, "--password-stdin", text="another long password")
    assert footfall(*again, "--name", "Somebody else") == "added", "no link that would take the password away"
    door.Session(base_url).sign_in(person)


def test_an_address_that_somebody_only_typed_is_given_nothing(team, database):
    """Whoever is signed in may change their address: what the operator means for its owner would be theirs."""
    name, _, owner = team
    thief = door.Person()
    footfall("user", "add", thief.email, "--organisation", name, "--password-stdin", text=thief.password)
    database.execute("update person set has_proven_email = false where email = %s", (thief.email,))
    for words in (("user", "add", thief.email, "--organisation", name, "--role", "owner"),
                  ("organisation", "add", f"Their {secrets.token_hex(4)}", "--owner", thief.email)):
        assert "nobody knows whether the address is theirs" in refused(*words)
    # With the link of a reset whoever the operator knows comes in, and nobody else.
    assert "/footfall/password?token=" in footfall("user", "reset", thief.email)
    footfall("user", "add", thief.email, "--organisation", name)
    footfall("user", "remove", thief.email)


def test_a_reset_stands_in_the_log_of_the_person_and_of_the_organisation(team, log, database):
    name, number, _ = team
    email = door.Person().email
    footfall("user", "add", email, "--organisation", name, "--role", "viewer")
    footfall("user", "reset", email)
    assert log(number) == [("password_reset", email), ("person_added", f"{email} as viewer")]
    assert log(None)[-1:] == [("password_reset", "")]
    person = database.execute("select person_id from person where email = %s", (email,)).fetchone()[0]
    own = "select action from audit_entry where person_id = %s and organisation_id is null"
    assert database.execute(own, (person,)).fetchall() == [("password_reset",)]


def test_an_account_can_be_removed_unless_an_organisation_would_have_nobody(team, log):
    name, number, person = team
    email = door.Person().email
    assert re.search(f"alone owns .*{name}", refused("user", "remove", person.email))
    footfall("user", "add", email, "--organisation", name)
    assert footfall("user", "remove", email.upper()) == "removed"
    assert email not in footfall("user", "list")
    assert "there is nobody" in refused("user", "remove", email)
    assert log(number) == [("person_added", f"{email} as viewer"), ("person_removed", email)]
