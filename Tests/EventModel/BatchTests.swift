import EventModel
import Testing

@Suite struct BatchTests {
    private func hit(_ number: UInt128) -> Hit {
        let now = Timestamp(milliseconds: 0)
        return Hit(site: SiteID(rawValue: 1), id: EventID(number), name: "x", receivedAt: now, time: now)
    }

    private let delta = LedgerDelta(
        site: SiteID(rawValue: 1), receivedAt: Timestamp(milliseconds: 0), outcome: .dropped, reason: "why")

    /// Numbers 10, 11, 13, 14 (12 is missing), of which 11 is a count.
    private var batch: Batch {
        var batch = Batch(journal: JournalID(1), first: 10, last: 10)
        batch.append(.hit(hit(10)), sequence: 10)
        batch.append(.ledger(delta), sequence: 11)
        batch.append(.hit(hit(13)), sequence: 13)
        batch.append(.hit(hit(14)), sequence: 14)
        batch.extend(through: 14)
        return batch
    }

    @Test func whatLiesBehindAPositionIsLeft() throws {
        #expect(batch.after(9)?.count == 4)
        let rest = try #require(batch.after(11))
        #expect(rest.first == 12)
        #expect(rest.hits == [hit(13), hit(14)])
        #expect(rest.ledger.isEmpty)
        #expect(rest.sequence(ofHit: 0) == 13)
        #expect(batch.after(14) == nil)
        #expect(batch.after(100) == nil)
    }

    /// Numbers are left out at every start of a gateway, by far more than 32 bits hold.
    @Test func numbersMayBeFarApart() throws {
        var batch = Batch(journal: JournalID(1), first: 1, last: 1)
        for number in [1 << 60, 1 << 60 + 1, 1 << 60 + 2] as [UInt64] {
            batch.append(.hit(hit(UInt128(number))), sequence: number)
        }
        batch.extend(through: 1 << 60 + 2)
        let (first, second) = try #require(batch.halves())
        #expect(first.hits.count == 1 && second.hits.count == 2)
        #expect(second.sequence(ofHit: 1) == 1 << 60 + 2)
        #expect(batch.after(1 << 60)?.hits.count == 2)
        let (third, fourth) = try #require(second.halves())
        #expect(third.halves() == nil && fourth.halves() == nil)
    }

    @Test func halvesAreTheWhole() throws {
        func split(_ batch: Batch) -> [Batch] {
            guard let (first, second) = batch.halves() else { return [batch] }
            #expect(first.first == batch.first && first.last + 1 == second.first && second.last == batch.last)
            return split(first) + split(second)
        }
        let parts = split(batch)
        #expect(parts.map(\.count) == [1, 1, 1, 1])
        #expect(parts.flatMap(\.hits) == batch.hits)
        #expect(parts.flatMap(\.ledger) == batch.ledger)
        #expect(parts.flatMap { part in part.hits.indices.map { part.sequence(ofHit: $0) } } == [10, 13, 14])
    }

    /// Behind a segment that cannot be read the journal goes on 2³² numbers further.
    @Test func numbersFarBehindTheFirstStayWhatTheyAre() throws {
        let far: UInt64 = 11 + 1 << 32
        var batch = Batch(journal: JournalID(1), first: 10, last: 10)
        batch.append(.hit(hit(1)), sequence: 10)
        batch.append(.hit(hit(2)), sequence: far)
        batch.append(.hit(hit(3)), sequence: far + 1)
        batch.extend(through: far + 1)
        #expect(batch.hits.indices.map { batch.sequence(ofHit: $0) } == [10, far, far + 1])
        #expect(batch.after(far)?.hits == [hit(3)])
        let (first, second) = try #require(batch.halves())
        #expect(first.hits == [hit(1)] && second.hits == [hit(2), hit(3)])
        #expect(second.halves()?.0.hits == [hit(2)])
    }
}
