import Database

extension Job {
    /// Deletes what was deleted and not taken back in time: organisations and sites, with all that was kept for them; and
    /// what has run out: sessions, invitations, links.
    ///
    /// - Parameter now: the moment, in milliseconds since 1970.
    static func expireAccounts(now: @escaping @Sendable () -> Int64) -> Job {
        Job(name: "expire_accounts", intervalSeconds: 3600) { (connection) throws(DatabaseError) in
            let moment = now()
            for table in ["person_session", "invitation", "one_time_link"] as [SQL] {
                try connection.execute("DELETE FROM \(table) WHERE expires_at < \(timestamp: moment)")
            }
            // Whether the time is over is asked in the statement that deletes: somebody may take it back at this moment.
            var sites = try connection.execute("DELETE FROM site WHERE delete_at < \(timestamp: moment)")
            let organisations = try connection.execute(
                "DELETE FROM organisation WHERE delete_at < \(timestamp: moment)")
            // With an organisation go its sites, and a run before may not have come to its end.
            let emptied = try DeletedSite.all(connection)
            for site in emptied { try site.empty(at: moment) }
            sites = max(sites, emptied.count)
            if sites == 0, organisations == 0 { return nil }
            return "deleted \(sites) sites and \(organisations) organisations whose days of grace are over"
        }
    }
}

/// A site that is gone, and of which there are events still.
private struct DeletedSite {
    let connection: Connection
    let number: Int32

    static func all(_ connection: Connection) throws(DatabaseError) -> [DeletedSite] {
        let rows = try connection.query("SELECT site_id FROM deleted_site WHERE emptied_at IS NULL ORDER BY site_id")
        var sites: [DeletedSite] = []
        for row in rows { sites.append(DeletedSite(connection: connection, number: try row.value(0))) }
        return sites
    }

    /// Deletes all that was kept for it, in small batches, so that loading goes on beside it.
    func empty(at moment: Int64) throws(DatabaseError) {
        // Batches that were being loaded when the site was there end first; those that begin now drop its events.
        try connection.transaction { () throws(DatabaseError) in
            try connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('footfall texts', 0))")
        }
        for table in ["event", "bot_event"] as [SQL] { try deleteEvents(table) }
        try deleteAlong("visitor", in: "session")
        try deleteAlong("text_id", in: "dictionary")
        try deleteAlong("facts_id", in: "fact_set")
        try deleteAlong("dead_letter_id", in: "dead_letter")
        // A row or some for each day; the days first, which whoever seals one holds. The ids of events go within 48 hours by
        // themselves.
        for table in ["site_day", "day_visits", "day_stat", "ledger"] as [SQL] {
            try connection.execute("DELETE FROM \(table) WHERE site_id = \(number)")
        }
        try connection.execute(
            "UPDATE deleted_site SET emptied_at = \(timestamp: moment) WHERE site_id = \(number)")
    }

    /// Each batch begins where the one before ended: whoever begins at the first row every time goes through all those that
    /// are deleted already.
    private func deleteEvents(_ table: SQL) throws(DatabaseError) {
        var from: SQL = "'-infinity'"
        while true {
            let rows = try connection.query(
                """
                SELECT max("time") FROM (
                    SELECT "time" FROM \(table) WHERE site_id = \(number) AND "time" >= \(from)
                    ORDER BY "time" LIMIT \(Job.batchSize)) AS next
                """)
            guard let last = try rows[0].optionalMilliseconds(0) else { return }
            try connection.execute(
                """
                DELETE FROM \(table)
                WHERE site_id = \(number) AND "time" >= \(from) AND "time" < \(timestamp: last + 1)
                """)
            from = "\(timestamp: last + 1)"
        }
    }

    /// The same along a number that stands behind the site in an index.
    private func deleteAlong(_ column: SQL, in table: SQL) throws(DatabaseError) {
        var last: Int64?
        while true {
            let rest: SQL = if let last { "\(column) > \(last)" } else { "true" }
            let rows = try connection.query(
                """
                SELECT max(\(column)) FROM (
                    SELECT \(column) FROM \(table) WHERE site_id = \(number) AND \(rest)
                    ORDER BY \(column) LIMIT \(Job.batchSize)) AS next
                """)
            guard let end = try rows[0].value(0, as: Int64?.self) else { return }
            try connection.execute(
                "DELETE FROM \(table) WHERE site_id = \(number) AND \(rest) AND \(column) <= \(end)")
            last = end
        }
    }
}
