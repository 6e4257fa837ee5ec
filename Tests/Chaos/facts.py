"""Reads from the database what the checker compares."""

from checker import Facts

# The id as the driver writes it.
ID = "replace({}event_id::text, '-', '')"


def read(connection, sites):
    """`connection` is the administrator's, because faults take rights away from the gateway's role. `sites` are domains
    by id: a fault may have deleted a site."""

    def rows(query):
        return connection.execute(query, {"sites": list(sites)}).fetchall()

    def one(query):
        return rows(query)[0]

    facts = Facts()
    facts.rows = [
        (id, sites[site], path, name, has_visitor)
        for id, site, path, name, has_visitor in rows(
            f"select {ID.format('')}, site_id, path, name, visitor is not null from event_text"
            " where site_id = any(%(sites)s)"
        )
    ]
    facts.dead = rows(f"select {ID.format('')}, reason from dead_letter where site_id = any(%(sites)s)")
    facts.ledger = {
        outcome: int(count)
        for outcome, count in rows("select outcome, sum(count) from ledger where site_id = any(%(sites)s) group by 1")
    }
    facts.orphans = one("select coalesce(sum(count), 0)::int from ledger where reason = 'site_deleted'")[0]
    facts.session_pageviews, facts.session_events = one(
        "select coalesce(sum(pageviews), 0)::int, coalesce(sum(events), 0)::int from session where site_id = any(%(sites)s)"
    )
    facts.broken_visits = [
        f"event {id} of visitor {visitor} has the visit {session}, which does not exist"
        for id, visitor, session in rows(
            f"select {ID.format('e.')}, e.visitor, e.session_id from event e left join session s"
            " on s.site_id = e.site_id and s.session_id = e.session_id"
            " where e.site_id = any(%(sites)s) and e.visitor is not null and s.session_id is null limit 3"
        )
    ] + [
        f"visitor {visitor} of site {site} has {count} visits within half an hour of each other"
        for site, visitor, count in rows(
            "select site_id, visitor, count(*) from (select site_id, visitor, started_at - lag(last_at) over"
            " (partition by site_id, visitor order by started_at) as gap from session where site_id = any(%(sites)s)) g"
            " where gap <= interval '30 minutes' group by 1, 2 limit 3"
        )
    ]
    return facts
