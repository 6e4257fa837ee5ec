"""Tenants to be attacked: written into the database as they are, so that a test does not wait for forms and hashes."""

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass, field

from client import SESSION, Browser
from fastcgi import Connection, request

PASSWORD = "Quokka-Zwielicht-7-Baumhaus"
ROLES = ["owner", "admin", "editor", "viewer", "guest"]


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def key_hash(key):
    """As `SecretKey.hash` has it: 128 bits of BLAKE2b as a number in hexadecimal."""
    return format(int.from_bytes(hashlib.blake2b(key.encode(), digest_size=16).digest(), "big"), "x")


@dataclass
class Person:
    number: int
    email: str
    role: str
    session: int
    token: str


@dataclass
class Site:
    number: int
    domain: str
    key: str


@dataclass
class Tenant:
    """An organisation with everything in it. Every text of it holds its marker."""

    marker: str
    organisation: int
    name: str
    people: dict = field(default_factory=dict)
    sites: list = field(default_factory=list)
    team: int = 0
    invitation: int = 0
    invitation_token: str = ""
    send_key: str = ""
    send_key_number: int = 0
    read_key: str = ""
    read_key_number: int = 0
    link: int = 0
    link_token: str = ""
    goal: str = ""

    @property
    def home(self):
        return f"/footfall/organisation/{self.organisation}"

    def site_home(self, index=0):
        return f"/dashboard/{self.sites[index].domain}"


class World:
    """Makes tenants, and browsers in which their people are signed in."""

    def __init__(self, database, web, ingest, host):
        self.database, self.web, self.ingest, self.host = database, web, ingest, host
        self.hash = None

    def one(self, query, *values):
        return self.database.execute(query, values).fetchone()[0]

    def password_hash(self):
        """Of PASSWORD, made by the program itself."""
        if self.hash is None:
            email = f"hash-{os.urandom(6).hex()}@attack.example"
            subprocess.run(
                [os.environ["FOOTFALL_TEST_BINARY"], "user", "add", email, "--organisation", f"Hash {email}", "--password-stdin"],
                input=PASSWORD + "\n", text=True, check=True, capture_output=True)
            self.hash = self.one("select password_hash from person where email = %s", email)
        return self.hash

    def tenant(self, letter="t"):
        marker = f"zq{letter}{os.urandom(5).hex()}"
        name = f"Org {marker}"
        t = Tenant(marker, self.one("insert into organisation (name, brand_name, brand_colour) values (%s, %s, '#112233')"
                                    " returning organisation_id", name, f"Brand {marker}"), name)
        for role in ROLES:
            t.people[role] = self.person(f"{role}@{marker}.example", f"Name {marker} {role}", t, role)
        for index in range(2):
            t.sites.append(self.site(t, f"site{index}.{marker}.example", f"key{index}-{marker}"))
        first = t.sites[0]
        t.team = self.one("insert into team (organisation_id, name) values (%s, %s) returning team_id",
                          t.organisation, f"Team {marker}")
        self.database.execute("insert into team_member values (%s, %s)", (t.team, t.people["guest"].number))
        self.database.execute("insert into site_access (site_id, team_id, role) values (%s, %s, 'viewer')",
                              (first.number, t.team))
        self.database.execute("insert into site_access (site_id, person_id, role) values (%s, %s, 'viewer')",
                              (first.number, t.people["guest"].number))
        t.invitation, t.invitation_token = self.invitation(t, f"invited@{marker}.example", "viewer")
        t.send_key_number, t.send_key = self.secret_key(t, "send", "ff_sk_")
        t.read_key_number, t.read_key = self.secret_key(t, "read", "ff_rk_")
        t.link, t.link_token = self.link(t, first)
        t.goal = f"Goal {marker}"
        self.database.execute(
            "insert into goal (site_id, name, definition) values (%s, %s, %s)",
            (first.number, t.goal, json.dumps({"page": f"/{marker}"})))
        self.database.execute(
            "insert into audit_entry (organisation_id, person_id, person_name, action, object)"
            " values (%s, %s, %s, 'site_added', %s)",
            (t.organisation, t.people["owner"].number, t.people["owner"].email, f"Object {marker}"))
        return t

    def person(self, email, name="", tenant=None, role="viewer"):
        number = self.one("insert into person (email, name, password_hash) values (%s, %s, %s) returning person_id",
                          email, name, self.password_hash())
        if tenant:
            self.join(number, tenant, role)
        session, token = self.session(number)
        return Person(number, email, role, session, token)

    def join(self, person, tenant, role):
        self.database.execute("insert into membership (organisation_id, person_id, role) values (%s, %s, %s)",
                              (tenant.organisation, person, role))

    def session(self, person):
        token = os.urandom(32).hex()
        number = self.one(
            "insert into person_session (person_id, token_hash, expires_at, device, network)"
            " values (%s, %s, now() + interval '7 days', 'Test', '192.0.2.0/24') returning person_session_id",
            person, sha256(token))
        return number, token

    def site(self, tenant, domain, key):
        number = self.one(
            "insert into site (domain, hosts, organisation_id) values (%s, %s, %s) returning site_id",
            domain, [domain, "localhost"], tenant.organisation)
        self.database.execute("insert into site_key (key, site_id) values (%s, %s)", (key, number))
        return Site(number, domain, key)

    def invitation(self, tenant, email, role, **more):
        token = os.urandom(32).hex()
        number = self.one(
            "insert into invitation (organisation_id, email, role, site_id, site_role, token_hash, expires_at)"
            " values (%s, %s, %s, %s, %s, %s, now() + interval '7 days') returning invitation_id",
            tenant.organisation, email, role, more.get("site"), more.get("site_role"), sha256(token))
        return number, token

    def secret_key(self, tenant, scope, prefix, sites=None):
        key = prefix + os.urandom(16).hex()
        number = self.one(
            "insert into secret_key (key_hash, beginning, organisation_id, site_ids, name, scopes)"
            " values (%s, %s, %s, %s, %s, %s) returning secret_key_id",
            key_hash(key), key[:10], tenant.organisation, sites, f"Key {tenant.marker}", [scope])
        return number, key

    def link(self, tenant, site, filters="", password_hash=None, may_embed=False):
        token = os.urandom(13).hex()
        number = self.one(
            "insert into shared_link (site_id, name, token, filters, password_hash, may_embed)"
            " values (%s, %s, %s, %s, %s, %s) returning shared_link_id",
            site.number, f"Link {tenant.marker}", token, filters, password_hash, may_embed)
        return number, token

    def nobody(self, address="198.51.100.7"):
        return Browser(self.web, self.host, address)

    def browser(self, person, address="198.51.100.7"):
        """A browser in which this person is signed in."""
        return Browser(self.web, self.host, address, {SESSION: person.token})

    def fresh(self, person):
        """The same with a session of its own, which a test may end."""
        person = Person(person.number, person.email, person.role, *self.session(person.number))
        return person, self.browser(person)

    def event(self, site, address="203.0.113.9", **fields):
        """Sends an event as a page does; returns the status."""
        event = {"s": site.key, "u": f"http://localhost/{site.domain}", **fields}
        with Connection(self.ingest) as connection:
            return connection.send(request("/e", json.dumps(event).encode(), address=address)).answer()


# Tables, by how a row of a tenant is recognised, without what changes by looking.
OWNED = {
    "organisation": "organisation_id = %(o)s",
    "membership": "organisation_id = %(o)s",
    "person": "person_id in (select person_id from membership where organisation_id = %(o)s)",
    "recovery_code": "person_id in (select person_id from membership where organisation_id = %(o)s)",
    "team": "organisation_id = %(o)s",
    "team_member": "team_id in (select team_id from team where organisation_id = %(o)s)",
    "site": "organisation_id = %(o)s",
    "site_key": "site_id in (select site_id from site where organisation_id = %(o)s)",
    "site_access": "site_id in (select site_id from site where organisation_id = %(o)s)",
    "invitation": "organisation_id = %(o)s",
    "person_session": "person_id in (select person_id from membership where organisation_id = %(o)s)",
    "secret_key": "organisation_id = %(o)s",
    "shared_link": "site_id in (select site_id from site where organisation_id = %(o)s)",
    "erasure": "site_id in (select site_id from site where organisation_id = %(o)s)",
    "goal": "site_id in (select site_id from site where organisation_id = %(o)s)",
    "audit_entry": "organisation_id = %(o)s",
    "one_time_link": "person_id in (select person_id from membership where organisation_id = %(o)s)",
}
# What passes by itself: uses, and how far an erasure is.
VOLATILE = ["seen_at", "last_used_on", "events", "visits", "dead_letters", "late_events", "invisible_at", "settled_at", "done_at",
            "visitors", "user_hash", "log_position", "is_log_clean", "failures", "retry_at"]


def snapshot(database, tenant=None):
    """Everything about accounts: of one tenant, or of all."""
    rows = {}
    for table, condition in OWNED.items():
        where = condition if tenant else "true"
        found = database.execute(
            f"select (to_jsonb(t) - %(v)s::text[])::text from {table} t where {where} order by 1",
            {"v": VOLATILE, "o": tenant and tenant.organisation}).fetchall()
        rows[table] = sorted(row[0] for row in found)
    return rows


def changes(before, after):
    """What differs, table by table: (table, rows that went, rows that came)."""
    found = []
    for table in before:
        gone = [row for row in before[table] if row not in after[table]]
        came = [row for row in after[table] if row not in before[table]]
        if gone or came or len(before[table]) != len(after[table]):
            found.append((table, gone, came))
    return found
