public import Database
public import EventModel

/// Reads what the gateway needs to know of all sites, calendars and secrets included, in one go.
public struct SnapshotLoader {
    private let connection: Connection

    /// A loader on this connection.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// All sites that have a key, with the local days of their time zones from 70 days ago (the month before
    /// this one is in it from its first day) to 400 days ahead.
    public func load() throws(DatabaseError) -> SiteSnapshot {
        let secrets = try secrets()
        let sites = try SiteStore(connection).list().filter { !$0.key.isEmpty }.map { site in
            var site = site
            site.scriptSecret = secrets[site.id]?.script ?? StoredSecret([])
            return site
        }
        return SiteSnapshot(
            sites: sites, calendars: try calendars(of: Set(sites.map(\.timeZone)).sorted()),
            secretKeys: try SecretKeyStore(connection).sendingKeys(), limitSecret: try limitSecret(),
            userKeys: secrets.mapValues(\.user))
    }

    /// What makes the tokens of each site's script, and the pseudonyms of its users.
    private func secrets() throws(DatabaseError) -> [SiteID: (script: StoredSecret, user: StoredSecret)] {
        var secrets: [SiteID: (script: StoredSecret, user: StoredSecret)] = [:]
        for row in try connection.query("SELECT site_id, script_secret, user_key FROM site") {
            secrets[SiteID(rawValue: try row.value(0))] = (
                StoredSecret(try row.value(1)), StoredSecret(try row.value(2))
            )
        }
        return secrets
    }

    /// What names the buckets of rate limits in Redis.
    private func limitSecret() throws(DatabaseError) -> StoredSecret {
        let rows = try connection.query("SELECT secret FROM gateway_secret WHERE name = 'limits'")
        return StoredSecret(try rows.first?.value(0) ?? [])
    }

    /// A local day begins at the first moment that has its date. That is not always midnight: a clock that is put
    /// forward at midnight skips it, and one that is put back to midnight has it twice, of which `AT TIME ZONE` gives
    /// the second. As `first_moment` has it, which is five times as slow for so many days.
    private func calendars(of zones: [String]) throws(DatabaseError) -> [String: LocalDays] {
        let rows = try connection.query(
            """
            SELECT zone, min(candidate) AS start, day - date '1970-01-01' AS date
            FROM unnest(\(zones)) AS zone
                CROSS JOIN generate_series(-70, 400) AS number
                CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE zone)::date + number AS day) AS local
                CROSS JOIN LATERAL (
                    SELECT (day::timestamp AT TIME ZONE zone) - back AS candidate
                    FROM unnest(ARRAY[interval '0', '30 minutes', '1 hour', '2 hours']) AS back) AS candidates
            WHERE (candidate AT TIME ZONE zone)::date = day
            GROUP BY zone, day
            ORDER BY zone, start
            """)
        var calendars: [String: LocalDays] = [:]
        for row in rows {
            let zone: String = try row.value(0)
            calendars[zone, default: LocalDays(starts: [])].starts.append(
                Timestamp(milliseconds: try row.milliseconds(1)))
            calendars[zone, default: LocalDays(starts: [])].dates.append(try row.value(2))
        }
        return calendars
    }
}
