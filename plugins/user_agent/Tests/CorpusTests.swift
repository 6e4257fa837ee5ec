import EventModel
import Glibc
import Platform
import Testing

@testable import UserAgentPlugin

/// Collections of user agents that others have judged, where `FOOTFALL_TEST_CORPORA` names their folder. They are not part of
/// the repository.
private enum Corpora {
    static let rules = "/usr/share/uap-core/regexes.yaml"

    static var folder: String? { unsafe getenv("FOOTFALL_TEST_CORPORA").map { unsafe String(cString: $0) } }

    static func has(_ name: String) -> Bool { folder.map { Files.exists("\($0)/\(name)") } ?? false }

    static var hasRules: Bool { Files.exists(rules) && has("user-agents.tsv") && has("systems.tsv") }

    static func lines(_ name: String) throws -> [String] {
        try Files.read("\(folder ?? "")/\(name)").split(separator: "\n").map(String.init)
    }

    /// Family, major version, user agent.
    static func judged(_ name: String) throws -> [(family: String, major: String, userAgent: String)] {
        try lines(name).compactMap { line in
            let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            return parts.count == 3 ? (parts[0], parts[1], parts[2]) : nil
        }
    }
}

/// How many of how many, and the rate that may not fall.
private struct Tally: CustomStringConvertible {
    var right = 0
    var all = 0
    var wrong: [String] = []

    mutating func add(_ isRight: Bool, _ what: @autoclosure () -> String) {
        all += 1
        if isRight { right += 1 } else { wrong.append(what()) }
    }

    var rate: Double { all == 0 ? 0 : Double(right) / Double(all) }

    var description: String { "\(right) of \(all) (\(Double(Int(rate * 10000)) / 100) %)" }
}

@Suite struct CorpusTests {
    /// Right answers as they were recorded; they may not become fewer.
    private enum Recorded {
        static let reported = 218
        static let withLoaders = 222
        static let whole = 222
        static let systems = 448
        static let phones = 0.97
    }

    private func parse(_ userAgent: String) -> ClientFacts {
        ClientFacts(UserAgentParser.parse(userAgent, hints: ClientHints(), touch: false))
    }

    /// The system that we should say for one of uap-core's; "Other" is its word for "unknown".
    private func isRight(_ system: String, _ family: String) -> Bool {
        if family == "Other" { return ["", "Other", "Game console"].contains(system) }
        return system == (UAPNames.systems[family] ?? .other).name
    }

    /// Programs that load something for an app (CFNetwork) are no browsers: the number behind their "Safari" is none.
    private func isBrowser(_ userAgent: String) -> Bool { !userAgent.contains("CFNetwork") }

    @Test(.enabled(if: Corpora.has("user-agents.tsv")))
    func theFamiliesThatWeReportAreFound() throws {
        var families = Tally()
        var reported = Tally()
        var withLoaders = Tally()
        var whole = Tally()
        for (family, major, userAgent) in try Corpora.judged("user-agents.tsv") {
            let facts = parse(userAgent)
            let ours = UAPNames.browsers[family]?.name
            let isRight = facts.browser == ours && facts.browserVersion == major
            whole.add(isRight, "")
            if ours != nil {
                families.add(facts.browser == ours, "\(family), not \(facts.browser): \(userAgent)")
                withLoaders.add(isRight, "")
            }
            if ours != nil, isBrowser(userAgent) {
                reported.add(isRight, "\(family) \(major), not \(facts.browser) \(facts.browserVersion): \(userAgent)")
            }
        }
        print(
            """
            user_agent: families that we report \(families), with the major version \(withLoaders), without CFNetwork, \
            whose numbers are no versions, \(reported), the whole corpus \(whole)
            """)
        for wrong in families.wrong + reported.wrong { print("  \(wrong)") }
        #expect(families.rate >= 0.98)
        #expect(reported.rate >= 0.98)
        #expect(reported.right >= Recorded.reported)
        #expect(withLoaders.right >= Recorded.withLoaders)
        #expect(whole.right >= Recorded.whole)
    }

    @Test(.enabled(if: Corpora.has("systems.tsv")))
    func systemsAreFound() throws {
        var tally = Tally()
        for (family, _, userAgent) in try Corpora.judged("systems.tsv") {
            let system = parse(userAgent).system
            tally.add(isRight(system, family), "\(family), not \(system): \(userAgent)")
        }
        print("user_agent: systems \(tally)")
        for wrong in tally.wrong { print("  \(wrong)") }
        #expect(tally.rate >= 0.97)
        #expect(tally.right >= Recorded.systems)
    }

    @Test(.enabled(if: Corpora.has("phones-and-tablets.txt")))
    func phonesAndTabletsAreFound() throws {
        var browsers = Tally()
        var devices = Tally()
        for userAgent in try Corpora.lines("phones-and-tablets.txt") {
            let facts = parse(userAgent)
            browsers.add(!facts.browser.isEmpty, "")
            devices.add(facts.device == "mobile" || facts.device == "tablet", "")
        }
        print("user_agent: phones and tablets with a browser \(browsers), as phone or tablet \(devices)")
        #expect(browsers.rate >= Recorded.phones)
        #expect(devices.rate >= 0.99)
    }

    @Test(.enabled(if: Corpora.hasRules))
    func theRulesAnswerAsTheirAuthorsDo() throws {
        let rules = try UserAgentRules(try Files.read(Corpora.rules))
        #expect(rules.skipped == [])
        var browsers = Tally()
        for (family, major, userAgent) in try Corpora.judged("user-agents.tsv") {
            let found = rules.browser(userAgent)
            browsers.add(
                (found?.family ?? "Other") == family && (found?.major ?? "") == major,
                "\(family) \(major), not \(found?.family ?? "") \(found?.major ?? ""): \(userAgent)")
        }
        var systems = Tally()
        for (family, major, userAgent) in try Corpora.judged("systems.tsv") {
            let found = rules.system(userAgent)
            systems.add(
                (found?.family ?? "Other") == family && (found?.major ?? "") == major,
                "\(family) \(major), not \(found?.family ?? "") \(found?.major ?? ""): \(userAgent)")
        }
        print("user_agent: rules of uap-core, browsers \(browsers), systems \(systems)")
        for wrong in (browsers.wrong + systems.wrong).prefix(10) { print("  \(wrong)") }
        #expect(browsers.rate >= 0.999)
        #expect(systems.rate >= 0.995)
    }

    @Test(.enabled(if: Corpora.hasRules))
    func theEngineOfRulesKnowsTheFamiliesThatWeReport() throws {
        let engine = RuleEngine(
            try UserAgentRules(try Files.read(Corpora.rules)), cacheEntries: 0, tally: UserAgentTally())
        var browsers = Tally()
        for (family, major, userAgent) in try Corpora.judged("user-agents.tsv") {
            guard let ours = UAPNames.browsers[family], isBrowser(userAgent) else { continue }
            let facts = engine.facts(userAgent, hints: ClientHints(), touch: false)
            browsers.add(
                facts.browser == ours.name && facts.browserVersion == major,
                "\(family) \(major), not \(facts.browser) \(facts.browserVersion): \(userAgent)")
        }
        var systems = Tally()
        for (family, _, userAgent) in try Corpora.judged("systems.tsv") {
            let system = engine.facts(userAgent, hints: ClientHints(), touch: false).system
            systems.add(isRight(system, family), "\(family), not \(system): \(userAgent)")
        }
        print("user_agent: engine of rules, browsers \(browsers), systems \(systems)")
        for wrong in browsers.wrong + systems.wrong { print("  \(wrong)") }
        #expect(browsers.rate >= 0.99)
        #expect(systems.rate >= 0.99)
    }
}
