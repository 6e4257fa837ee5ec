import Database

extension Job {
    /// Deletes what was deleted and not taken back in time: organisations and sites, with all that was kept for them; and
    /// what has run out: sessions, invitations, links.
    ///
    /// Events go in small batches, so that loading goes on beside it. Those that arrive for a site that is gone, out of a
    /// journal that was not loaded yet, go with the next run: the ledger still names the site.
    public static let expireAccounts = Job(name: "expire_accounts", intervalSeconds: 3600) {
        (connection) throws(DatabaseError) in
        try connection.execute("DELETE FROM person_session WHERE expires_at < now()")
        try connection.execute("DELETE FROM invitation WHERE expires_at < now()")
        try connection.execute("DELETE FROM one_time_link WHERE expires_at < now()")
        let sites = try connection.query(
            """
            SELECT site_id FROM site LEFT JOIN organisation USING (organisation_id)
            WHERE site.delete_at < now() OR organisation.delete_at < now()
            UNION
            SELECT DISTINCT site_id FROM ledger WHERE site_id > 0 AND NOT EXISTS (
                SELECT FROM site WHERE site.site_id = ledger.site_id)
            """)
        var deleted = 0
        for row in sites {
            try deleteSite(try row.value(0), connection)
            deleted += 1
        }
        let organisations = try connection.execute("DELETE FROM organisation WHERE delete_at < now()")
        if deleted == 0, organisations == 0 { return nil }
        return "deleted \(deleted) sites and \(organisations) organisations whose days of grace are over"
    }

    private static func deleteSite(_ site: Int32, _ connection: Connection) throws(DatabaseError) {
        // First the site itself: from then on the gateway takes no more events for it.
        try connection.execute("DELETE FROM site WHERE site_id = \(site)")
        let tables: [SQL] = [
            "event", "bot_event", "session", "day_visits", "day_stat", "site_day", "dead_letter", "seen_event",
            "dictionary",
            "fact_set",
        ]
        for table in tables {
            while true {
                let deleted = try connection.execute(
                    """
                    DELETE FROM \(table) WHERE site_id = \(site) AND (tableoid, ctid) IN (
                        SELECT tableoid, ctid FROM \(table) WHERE site_id = \(site) LIMIT \(batchSize))
                    """)
                if deleted < batchSize { break }
            }
        }
        // Last: it is what brings an unfinished run back here.
        try connection.execute("DELETE FROM ledger WHERE site_id = \(site)")
    }
}
