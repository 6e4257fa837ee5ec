import Database
import EventModel
import Platform
import PluginAPI

/// One batch on its way into the database, in one transaction.
///
/// All loaders do their work in the same order (cursor, visitors, seen events, texts, events, visits, days), and each
/// step goes through its rows in a sorted order: so two loaders may wait for each other, but never in a circle.
struct BatchLoad {
    let batch: Batch
    let store: String
    let connection: Connection

    private enum Outcome {
        case done(StoreReceipt, NewTexts)
        /// Visits were found that other loaders know under these pseudonyms as well.
        case needsLocks(Set<VisitorKey>)
    }

    /// Stores the batch. The memory is changed only after the commit.
    func run(_ memory: inout LoadMemory) throws(DatabaseError) -> StoreReceipt {
        try repeating(batch.hits, &memory) { (memory, extra) throws(DatabaseError) in
            try attempt(&memory, locking: extra)
        }
    }

    /// Stores one hit that was a dead letter, together with what `settle` does in the same transaction. One that comes out
    /// of quarantine was seen when it went there, and is no duplicate for that.
    func revive(
        _ hit: Hit, wasInQuarantine: Bool, _ memory: inout LoadMemory, settle: () throws(DatabaseError) -> Void
    ) throws(DatabaseError) -> StoreReceipt {
        try repeating([hit], &memory) { (memory, extra) throws(DatabaseError) in
            if wasInQuarantine { try SeenEvents(connection: connection).forget(hit) }
            let single = Batch(journal: batch.journal, first: batch.first, hits: [hit])
            let loaded = try load(single, &memory, locking: extra)
            if case .done = loaded { try settle() }
            return loaded
        }
    }

    /// Does the work in a transaction, again with more locks for as long as it asks for them.
    private func repeating(
        _ hits: [Hit], _ memory: inout LoadMemory,
        _ work: (inout LoadMemory, Set<VisitorKey>) throws(DatabaseError) -> Outcome
    ) throws(DatabaseError) -> StoreReceipt {
        try Partitions(connection: connection).ensure(for: hits, &memory)
        var extra: Set<VisitorKey> = []
        while true {
            // Advisory locks are taken in sorted order; to add one later, all are let go of and taken anew.
            switch try connection.transaction({ () throws(DatabaseError) in try work(&memory, extra) }) {
            case .done(let receipt, let texts):
                Failpoint.pass("postgres.after_commit")
                texts.remember(in: &memory)
                return receipt
            case .needsLocks(let more):
                extra.formUnion(more)
            }
        }
    }

    private func attempt(_ memory: inout LoadMemory, locking extra: Set<VisitorKey>) throws(DatabaseError) -> Outcome {
        let cursor = JournalCursor(journal: batch.journal, store: store, connection: connection)
        let position = try cursor.lock(before: batch)
        guard let batch = batch.after(position) else {
            return .done(StoreReceipt(stored: 0, duplicates: 0), NewTexts())
        }
        let loaded = try load(batch, &memory, locking: extra)
        if case .done = loaded {
            try cursor.move(to: batch.last)
            Failpoint.pass("postgres.before_commit")
        }
        return loaded
    }

    /// Writes hits and counts, in the transaction that is open.
    private func load(
        _ batch: Batch, _ memory: inout LoadMemory, locking extra: Set<VisitorKey>
    ) throws(DatabaseError) -> Outcome {
        try memory.holdTexts(connection)
        let deleted = try DeletedSites(connection, of: batch)
        let split = try Erasures(connection, for: batch.hits).split(batch.hits, deleted, storesVisits: true)
        let hits = split.hits

        var visitors = LockedVisitors(connection: connection, extra: extra)
        if let missing = try visitors.lockAndLoad(hits) { return .needsLocks(missing) }

        let accepted = try SeenEvents(connection: connection).accept(hits, &memory)
        var texts = NewTexts()
        var events: [EncodedHit] = []
        var bots: [EncodedHit] = []
        events.reserveCapacity(accepted.count)
        for index in accepted {
            if !hits[index].quarantine.isEmpty {
                try quarantine(hits[index], sequence: batch.sequence(ofHit: split.place(of: index)))
            } else if hits[index].isBot {
                bots.append(try EncodedHit(hits[index], &memory, new: &texts))
            } else {
                events.append(try EncodedHit(hits[index], &memory, new: &texts))
            }
        }
        try texts.insert(connection)

        let merged = visitors.merge(events)
        var sessions = [Int64?](repeating: nil, count: events.count)
        for visit in merged {
            for index in visit.events { sessions[index] = visit.visit.session }
        }
        let table = EventTable(connection: connection)
        try table.insert(events, sessions: sessions, into: .event)
        try table.insert(bots, sessions: [Int64?](repeating: nil, count: bots.count), into: .botEvent)
        try SessionTable(connection: connection).store(merged)
        let bookkeeping = Bookkeeping(connection: connection)
        try bookkeeping.bump(events + bots, merged)
        try bookkeeping.count(hits, accepted: accepted, ended: deleted.ledger(of: batch) + split.dropped)
        try split.note(connection)
        let receipt = StoreReceipt(stored: accepted.count, duplicates: hits.count - accepted.count)
        return .done(receipt, texts)
    }

    /// Sets an event aside until a person has looked at it.
    private func quarantine(_ hit: Hit, sequence: UInt64) throws(DatabaseError) {
        _ = try DeadLetter(hit: hit, reason: "quarantine: \(hit.quarantine)")
            .insert(batch.journal, sequence: sequence, store: store, connection)
    }
}

/// Makes the partitions that hits need, before the transaction that fills them: so no lock on the table is held for
/// the length of a batch.
struct Partitions {
    let connection: Connection

    /// Throws `poison` for a hit whose time is not believable; such a time would make a partition of its own.
    func ensure(for hits: [Hit], _ memory: inout LoadMemory) throws(DatabaseError) {
        let day: Int64 = 86_400_000
        for hit in hits {
            guard Partitions.believable.contains(hit.time.milliseconds) else {
                throw DatabaseError(kind: .poison, message: "time is not a time of this century or the next")
            }
            let age = hit.receivedAt.milliseconds(since: hit.time)
            guard age <= Int64(memory.maximumAgeDays) * day, age >= -day else {
                throw DatabaseError(kind: .poison, message: "time is too far from the time of receipt")
            }
            let month = Partitions.month(hit.time.milliseconds)
            if memory.months.contains(month) { continue }
            try connection.execute(
                """
                SELECT create_event_partition(
                    make_date(\(Int32(clamping: month / 12)), \(Int32(clamping: month % 12 + 1)), 1))
                """)
            memory.months.insert(month)
        }
    }

    /// From 2000 to 2199: outside of it no clock is right, and calendars end.
    static let believable: ClosedRange<Int64> = 946_684_800_000...7_258_118_399_999

    /// Year × 12 + month − 1 of a moment, UTC.
    static func month(_ milliseconds: Int64) -> Int {
        let time = CivilTime(milliseconds: milliseconds)
        return time.year * 12 + time.month - 1
    }

    /// How the names of the partitions of a month end, as in `event_2026_11`.
    static func suffix(_ month: Int) -> String {
        let number = month % 12 + 1
        return "\(month / 12)_\(number < 10 ? "0" : "")\(number)"
    }
}

extension Hit {
    /// Whether it belongs to a visit: neither a program's nor set aside.
    var makesVisits: Bool { !isBot && quarantine.isEmpty }
}
