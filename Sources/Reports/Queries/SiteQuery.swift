import Database
import EventModel

/// All sites by domain.
func querySites(_ connection: Connection) throws(DatabaseError) -> [Site] {
    let rows = try connection.query(
        """
        SELECT site_id, domain, time_zone, hosts,
            (SELECT key FROM site_key WHERE site_key.site_id = site.site_id ORDER BY created_at, key LIMIT 1),
            retention_months
        FROM site ORDER BY domain
        """)
    var sites: [Site] = []
    for row in rows {
        sites.append(
            Site(
                id: SiteID(rawValue: try row.value(0)), domain: try row.value(1),
                key: try row.value(4, as: String?.self) ?? "", hosts: try row.value(3), timeZone: try row.value(2),
                retentionMonths: try row.value(5)))
    }
    return sites
}
