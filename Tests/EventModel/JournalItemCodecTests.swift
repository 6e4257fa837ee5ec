import EventModel
import Testing

@Suite struct JournalItemCodecTests {
    private static func hit(_ change: (inout Hit) -> Void = { _ in }) -> Hit {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        var hit = Hit(site: SiteID(rawValue: 7), id: EventID(.max - 5), name: "pageview", receivedAt: now, time: now)
        change(&hit)
        return hit
    }

    private static let hits: [Hit] = [
        hit(),
        hit { $0.name = "" },
        hit { $0.name = "buy" },
        hit { $0.time = $0.time.advanced(byMilliseconds: -86_400_000) },
        hit { $0.time = Timestamp(milliseconds: .min) },
        hit {
            $0.hostname = "example.com"
            $0.path = "/ü/😀"
            $0.title = String(repeating: "t", count: 1000)
            $0.source = "Google"
            $0.referrerHost = "google.com"
            $0.referrerPath = "/search"
            $0.country = "AT"
            $0.viewportWidth = -1
            $0.visitor = VisitorID(rawValue: .max)
            $0.visitorBefore = VisitorID(rawValue: 0)
            $0.user = UserID(rawValue: .max - 1)
            $0.properties = [
                Property("price", .number(-9.25)), Property("new", .flag(true)), Property("old", .flag(false)),
                Property("", .text("")), Property("nan", .number(.infinity)),
            ]
            $0.facts = [Property("browser", .text("Firefox"))]
        },
        hit { $0.properties = (0..<30).map { Property("p\($0)", .text(String(repeating: "v", count: 2000))) } },
    ]

    @Test(arguments: hits) func aHitComesBackAsItWas(hit: Hit) throws {
        var bytes: [UInt8] = [9, 9]
        JournalItemCodec.append(hit, to: &bytes)
        JournalItemCodec.append(hit, to: &bytes)
        var offset = 2
        #expect(try JournalItemCodec.read(bytes, at: &offset, end: bytes.count) == .hit(hit))
        var skipped = offset
        #expect(try JournalItemCodec.read(bytes, at: &offset, end: bytes.count) == .hit(hit))
        #expect(offset == bytes.count)
        try JournalItemCodec.skip(bytes, at: &skipped, end: bytes.count)
        #expect(skipped == bytes.count)
    }

    @Test func aCountComesBackAsItWas() throws {
        for outcome in LedgerDelta.Outcome.allCases {
            let delta = LedgerDelta(
                site: .unknown, receivedAt: Timestamp(milliseconds: -1), outcome: outcome, reason: "why", count: .max)
            var bytes: [UInt8] = []
            JournalItemCodec.append(delta, to: &bytes)
            var offset = 0
            #expect(try JournalItemCodec.read(bytes, at: &offset, end: bytes.count) == .ledger(delta))
            #expect(delta.dayStart == Timestamp(milliseconds: -86_400_000))
        }
    }

    /// Whatever stands on the disk, reading it ends with an entry or an error, and never beyond the end.
    @Test func noBytesMakeItTrap() {
        var bytes: [UInt8] = []
        for hit in Self.hits { JournalItemCodec.append(hit, to: &bytes) }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var hostile = Array(bytes.prefix(Int.random(in: 0...600, using: &random)))
            for _ in 0..<Int.random(in: 0...8, using: &random) where !hostile.isEmpty {
                hostile[Int.random(in: 0..<hostile.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            var offset = 0
            while offset < hostile.count {
                let before = offset
                guard (try? JournalItemCodec.read(hostile, at: &offset, end: hostile.count)) != nil else { break }
                #expect(offset > before && offset <= hostile.count)
            }
        }
    }

    @Test(arguments: [[0x80, 0x7f], [0x80, 0x80, 0x80, 0x80, 0x80, 1]] as [[UInt8]])
    func aFieldOfANewerVersionIsRefused(present: [UInt8]) {
        var bytes: [UInt8] = []
        JournalItemCodec.append(Self.hit(), to: &bytes)
        // The last byte says which fields are there.
        bytes.removeLast()
        bytes += present
        bytes[1] += UInt8(present.count - 1)
        var offset = 0
        #expect(throws: MalformedItem.self) { try JournalItemCodec.read(bytes, at: &offset, end: bytes.count) }
    }

    @Test func aWidthBeyondItsTypeIsRefused() {
        var bytes: [UInt8] = []
        JournalItemCodec.append(Self.hit { $0.viewportWidth = 1 }, to: &bytes)
        // The last byte is the width; in its place 2³², with its sign as the lowest bit.
        bytes.removeLast()
        bytes += [0x80, 0x80, 0x80, 0x80, 0x20]
        bytes[1] += 4
        var offset = 0
        #expect(throws: MalformedItem.self) { try JournalItemCodec.read(bytes, at: &offset, end: bytes.count) }
    }
}
