"""Shows, on the data of a good round, that the checker would have seen what it is there to see.

Each change is made in the database, looked at by the same code as every round, and rolled back.
"""

from checker import check
from facts import read

# What is done to the rows of the sites, and what the checker has to say about it.
DAMAGES = [
    (
        "acknowledged and lost",
        "delete from event where event_id = (select event_id from event where site_id = any(%(sites)s) limit 1)",
    ),
    (
        "stored twice",
        "insert into event select * from event where site_id = any(%(sites)s) limit 1",
    ),
    (
        "stored and never sent",
        'insert into event ("time", event_id, name_id, site_id, received_after)'
        ' select "time", gen_random_uuid(), name_id, site_id, 0 from event where site_id = any(%(sites)s) limit 1',
    ),
    (
        "stored as something else",
        "update event set path_id = name_id where event_id ="
        " (select event_id from event where site_id = any(%(sites)s) limit 1)",
    ),
    ("ledger: ", "update ledger set count = count + 1 where outcome = 'stored' and site_id = any(%(sites)s)"),
    (
        "dead and never sent",
        "insert into dead_letter (journal, sequence, event_id, site_id, store, reason, hit)"
        " select gen_random_uuid(), 1, gen_random_uuid(), (%(sites)s)[1], 'postgres', 'made up', ''",
    ),
    (
        "visits: ",
        "update session set pageviews = pageviews + 1 where session_id ="
        " (select session_id from session where site_id = any(%(sites)s) limit 1)",
    ),
]


def unseen(round):
    """Damages that the checker does not notice; none, if it is worth anything."""
    with round.stack.admin() as database:
        before = check(round.history, read(database, round.sites))
        blind = [] if before.is_good else [f"the round itself: {before.violations[0]}"]
        for expected, statement in DAMAGES:
            with database.transaction(force_rollback=True):
                changed = database.execute(statement, {"sites": list(round.sites)}).rowcount
                verdict = check(round.history, read(database, round.sites))
            if not changed or not any(text.startswith(expected) for text in verdict.violations):
                blind.append(f"{expected!r} was not noticed after {changed} changed rows: {verdict.violations}")
    return blind
