import Database
import EventModel

/// Finds sites, and whose they are.
struct SiteReader {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func site(domain: String) throws(DatabaseError) -> OwnedSite? {
        guard SiteReader.canBeDomain(domain) else { return nil }
        return try read("domain = \(domain.lowercased())").first
    }

    func site(_ id: SiteID) throws(DatabaseError) -> OwnedSite? {
        try read("site_id = \(id.rawValue)").first
    }

    /// The number of a site by its domain, for pages that need no sign-in.
    func number(domain: String) throws(DatabaseError) -> SiteID? {
        guard SiteReader.canBeDomain(domain) else { return nil }
        return try connection.query("SELECT site_of_domain(\(domain.lowercased()))")[0].value(0, as: Int32?.self)
            .map { SiteID(rawValue: $0) }
    }

    func sites(of organisation: Int32) throws(DatabaseError) -> [OwnedSite] {
        try read("site.organisation_id = \(organisation)")
    }

    /// All sites by domain, as far as they are shown to this connection.
    func all() throws(DatabaseError) -> [OwnedSite] { try read("true") }

    /// PostgreSQL knows no text with a zero in it. Domains are lower case, whatever people type.
    private static func canBeDomain(_ text: String) -> Bool { !text.utf8.contains(0) && text.utf8.count <= 255 }

    /// A site's oldest key is the one that its pages carry; a site without any cannot receive events. Of secrets none is
    /// read here.
    private func read(_ condition: SQL) throws(DatabaseError) -> [OwnedSite] {
        var sites: [OwnedSite] = []
        for row in try connection.query(
            prepared:
                """
                SELECT site_id, domain, time_zone, hosts,
                    (SELECT key FROM site_key WHERE site_key.site_id = site.site_id ORDER BY created_at, key LIMIT 1),
                    ack, events_per_second, needs_script_token, retention_months,
                    site.organisation_id, is_public, least(site.delete_at, organisation.delete_at),
                    organisation.delete_at IS NOT NULL, embed_hosts
                FROM site LEFT JOIN organisation USING (organisation_id) WHERE \(condition) ORDER BY domain
                """)
        {
            let site = Site(
                id: SiteID(rawValue: try row.value(0)), domain: try row.value(1),
                key: try row.value(4, as: String?.self) ?? "", hosts: try row.value(3), timeZone: try row.value(2),
                ack: try row.value(5, as: String?.self).flatMap { AckLevel(rawValue: $0) },
                eventsPerSecond: try row.value(6, as: Int32?.self).map { Int($0) },
                needsScriptToken: try row.value(7),
                retentionMonths: try row.value(8, as: Int32?.self).map { Int($0) })
            var owned = OwnedSite(
                site: site, organisation: try row.value(9, as: Int32?.self), isPublic: try row.value(10),
                deleteAt: try row.optionalMilliseconds(11).map { Timestamp(milliseconds: $0) },
                embedHosts: try row.value(13))
            owned.goesWithOrganisation = try row.value(12)
            sites.append(owned)
        }
        return sites
    }
}
