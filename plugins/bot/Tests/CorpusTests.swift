import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import BotPlugin

/// How often the plugin is right, measured by user agents alone. The rates are those that were reached: they may not get
/// worse. The words were chosen with these files in sight, so that on others the plugin does a little worse: of 946 programs
/// of device-detector's fixtures that are not in `crawlers.txt` it caught 94.8 %, and 95.8 % with the list.
@Suite struct CorpusTests {
    /// `crawlers.txt` is made of the operator list's own samples: the rate with the list says that the list is read
    /// rightly, not how well it does on other programs.
    private enum Recorded {
        static let crawlers = 0.978
        static let crawlersWithList = 1.0
        static let phones = 0.0022
        static let phonesWithList = 0.0039
        static let desktops = 0.055
    }

    /// The part of the lines that the policy would take for programs by default, and their number.
    private func rate(_ name: String, lists: [String] = []) throws -> Double {
        var settings = Bot.Settings()
        settings.lists = lists
        let plugin = try Bot(settings, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        let lines = try Corpora.lines(name)
        let caught = lines.count { line in
            // As a server's event: the headers of a made-up request would only be in the way.
            plugin.judge(Visitor(userAgent: line, signals: .fromServer)).score >= 50
        }
        let rate = Double(caught) / Double(max(1, lines.count))
        print(
            "bot: \(caught) of \(lines.count) in \(name) with \(lists.count) lists: \((rate * 10_000).rounded() / 100) %"
        )
        return rate
    }

    @Test(.enabled(if: Corpora.has(Corpora.crawlers))) func crawlersAreCaught() throws {
        let rate = try rate(Corpora.crawlers)
        #expect(rate >= 0.94)
        #expect(rate >= Recorded.crawlers)
    }

    @Test(.enabled(if: Corpora.has(Corpora.crawlers, Corpora.list))) func crawlersAreCaughtWithTheOperatorsList() throws
    {
        let rate = try rate(Corpora.crawlers, lists: [try #require(Corpora.path(Corpora.list))])
        #expect(rate >= Recorded.crawlersWithList)
    }

    @Test(.enabled(if: Corpora.has(Corpora.phones))) func peopleWithPhonesAreNotTakenForPrograms() throws {
        let rate = try rate(Corpora.phones)
        #expect(rate <= 0.01)
        #expect(rate <= Recorded.phones)
    }

    @Test(.enabled(if: Corpora.has(Corpora.phones, Corpora.list))) func norAreTheyWithTheOperatorsList() throws {
        let rate = try rate(Corpora.phones, lists: [try #require(Corpora.path(Corpora.list))])
        #expect(rate <= 0.01)
        #expect(rate <= Recorded.phonesWithList)
    }

    @Test(.enabled(if: Corpora.has(Corpora.desktops))) func desktopsAreMostlyPeople() throws {
        #expect(try rate(Corpora.desktops) <= Recorded.desktops)
    }

    @Test(.enabled(if: Corpora.has(Corpora.desktops, Corpora.phones))) func aBotTokenMakesABotOfEveryBrowser() throws {
        let plugin = try Bot(Bot.Settings(), in: PluginChecks.context)
        var random = SeededRandom(4)
        let browsers = try Corpora.lines(Corpora.desktops) + Corpora.lines(Corpora.phones)
        for _ in 0..<2000 {
            let browser = try #require(browsers.randomElement(using: &random))
            let agent = BotToken.add(to: browser, using: &random)
            #expect(plugin.judge(Visitor(userAgent: agent, signals: .fromServer)).score >= 50, "\(agent)")
        }
    }
}

/// What makes a program of a browser.
enum BotToken {
    /// A made-up name that ends in "bot", with a version, somewhere between two words.
    static func add(to browser: String, using random: inout SeededRandom) -> String {
        var name = ""
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            // No u before "bot": CUBOT makes phones.
            name += String("abcdefghiklmnopqrstvwxyz".randomElement(using: &random) ?? "a")
        }
        name += ["bot", "Bot", "BOT"].randomElement(using: &random) ?? "bot"
        name += ["", "/1.0", "/\(Int.random(in: 0...99, using: &random))", ";"].randomElement(using: &random) ?? ""
        var words = browser.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        words.insert(name, at: Int.random(in: 0...words.count, using: &random))
        return words.joined(separator: " ")
    }
}
