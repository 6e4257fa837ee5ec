import Cryptography
import Database
import EventModel
import Synchronization

/// Numbers for texts that stand in no dictionary, and the facts behind the numbers of sets. Sets never change under their
/// number, so what was read once is kept, within limits.
final class Vocabulary: Sendable {
    /// The number of the name of a page view.
    static let pageview = ContentHash.sixtyFourBits(of: Hit.pageview)

    private let sets = Mutex<[Key: [String: String]]>([:])
    private let limit: Int

    private struct Key: Hashable {
        var site: Int32
        var number: Int64
    }

    /// Keeps the facts of at most so many sets.
    init(limit: Int = 50_000) {
        self.limit = limit
    }

    /// Forgets the facts.
    func removeAll() {
        sets.withLock { $0 = [:] }
    }

    /// The facts of sets, by number; a set that is gone has none.
    func facts(
        _ connection: Connection, site: SiteID, of numbers: Set<Int64>
    ) throws(DatabaseError) -> [Int64: [String: String]] {
        var known: [Int64: [String: String]] = [:]
        var missing: [Int64] = []
        sets.withLock { sets in
            for number in numbers {
                if let facts = sets[Key(site: site.rawValue, number: number)] {
                    known[number] = facts
                } else {
                    missing.append(number)
                }
            }
        }
        if missing.isEmpty { return known }
        let rows = try connection.query(
            """
            SELECT facts_id, fact.key, fact.value FROM fact_set, jsonb_each_text(facts) AS fact
            WHERE site_id = \(site.rawValue) AND facts_id = ANY (\(missing))
            """)
        var read: [Int64: [String: String]] = [:]
        for row in rows { read[try row.value(0), default: [:]][try row.value(1)] = try row.value(2) }
        let fresh = read
        sets.withLock { sets in
            if sets.count + fresh.count > limit { sets.removeAll() }
            for (number, facts) in fresh { sets[Key(site: site.rawValue, number: number)] = facts }
        }
        known.merge(fresh, uniquingKeysWith: { first, _ in first })
        return known
    }
}

/// The number of a text within a table (FNV-1a, 64 bits): only within one site and one dimension, where nobody gains by a
/// collision. 0 is the empty text.
func textKey(_ text: String) -> Int64 {
    if text.isEmpty { return 0 }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return hash == 0 ? 1 : Int64(bitPattern: hash)
}
