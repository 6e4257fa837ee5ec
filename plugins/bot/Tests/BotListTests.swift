import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import BotPlugin

@Suite struct BotListTests {
    static func write(_ text: String, in folder: TemporaryFolder, name: String = "list.json") throws -> String {
        let path = "\(folder.path)/\(name)"
        Files.remove(path)
        _ = try Files.createOnce(path, bytes: Array(text.utf8), mode: 0o600)
        return path
    }

    @Test(arguments: [
        ("Googlebot\\/", "Googlebot/"), ("Sogou web", "Sogou web"), ("a\\.b\\-c", "a.b-c"), ("^curl", nil),
        ("[wW]get", nil),
        ("a\\d", nil), ("a.b", nil), ("end\\", nil), ("(a|b)", nil),
    ])
    func plainPatternsAreTexts(pattern: String, text: String?) {
        #expect(BotList.literal(of: pattern) == text)
    }

    @Test func tagsSayTheClass() throws {
        let list = try BotList(
            json: """
                [{"pattern": "Alpha", "tags": ["seo", "ai-crawler"]}, {"pattern": "Beta", "tags": ["monitoring"]},
                 {"pattern": "Gamma", "tags": ["social-preview"]}, {"pattern": "Delta\\\\d", "tags": ["http-library"]},
                 {"pattern": "^Eps", "tags": ["browser-automation"]}, {"pattern": "Zeta"}]
                """)
        let kinds = ["xAlpha", "Beta/1", "Gamma", "Delta7", "Epsilon", "Zeta", "alpha", "Delta", "xEps"].map {
            list.kind(of: $0)
        }
        #expect(kinds == [.ai, .monitor, .preview, .library, .headless, .crawler, nil, nil, nil])
        #expect(list.count == 6)
    }

    @Test func patternsThatCannotBeJoinedStandAlone() throws {
        let list = try BotList(
            json: #"[{"pattern": "(a)\\1z"}, {"pattern": "(?i)quux"}, {"pattern": "(b)\\1z"}, {"pattern": "x[(?]y"}]"#)
        #expect(["aaz", "bbz", "QUUX", "x?y"].allSatisfy { list.kind(of: $0) == .crawler })
        #expect(["abz", "baz", "xy"].allSatisfy { list.kind(of: $0) == nil })
    }

    @Test func entriesThatCannotBeUsedAreLeftOut() throws {
        let list = try BotList(
            json: #"[{"pattern": "("}, {"pattern": "ab"}, {"pattern": ".*x*"}, {"name": "x"}, 7, {"pattern": "good"}]"#)
        #expect(list.count == 1)
        #expect(list.problems.count == 5)
        #expect(list.kind(of: "so good") == .crawler)
        #expect(list.kind(of: Browser.chrome) == nil)
    }

    @Test(arguments: ["", "{", "{}", "7", #"[{"pattern": "("}]"#]) func whatIsNoListIsRefused(text: String) {
        #expect(throws: (any Error).self) { try BotList(json: text) }
    }

    @Test func aListFindsWhatThePluginDoesNotKnow() throws {
        let folder = try TemporaryFolder()
        var settings = Bot.Settings()
        settings.lists = [try BotListTests.write(#"[{"pattern": "Quietly", "tags": ["ai-crawler"]}]"#, in: folder)]
        let plugin = try Bot(settings, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        let judgement = plugin.judge(Browser.visitor(Browser.firefox + " Quietly/1.0"))
        #expect(judgement.score == 90)
        #expect(judgement.strongest == Finding(kind: .ai, reason: .listed))
        // The list knows it better than the word.
        #expect(plugin.judge(Browser.visitor(Browser.firefox + " QuietlyBot/1.0")).strongest?.kind == .ai)
        #expect(plugin.notes == ["\(settings.lists[0]): 1 patterns, 0 days old"])
    }

    @Test func theOperatorTakesBackWhatAListSays() throws {
        let folder = try TemporaryFolder()
        var settings = Bot.Settings()
        settings.lists = [try BotListTests.write(#"[{"pattern": "AP3A"}]"#, in: folder)]
        for (extra, score) in [([:], 90), (["AP3A": "person"], 0)] as [([String: String], Int)] {
            settings.extra = extra
            let plugin = try Bot(settings, in: PluginChecks.context)
            try plugin.start()
            defer { plugin.stop() }
            #expect(plugin.judge(Browser.visitor(Browser.firefox + " AP3A.1")).score == score)
        }
    }

    @Test func aFileThatIsNotThereStopsTheStart() throws {
        var settings = Bot.Settings()
        settings.networks = ["/nowhere/clouds.txt"]
        let plugin = try Bot(settings, in: PluginChecks.context)
        #expect(throws: PluginError.self) { try plugin.start() }
        plugin.stop()
    }

    @Test func networksAreOneALine() throws {
        let networks = try NetworkList.read("# clouds\n192.0.2.0/24 # one\r\n\n  2001:db8::/32\n198.51.100.7")
        #expect(networks.count == 3)
        for (text, isInside) in [("192.0.2.9", true), ("2001:db8::1", true), ("198.51.100.8", false)] {
            #expect(networks.contains(try #require(IPAddress(text))) == isInside)
        }
        #expect(throws: NetworkList.BadLine.self) { try NetworkList.read("192.0.2.0/24\nAWS 192.0.2.0/24") }
        #expect(throws: NetworkList.BadLine.self) { try NetworkList.read("192.0.2.0/24 192.0.3.0/24") }
    }

    @Test func anAddressInAListedNetworkIsADataCentres() throws {
        let folder = try TemporaryFolder()
        var settings = Bot.Settings()
        settings.networks = [try BotListTests.write("203.0.113.0/24\n", in: folder, name: "clouds.txt")]
        #expect(Bot.declaration(for: settings).reads.contains(.address))
        let plugin = try Bot(settings, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        #expect(plugin.judge(Browser.visitor(Browser.firefox, address: "203.0.113.5")).score == 30)
        #expect(plugin.judge(Browser.visitor(Browser.firefox)).score == 0)
        #expect(plugin.judge(Browser.visitor(Browser.firefox, address: "203.0.113.5", signals: .fromServer)).score == 0)
    }
}
