"""The dashboard's login at the database: row-level security beneath everything.

Whoever finds a hole in a query has this login, and what it is not shown, he does not get.
"""

import psycopg
import pytest
from conftest import setting

SETTINGS = ["site", "organisation", "person", "email", "secret"]


@pytest.fixture
def login():
    with psycopg.connect(setting("FOOTFALL_DATABASE_WEB_URL"), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def tenants(world):
    return [world.tenant(letter) for letter in "abc"]


def ask(login, query, *values):
    """Rows, or the SQLSTATE of the refusal."""
    try:
        found = login.execute(query, values or None)
        return found.fetchall() if found.description else found.rowcount
    except psycopg.Error as error:
        return error.sqlstate


def act_for(login, **settings):
    for name in SETTINGS:
        login.execute("select set_config(%s, %s, false)", (f"footfall.{name}", str(settings.get(name, ""))))


def relations(login):
    """All that this login may read in the schema of the tables."""
    return [row[0] for row in login.execute(
        "select oid::regclass::text from pg_class where relkind in ('r', 'p', 'v', 'm', 'f')"
        " and relnamespace not in (select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema', 'pg_toast'))"
        " and has_table_privilege(oid, 'select') order by 1")]


def test_the_login_is_nobody(login, tally):
    role = login.execute(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles where rolname = current_user"
    ).fetchone()
    assert not any(role)
    assert login.execute("select count(*) from pg_auth_members where member = (select oid from pg_roles where rolname = current_user)").fetchone() == (0,)
    owned = login.execute("select relname from pg_class where relowner = (select oid from pg_roles where rolname = current_user)").fetchall()
    assert owned == []
    tally(3)


@pytest.mark.parametrize("statement", [
    "set role footfall", "set role footfall_admin", "set role postgres", "set session authorization footfall",
    "set role pg_read_all_data", "set role pg_execute_server_program",
    "alter role footfall_web bypassrls", "alter role footfall_web superuser", "create role evil superuser",
    "grant footfall to footfall_web", "grant pg_read_all_data to footfall_web",
    "alter table person disable row level security", "alter table event no force row level security",
    "drop policy itself on person", "create policy evil on person using (true)",
    "alter table person owner to footfall_web", "truncate audit_entry", "truncate event", "drop table event",
    "create function evil() returns int language sql as 'select 1'",
    "create function evil() returns int language sql security definer as 'select 1'",
    "create or replace function asking_person() returns integer language sql as 'select 1'",
    "create table evil (a int)", "create temp table evil (a int)", "create schema evil", "create extension dblink",
    "create view evil as select * from person",
    "create language plpython3u",
    "do $$ begin execute 'create table evil(a int)'; end $$",
    "create trigger evil after insert on audit_entry execute function now()",
    "select * from pg_authid", "select * from pg_shadow", "select * from pg_user_mapping", "select * from pg_statistic",
    "select pg_read_file('/etc/passwd')", "select pg_ls_dir('/')", "select lo_import('/etc/passwd')",
    "copy (select 1) to '/tmp/evil'", "copy (select 1) to program 'true'", "copy person from '/etc/passwd'",
    "select pg_reload_conf()", "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'footfall'", "alter system set log_statement = 'all'",
    "select * from seen_event", "select * from journal_cursor", "select * from job_run",
    "select * from text_epoch", "select * from event_text", "select * from schema_migration", "select * from migration",
    "select grant_dashboard('footfall_web')",
    "update audit_entry set action = 'x'", "delete from audit_entry",
    "insert into one_time_link values ('x', 'set_up', null, now() + interval '1 day')",
    "update one_time_link set expires_at = 'infinity'",
    "delete from organisation", "delete from site", "insert into event select * from event", "update event set site_id = site_id",
    "delete from event", "update session set visitor = visitor", "delete from ledger", "update ledger set count = 0",
    "insert into dictionary values (1, 1, 'x')", "select nextval('event_partition_seq')",
    "comment on table person is 'x'",
    "select setval('organisation_organisation_id_seq', 1)",
    "set row_security = off; select count(*) from person",
    "load 'auto_explain'", "set session_preload_libraries = 'auto_explain'", "set log_statement = 'none'",
    "listen evil; select pg_notify('x', ''); set transaction_read_only = off; set role none; reset role; set role footfall",
])
def test_what_the_login_must_not_do(login, statement, tally):
    """Refused; not just without effect."""
    refused = ask(login, statement)
    assert isinstance(refused, str), f"{statement} went through: {refused}"
    # 42501: no privilege, or row_security. Others: there is no such thing for this login to begin with.
    assert refused in ("42501", "42P01", "42883", "0A000", "42704", "22023", "42710", "58P01", "25001", "55P02", "42P17"), refused
    tally()


def test_reset_role_gives_nothing(login, tally):
    for statement in ("reset role", "reset session authorization", "reset all", "discard all"):
        ask(login, statement)
        assert login.execute("select current_user, session_user").fetchone() == ("footfall_web", "footfall_web")
        tally()


def test_partitions_are_no_way_around(login, tally):
    partitions = [row[0] for row in login.execute("select oid::regclass::text from pg_class where relispartition and relkind = 'r'")]
    assert partitions
    for partition in partitions:
        assert ask(login, f"select * from {partition} limit 1") == "42501", partition
        tally()


def test_every_table_that_it_may_use_has_policies(login, tally):
    without = login.execute(
        "select oid::regclass::text from pg_class where relkind in ('r', 'p') and not relrowsecurity and not relispartition"
        " and relnamespace = (select relnamespace from pg_class where oid = 'event'::regclass)"
        " and has_table_privilege(oid, 'select, insert, update, delete, truncate, references, trigger')").fetchall()
    assert without == []
    tally(len(relations(login)))


def test_without_settings_every_table_is_empty(login, tenants, tally):
    """Not set, set to nothing, and set to what no row has."""
    found = relations(login)
    assert {"person", "site", "event", "organisation", "audit_entry", "secret_key"} <= set(found)
    for settings in (None, {}, {"site": -1, "organisation": -1, "person": -1, "email": "nobody@x.example", "secret": "x"}):
        if settings is not None:
            act_for(login, **settings)
        for relation in found:
            assert login.execute(f"select count(*) from {relation}").fetchone() == (0,), (relation, settings)
            tally()


def test_settings_of_one_tenant_show_nothing_of_another(login, tenants, tally):
    """With every setting of one tenant at once, and each alone; searched for the others' markers in every column."""
    mine, *others = tenants
    full = {"site": mine.sites[0].number, "organisation": mine.organisation, "person": mine.people["owner"].number,
            "email": mine.people["owner"].email, "secret": mine.link_token}
    ways = [full] + [{name: value} for name, value in full.items()]
    seen_own = False
    for settings in ways:
        act_for(login, **settings)
        for relation in relations(login):
            text = str(login.execute(f"select * from {relation}").fetchall())
            seen_own = seen_own or mine.marker in text
            for other in others:
                assert other.marker not in text, (relation, settings)
            tally()
    assert seen_own, "the judge is blind"


def test_settings_of_one_tenant_change_nothing_of_another(login, database, tenants, tally):
    from world import changes, snapshot

    mine, theirs, _ = tenants
    before = snapshot(database, theirs)
    act_for(login, site=mine.sites[0].number, organisation=mine.organisation, person=mine.people["owner"].number,
            email=mine.people["owner"].email, secret=mine.link_token)
    them = {"o": theirs.organisation, "s": theirs.sites[0].number, "p": theirs.people["viewer"].number, "t": theirs.team,
            "mo": mine.organisation, "ms": mine.sites[0].number, "mp": mine.people["owner"].number}
    statements = [
        "update person set password_hash = 'x' where person_id = %(p)s", "delete from person where person_id = %(p)s",
        "update organisation set name = 'x' where organisation_id = %(o)s",
        "update site set organisation_id = %(mo)s where site_id = %(s)s", "update site set is_public = true",
        "update site set organisation_id = %(o)s where site_id = %(ms)s",
        "insert into membership values (%(o)s, %(mp)s, 'owner')", "update membership set role = 'owner' where organisation_id = %(o)s",
        "update membership set organisation_id = %(o)s where person_id = %(mp)s",
        "delete from membership where organisation_id = %(o)s",
        "insert into team (organisation_id, name) values (%(o)s, 'x')", "delete from team where team_id = %(t)s",
        "insert into team_member values (%(t)s, %(mp)s)", "delete from team_member where team_id = %(t)s",
        "insert into site_access (site_id, person_id, role) values (%(s)s, %(mp)s, 'editor')",
        "insert into site_access (site_id, team_id, role) values (%(ms)s, %(t)s, 'editor')",
        "insert into site_access (site_id, person_id, role) values (%(ms)s, %(p)s, 'editor')",
        "delete from site_access where site_id = %(s)s",
        "insert into invitation (organisation_id, role, token_hash, expires_at) values (%(o)s, 'owner', 'x', 'infinity')",
        "delete from invitation where organisation_id = %(o)s",
        "insert into person_session (person_id, token_hash, expires_at) values (%(p)s, 'x', 'infinity')",
        "delete from person_session where person_id = %(p)s",
        "insert into secret_key (key_hash, beginning, organisation_id) values ('x', 'x', %(o)s)",
        "delete from secret_key where organisation_id = %(o)s",
        "insert into shared_link (site_id, name, token) values (%(s)s, 'x', 'x')", "delete from shared_link where site_id = %(s)s",
        "insert into site_key (key, site_id) values ('evil', %(s)s)", "delete from site_key where site_id = %(s)s",
        "insert into goal (site_id, name, definition) values (%(s)s, 'x', '{}')", "delete from goal where site_id = %(s)s",
        "insert into recovery_code values (%(p)s, 'x')", "delete from recovery_code where person_id = %(p)s",
        "insert into audit_entry (organisation_id, person_name, action) values (%(o)s, 'x', 'x')",
        "delete from one_time_link where true",
    ]
    for statement in statements:
        login.execute("begin")
        done = ask(login, statement, *()) if "%(" not in statement else ask_named(login, statement, them)
        # A row of one's own may have changed (all sites to public); that it was another's is what is looked for below.
        login.execute("rollback" if statement == "update site set is_public = true" or isinstance(done, str) else "commit")
        assert isinstance(done, str) or done == 0 or statement == "update site set is_public = true", (statement, done)
        tally()
    assert changes(before, snapshot(database, theirs)) == []


def ask_named(login, query, values):
    try:
        found = login.execute(query, values)
        return found.rowcount
    except psycopg.Error as error:
        return error.sqlstate


def test_oracles_of_errors_tell_no_foreign_row(login, tenants, tally):
    """Conditions that would fail on a row that is not shown are not evaluated on it (leakproof)."""
    mine, theirs, _ = tenants
    act_for(login, organisation=mine.organisation, person=mine.people["owner"].number)
    for table, column in (("person", "email"), ("organisation", "name"), ("site", "domain"), ("secret_key", "name")):
        query = f"select count(*) from {table} where case when {column} like '%{theirs.marker}%' then 1 / (length({column}) - length({column})) = 0 else true end"
        assert ask(login, query) != "22012", table
        tally()


def test_what_functions_tell_is_little(login, tenants, tally):
    """Functions that see past the policies: those that were meant, and no others."""
    # A trigger's function runs for nobody who cannot make a table of his own, which is tried above.
    found = {row[0] for row in login.execute(
        "select proname from pg_proc where prosecdef and prorettype <> 'trigger'::regtype and has_function_privilege(oid, 'execute')"
        " and pronamespace = (select relnamespace from pg_class where oid = 'event'::regclass)")}
    # owned_alone tells only whoever asks about themselves (Tests/Accounts/LeavingTests.swift).
    assert found == {
        "is_member", "organisation_of_site", "organisation_of_team", "site_of_domain", "has_person", "adopt_sites", "owned_alone"}
    unsafe = login.execute(
        "select proname from pg_proc where prosecdef and pronamespace = (select relnamespace from pg_class where oid = 'event'::regclass)"
        " and not coalesce(proconfig::text like '%search_path%', false)").fetchall()
    assert unsafe == []
    tally(len(found))
