import Database
import EventModel

/// Sites and whose they are, as pages need them.
struct OwnedSiteStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func site(domain: String) throws(DatabaseError) -> OwnedSite? {
        // PostgreSQL knows no text with a zero in it. Domains are lower case, whatever people type.
        guard !domain.utf8.contains(0), domain.utf8.count <= 255 else { return nil }
        return try read("domain = \(domain.lowercased())").first
    }

    func site(_ id: SiteID) throws(DatabaseError) -> OwnedSite? {
        try read("site_id = \(id.rawValue)").first
    }

    /// The number of a site by its domain, for pages that need no sign-in.
    func number(domain: String) throws(DatabaseError) -> Int32? {
        guard !domain.utf8.contains(0), domain.utf8.count <= 255 else { return nil }
        return try connection.query("SELECT site_of_domain(\(domain.lowercased()))")[0].value(0, as: Int32?.self)
    }

    func sites(of organisation: Int32) throws(DatabaseError) -> [OwnedSite] {
        try read("site.organisation_id = \(organisation)")
    }

    private func read(_ condition: SQL) throws(DatabaseError) -> [OwnedSite] {
        var sites: [OwnedSite] = []
        for row in try connection.query(
            """
            SELECT site_id, domain, time_zone, hosts,
                (SELECT key FROM site_key WHERE site_key.site_id = site.site_id ORDER BY created_at, key LIMIT 1),
                site.organisation_id, is_public, least(site.delete_at, organisation.delete_at), embed_hosts, events_per_second, needs_script_token,
                retention_months, organisation.delete_at IS NOT NULL
            FROM site LEFT JOIN organisation USING (organisation_id) WHERE \(condition) ORDER BY domain
            """)
        {
            let site = Site(
                id: SiteID(rawValue: try row.value(0)), domain: try row.value(1),
                key: try row.value(4, as: String?.self) ?? "", hosts: try row.value(3), timeZone: try row.value(2),
                eventsPerSecond: try row.value(9, as: Int32?.self).map { Int($0) },
                needsScriptToken: try row.value(10),
                retentionMonths: try row.value(11, as: Int32?.self).map { Int($0) })
            var owned = OwnedSite(
                site: site, organisation: try row.value(5, as: Int32?.self), isPublic: try row.value(6),
                deleteAt: try row.optionalMilliseconds(7).map { Timestamp(milliseconds: $0) },
                embedHosts: try row.value(8))
            owned.goesWithOrganisation = try row.value(12)
            sites.append(owned)
        }
        return sites
    }

    func setPublic(_ isPublic: Bool, embedHosts: [String], of site: SiteID) throws(DatabaseError) {
        try connection.execute(
            """
            UPDATE site SET is_public = \(isPublic), embed_hosts = \(embedHosts) WHERE site_id = \(site.rawValue)
            """)
    }

    func setDeletion(_ site: SiteID, at moment: Timestamp?) throws(DatabaseError) {
        try connection.execute(
            "UPDATE site SET delete_at = \(timestamp: moment?.milliseconds) WHERE site_id = \(site.rawValue)")
    }

    /// Moves a site. What single people and teams of the organisation before were given ends, and so do its links and
    /// invitations: they are promises of somebody else.
    func move(_ site: SiteID, to organisation: Int32) throws(DatabaseError) {
        try connection.execute("DELETE FROM site_access WHERE site_id = \(site.rawValue)")
        try connection.execute("DELETE FROM shared_link WHERE site_id = \(site.rawValue)")
        try connection.execute("DELETE FROM invitation WHERE site_id = \(site.rawValue)")
        // Keys that were good for this site only are of no more use than none.
        try connection.execute(
            "DELETE FROM secret_key WHERE site_ids = ARRAY[\(site.rawValue)]::integer[]")
        try connection.execute(
            """
            UPDATE secret_key SET site_ids = array_remove(site_ids, \(site.rawValue))
            WHERE \(site.rawValue) = ANY (site_ids)
            """)
        try connection.execute(
            "UPDATE site SET organisation_id = \(organisation) WHERE site_id = \(site.rawValue)")
    }
}
