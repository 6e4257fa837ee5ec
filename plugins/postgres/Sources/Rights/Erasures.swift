import Database
import EventModel

/// The erasures that are not settled yet: what comes out of a journal now, and was received before somebody asked for its
/// erasure, is not stored any more.
struct Erasures {
    private var open: [Open] = []
    private var sites: [SiteID: Wanted] = [:]

    private struct Open {
        var number: Int32
        var requestedAt: Int64

        func reaches(_ hit: Hit) -> Bool { hit.receivedAt.milliseconds < requestedAt }
    }

    /// Whose events of a site are meant, with places in `open`.
    private struct Wanted {
        var visitors: [VisitorID: Int] = [:]
        var users: [UserID: Int] = [:]
        var periods: [(period: Range<Timestamp>, place: Int)] = []
    }

    /// Reads those that concern some hits: mostly none. To be called with the texts held (`LoadMemory.holdTexts`): whoever
    /// has asked for an erasure waits for those who hold them before anything is looked for.
    init(_ connection: Connection, for hits: [Hit]) throws(DatabaseError) {
        guard var earliest = hits.lazy.map(\.receivedAt.milliseconds).min() else { return }
        // A moment that the database does not know is no reason not to look.
        earliest = min(max(earliest, Partitions.believable.lowerBound), Partitions.believable.upperBound)
        let rows = try connection.query(
            """
            SELECT erasure_id, site_id, requested_at, visitors, user_hash, since, until FROM erasure
            WHERE settled_at IS NULL AND site_id = ANY (\(Set(hits.map(\.site.rawValue)).sorted()))
                AND requested_at > \(timestamp: earliest)
            -- Of two about the same, the one that reaches further comes last, and counts.
            ORDER BY requested_at, erasure_id
            """)
        for row in rows {
            let place = open.count
            open.append(Open(number: try row.value(0), requestedAt: try row.milliseconds(2)))
            let site = SiteID(rawValue: try row.value(1))
            var wanted = sites[site] ?? Wanted()
            for visitor in try row.value(3, as: [Int64]?.self) ?? [] {
                wanted.visitors[VisitorID(rawValue: UInt64(bitPattern: visitor))] = place
            }
            if let user = try row.value(4, as: Int64?.self) {
                wanted.users[UserID(rawValue: UInt64(bitPattern: user))] = place
            }
            if let since = try row.optionalMilliseconds(5), let until = try row.optionalMilliseconds(6), since < until {
                wanted.periods.append((Timestamp(milliseconds: since)..<Timestamp(milliseconds: until), place))
            }
            sites[site] = wanted
        }
    }

    /// What is left of a batch's hits, and what is dropped.
    struct Split {
        /// The hits that are left.
        var hits: [Hit]
        /// What the ledger is told of the others.
        var dropped: [LedgerDelta] = []
        /// Places of the hits in the batch; `nil` where nothing was dropped.
        fileprivate var places: [Int]?
        fileprivate var changes: [Int32: Change] = [:]

        /// The place in the batch of the hit at a place in `hits`.
        func place(of index: Int) -> Int { places?[index] ?? index }

        /// Writes down what the erasures have to know. At the end of a transaction: an erasure at work holds the visitors
        /// when it comes to the same row.
        func note(_ connection: Connection) throws(DatabaseError) {
            for (number, change) in changes.sorted(by: { $0.key < $1.key }) {
                let learned = change.visitors.map { Int64(bitPattern: $0.rawValue) }
                try connection.execute(
                    """
                    UPDATE erasure SET late_events = late_events + \(change.dropped),
                        visitors = CASE WHEN settled_at IS NULL THEN visitors || \(learned) END,
                        invisible_at = CASE WHEN NOT \(change.asksAgain)::boolean OR settled_at IS NOT NULL
                            THEN invisible_at END
                    WHERE erasure_id = \(number)
                    """)
            }
        }
    }

    /// What a batch changes about an erasure.
    fileprivate struct Change {
        var dropped: Int64 = 0
        /// Other pseudonyms of the visitor.
        var visitors: Set<VisitorID> = []
        /// Whether something is in the tables now that has to be erased.
        var asksAgain = false
    }

    /// Takes out the events that are erased already, and those of sites that are gone.
    ///
    /// - Parameter storesVisits: whether the others are stored as events. Then those of a user that belong to a visit are
    ///   stored, too, and erased a moment later: only the visit tells which other events are the user's.
    func split(_ hits: [Hit], _ deleted: DeletedSites, storesVisits: Bool) -> Split {
        if open.isEmpty, deleted.isEmpty { return Split(hits: hits) }
        var known = self
        var split = Split(hits: [], places: [])
        known.learn(from: hits, &split)
        for (place, hit) in hits.enumerated() {
            if deleted.contains(hit.site) {
                split.drop(hit, of: .unknown, reason: DeletedSites.reason)
                continue
            }
            if let match = known.match(hit) {
                guard match.isByUser, storesVisits, hit.makesVisits, hit.visitor != nil else {
                    split.drop(hit, of: hit.site, reason: "erased")
                    split.changes[match.number, default: Change()].dropped += 1
                    continue
                }
                split.changes[match.number, default: Change()].asksAgain = true
            }
            split.hits.append(hit)
            split.places?.append(place)
        }
        return split
    }

    private func match(_ hit: Hit) -> (number: Int32, isByUser: Bool)? {
        guard let wanted = sites[hit.site] else { return nil }
        if let visitor = hit.visitor, let place = wanted.visitors[visitor], open[place].reaches(hit) {
            return (open[place].number, false)
        }
        if let found = wanted.periods.first(where: { $0.period.contains(hit.time) && open[$0.place].reaches(hit) }) {
            return (open[found.place].number, false)
        }
        if let user = hit.user, let place = wanted.users[user], open[place].reaches(hit) {
            return (open[place].number, true)
        }
        return nil
    }

    /// After a change of the identity's period some hits name both pseudonyms of a visitor: who is erased under the one is
    /// erased under the other.
    private mutating func learn(from hits: [Hit], _ split: inout Split) {
        let links = hits.filter { hit in
            hit.visitorBefore != nil && hit.visitor != nil && sites[hit.site].map { !$0.visitors.isEmpty } == true
        }
        var isNew = !links.isEmpty
        while isNew {
            isNew = false
            for hit in links {
                guard let visitor = hit.visitor, let before = hit.visitorBefore else { continue }
                isNew = learn(visitor, from: before, hit.site, &split) || isNew
                isNew = learn(before, from: visitor, hit.site, &split) || isNew
            }
        }
    }

    private mutating func learn(
        _ other: VisitorID, from visitor: VisitorID, _ site: SiteID, _ split: inout Split
    ) -> Bool {
        guard let place = sites[site]?.visitors[visitor], (sites[site]?.visitors[other] ?? -1) < place else {
            return false
        }
        sites[site]?.visitors[other] = place
        split.changes[open[place].number, default: Change()].visitors.insert(other)
        // What it has under that one may be stored already.
        split.changes[open[place].number, default: Change()].asksAgain = true
        return true
    }
}

extension Erasures.Split {
    fileprivate mutating func drop(_ hit: Hit, of site: SiteID, reason: String) {
        dropped.append(LedgerDelta(site: site, receivedAt: hit.receivedAt, outcome: .dropped, reason: reason))
    }
}
