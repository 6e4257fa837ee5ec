import Cache
import Database
import EventModel
import Platform
import PluginAPI
import Reports
import Synchronization
import TestSupport
import Testing

@testable import PostgresPlugin

/// Whatever happened and whatever is asked: the reports say of stored events what docs/query-api.md says they say.
@Suite struct ReportPropertyTests {
    /// `FOOTFALL_TEST_SEEDS=200` tries more of them, `FOOTFALL_TEST_SEEDS=17-17` one again.
    static let seeds: [UInt64] = {
        let text = Process.environment()["FOOTFALL_TEST_SEEDS"] ?? ""
        let numbers = text.split(separator: "-").compactMap { UInt64($0) }
        if numbers.count == 2, numbers[0] <= numbers[1] { return Array(numbers[0]...numbers[1]) }
        return Array(0..<(numbers.first ?? 12))
    }()

    @Test(arguments: seeds)
    func everyAnswerIsThatOfTheDefinition(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let world = ReportWorld(&random, isSmall: seed % 4 == 0)
        let questions = ReportQuestions(world: world)
        let now = world.now
        let evaluator = ReportEvaluator(world.hits, world.zone, now: now)
        try ReportSite.withTwo(world.zone) { site, other in
            try site.load(world.batches(&random))
            try other.load(world.batches(&random))
            try site.expectVisits(of: world.hits)
            try other.expectVisits(of: world.hits)
            let service = site.service { now }
            var queries: [ReportQuery] = []
            var answers: [ReportAnswer] = []
            for _ in 0..<30 {
                let query = questions.question(after: queries, &random)
                guard let answer = try service.answers([query], of: site.site).first else { continue }
                try Self.compare(answer, evaluator.answer(query), query, seed, "definition")
                queries.append(query)
                answers.append(answer)
            }
            func expectTheSame(_ service: ReportService, _ site: Site, _ what: String) throws {
                for (index, answer) in try service.answers(queries, of: site).enumerated() {
                    try Self.compare(answer, answers[index], queries[index], seed, what)
                }
            }
            try expectTheSame(service, site.site, "all questions together")
            try expectTheSame(other.service { now }, other.site, "another order and other batches")
            if let redis = try RedisAddress(url: Process.environment()["FOOTFALL_TEST_REDIS_URL"] ?? "") {
                // The first one fills Redis, the second one has nothing but that.
                try expectTheSame(site.service(redis: redis) { now }, site.site, "Redis filled")
                try expectTheSame(
                    site.service(memoryBytes: 0, redis: redis) { now }, site.site, "Redis read, no memory")
            }
            let sealer = site.service { now }
            let days = try sealer.seal(limit: 1)
            #expect(try days + sealer.seal(limit: 10_000) > 0)
            #expect(try sealer.seal(limit: 10_000) == 0)
            let sealed = site.service { now }
            try expectTheSame(sealed, site.site, "sealed days")
        }
    }

    @Test(arguments: seeds.filter { $0 % 2 == 0 })
    func aLateEventChangesItsDaysAndNoOthers(seed: UInt64) throws {
        var random = SeededRandom(seed ^ 0xface)
        let world = ReportWorld(&random, isSmall: seed % 4 == 0)
        let questions = ReportQuestions(world: world)
        // Today's numbers may be a moment old: with every event ten seconds go by.
        let clock = TestClock(world.now)
        try ReportSite.withTwo(world.zone) { site, _ in
            try site.load(world.batches(&random))
            let service = site.service { clock.now }
            var hits = world.hits
            let days = (world.days.lowerBound - 1)...(world.days.upperBound + 1)
            let query = ReportQuery(
                metrics: [.visitors, .visits, .pageviews, .events, .visitDuration, .bounceRate], interval: .day,
                range: .dates(LocalDate(number: days.lowerBound), LocalDate(number: days.upperBound)),
                filter: .test(.init(.title, .matches, ["*"])))
            var before = try service.answers([query], of: site.site)
            for _ in 0..<5 {
                clock.advance()
                let late = world.lateHit(&random)
                hits.append(late)
                let evaluator = ReportEvaluator(hits, world.zone, now: clock.now)
                if evaluator.longestVisit > 86_400_000 { break }
                // The days of the visit as it is now, among which are those of all visits that became part of it.
                let touched = evaluator.days(touchedBy: late)
                try site.load([[late]])
                try site.expectVisits(of: hits)
                let counted = service.counters.computed
                let after = try service.answers([query], of: site.site)
                #expect(
                    service.counters.computed - counted == touched.intersection(days).count,
                    "seed \(seed): a late event at \(late.time.milliseconds), days \(touched.sorted())")
                try Self.compare(
                    after[0], evaluator.answer(query), query, seed, "late event at \(late.time.milliseconds)")
                for (offset, rows) in zip(before[0].rows, after[0].rows).enumerated()
                where !touched.contains(days.lowerBound + offset) {
                    #expect(rows.0 == rows.1, "seed \(seed): day \(days.lowerBound + offset) was not touched")
                }
                before = after
                // And whatever else is asked, with what is in memory by now.
                for _ in 0..<3 {
                    let other = questions.question(after: [], &random)
                    guard let answer = try service.answers([other], of: site.site).first else { continue }
                    try Self.compare(answer, evaluator.answer(other), other, seed, "any question after a late event")
                }
            }
        }
    }

    /// Stops at the first difference: the message is long.
    private static func compare(
        _ answer: ReportAnswer, _ expected: ReportAnswer, _ query: ReportQuery, _ seed: UInt64, _ what: String
    ) throws {
        guard let difference = answer.difference(from: expected) else { return }
        try #require(Bool(false), "\(what), FOOTFALL_TEST_SEEDS=\(seed)-\(seed)\n\(query)\n\(difference)")
    }
}

/// A clock that goes on when it is told to.
private final class TestClock: Sendable {
    private let time: Mutex<Int64>

    init(_ now: Int64) { time = Mutex(now) }

    var now: Int64 { time.withLock { $0 } }

    func advance() { time.withLock { $0 += 10_000 } }
}

/// A site in a database, with a store and services.
struct ReportSite {
    let database: TestDatabase
    let site: Site
    private let store: PostgresStore
    private let journal: JournalID

    /// Runs `body` with two sites of one database. Their numbers are no other test's: slices in Redis are named by them.
    static func withTwo(_ zone: TestZone, _ body: (ReportSite, ReportSite) throws -> Void) throws {
        try TestDatabase.with { database in
            let connection = try database.connect()
            let number = Int32.random(in: 1000...Int32.max - 10)
            let rows = try connection.query(
                """
                INSERT INTO site (site_id, domain, time_zone) OVERRIDING SYSTEM VALUE
                VALUES (\(number), 'one.example', \(zone.name)), (\(number + 1), 'other.example', \(zone.name))
                RETURNING site_id
                """)
            var sites: [ReportSite] = []
            for (index, row) in rows.enumerated() {
                let context = PluginContext(
                    id: "postgres", databaseURL: Sensitive(database.url), facts: ReportWorld.facts)
                sites.append(
                    ReportSite(
                        database: database,
                        site: Site(
                            id: SiteID(rawValue: try row.value(0)), domain: "\(index).example", key: "", hosts: [],
                            timeZone: zone.name), store: try PostgresStore(PostgresSettings(), in: context),
                        journal: JournalID(UInt128(index + 1))))
            }
            try body(sites[0], sites[1])
        }
    }

    func load(_ batches: [[Hit]]) throws {
        for batch in batches { try store.append(batch.map(own), to: journal) }
    }

    /// The same event as one of this site.
    private func own(_ hit: Hit) -> Hit {
        var hit = hit
        hit.site = site.id
        return hit
    }

    /// Looks whether the store made the visits of the definition: what reports say of others is no concern of theirs.
    func expectVisits(of hits: [Hit]) throws {
        let stored = try BruteForce.stored(database.connect()).filter { $0.site == site.id.rawValue }
        try #require(stored == BruteForce.visits(of: hits.map(own)))
    }

    /// A service whose caches are empty.
    func service(
        memoryBytes: Int = 32 << 20, redis: RedisAddress? = nil, clock: @escaping @Sendable () -> Int64
    ) -> ReportService {
        ReportService(
            pool: Pool(database.settings, limit: 4), cache: TieredCache(memoryBytes: memoryBytes, redis: redis),
            clock: clock)
    }
}
