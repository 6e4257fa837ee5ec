import Database
import EventModel

/// The sites of a batch that were deleted: their events are dropped and counted as nobody's, for there is no ledger left of
/// the site's own.
struct DeletedSites {
    private let deleted: Set<SiteID>

    /// Why the ledger says that events were dropped.
    static let reason = "site_deleted"

    /// Looks for them. To be called with the texts held (`LoadMemory.holdTexts`): who empties a deleted site waits for those
    /// who hold them, and finds everything that came before.
    ///
    /// - Parameter throwsForUnknown: whether an event of a site that never was throws `poison`: somebody has put back an
    ///   older database, or connected another one, and wants the events that are kept as dead letters then.
    init(_ connection: Connection, of batch: Batch, throwsForUnknown: Bool = true) throws(DatabaseError) {
        let ofHits = Set(batch.hits.map(\.site))
        let sites = ofHits.union(batch.ledger.map(\.site)).subtracting([.unknown])
        if sites.isEmpty {
            deleted = []
            return
        }
        let rows = try connection.query(
            """
            SELECT wanted, EXISTS (SELECT FROM deleted_site WHERE site_id = wanted)
            FROM unnest(\(sites.map(\.rawValue).sorted())) AS wanted
            WHERE NOT EXISTS (SELECT FROM site WHERE site_id = wanted) ORDER BY wanted
            """)
        var deleted: Set<SiteID> = []
        for row in rows {
            let site = SiteID(rawValue: try row.value(0))
            if try row.value(1) {
                deleted.insert(site)
            } else if throwsForUnknown, ofHits.contains(site) {
                throw DatabaseError(kind: .poison, message: "site \(site.rawValue) does not exist")
            }
        }
        self.deleted = deleted
    }

    /// Whether there are none.
    var isEmpty: Bool { deleted.isEmpty }

    /// Whether this is one.
    func contains(_ site: SiteID) -> Bool { deleted.contains(site) }

    /// The counts of a batch, those of deleted sites as nobody's.
    func ledger(of batch: Batch) -> [LedgerDelta] {
        if deleted.isEmpty { return batch.ledger }
        return batch.ledger.map { delta in
            var delta = delta
            if deleted.contains(delta.site) { delta.site = .unknown }
            return delta
        }
    }
}
