import Database
import EventModel
import PluginAPI

/// An event's facts as numbers of sets, one for each thing that facts describe.
struct FactSets {
    private(set) var event: Int64?
    private(set) var device: Int64?
    private(set) var place: Int64?
    private(set) var acquisition: Int64?

    init(
        _ facts: [Property], site: Int32, _ memory: inout LoadMemory, new texts: inout NewTexts
    ) throws(DatabaseError) {
        if facts.isEmpty { return }
        var digests = FactDigests(site: site)
        for fact in facts where fact.name != EncodedHit.engagedFact { digests.add(fact, memory.subject(of: fact)) }
        event = try FactSets.number(of: .event, digests.event, facts, site, &memory, &texts)
        device = try FactSets.number(of: .device, digests.device, facts, site, &memory, &texts)
        place = try FactSets.number(of: .place, digests.place, facts, site, &memory, &texts)
        acquisition = try FactSets.number(of: .acquisition, digests.acquisition, facts, site, &memory, &texts)
    }

    private static func number(
        of subject: Fact.Subject, _ digest: Hasher?, _ facts: [Property], _ site: Int32, _ memory: inout LoadMemory,
        _ texts: inout NewTexts
    ) throws(DatabaseError) -> Int64? {
        guard let digest = digest?.finalize() else { return nil }
        if let number = memory.factNumbers[digest] { return number }
        var set = facts.filter { $0.name != EncodedHit.engagedFact && memory.subject(of: $0) == subject }
        set.sort { $0.name < $1.name }
        let json = String(decoding: try EncodedHit.json(set), as: UTF8.self)
        let key = TextCache.Key(site: site, text: json)
        guard let number = memory.facts.number(of: key) else { return texts.number(ofFacts: key) }
        // Only of sets that are known to be stored: a transaction that fails takes its rows back.
        memory.rememberFacts(digest, number)
        return number
    }
}

/// Tells sets of facts apart without writing them as JSON: a keyed hash over names and values in the order of the chain.
///
/// 64 bits that nobody can predict (Swift seeds them anew in each process): of a million sets two share one with a
/// probability of one in thirty millions.
private struct FactDigests {
    private let site: Int32
    var event: Hasher?
    var device: Hasher?
    var place: Hasher?
    var acquisition: Hasher?

    init(site: Int32) {
        self.site = site
    }

    mutating func add(_ fact: Property, _ subject: Fact.Subject) {
        switch subject {
        case .event: combine(fact, 1, into: &event)
        case .device: combine(fact, 2, into: &device)
        case .place: combine(fact, 3, into: &place)
        case .acquisition: combine(fact, 4, into: &acquisition)
        }
    }

    private func combine(_ fact: Property, _ subject: UInt8, into digest: inout Hasher?) {
        var hasher =
            digest
            ?? {
                var hasher = Hasher()
                hasher.combine(site)
                hasher.combine(subject)
                return hasher
            }()
        hasher.combine(fact.name)
        switch fact.value {
        case .text(let text):
            hasher.combine(0 as UInt8)
            hasher.combine(text)
        case .number(let number):
            hasher.combine(1 as UInt8)
            hasher.combine(number)
        case .flag(let flag):
            hasher.combine(2 as UInt8)
            hasher.combine(flag)
        }
        digest = hasher
    }
}
