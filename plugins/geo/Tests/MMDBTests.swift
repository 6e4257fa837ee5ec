import EventModel
import MaxMind
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import GeoPlugin

/// A database that the script of the room MaxMind's tests writes.
enum MadeDatabase {
    static let canBeMade =
        (try? Program("perl")?.run(["-MMaxMind::DB::Writer::Tree", "-e", "1"]).status) == 0
    static let advice: Comment =
        "Perl's MaxMind::DB::Writer is not installed: apt-get install libmaxmind-db-writer-perl"

    struct Failure: Error {}

    static func make(_ path: String, _ options: String...) throws {
        let script = "\(repositoryFolder)/Tests/MaxMind/make-database.pl"
        guard try Program("perl")?.run([script, path] + options).status == 0 else { throw Failure() }
    }
}

@Suite(.enabled(if: MadeDatabase.canBeMade, MadeDatabase.advice)) struct MMDBTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/places.mmdb" }

    init() throws {
        folder = try TemporaryFolder()
        try MadeDatabase.make(path)
    }

    private func started(_ change: (inout GeoSettings) -> Void = { _ in }) throws -> Geo {
        let plugin = try Geo(
            geoSettings {
                $0.mmdb = path
                $0.precision = .city
                change(&$0)
            }, in: PluginChecks.context)
        try plugin.start()
        return plugin
    }

    private func texts(_ plugin: Geo, _ event: Event) throws -> [String] {
        var event = event
        try plugin.enrich(&event)
        return [event.hit.country, event.hit.text(ofFact: "region"), event.hit.text(ofFact: "city")]
    }

    @Test(arguments: [
        ("192.0.2.1", ["AT", "AT-9", "Vienna"]), ("::ffff:192.0.2.1", ["AT", "AT-9", "Vienna"]),
        ("192.0.2.200", ["DE", "", ""]), ("198.51.100.1", ["", "", ""]), ("198.51.100.200", ["CH", "", ""]),
        ("203.0.113.1", ["EU", "", ""]), ("203.0.113.200", ["", "", ""]), ("10.0.0.1", ["", "", ""]),
        ("2001:db8::1", ["JP", "JP-13", "A city whose name is far too long for a small text"]),
        ("2001:db8:1::1", ["NO", "", ""]), ("2001:db8:9::1", ["", "", ""]), ("nowhere", ["", "", ""]),
    ])
    func addressesHaveTheirPlaces(address: String, expected: [String]) throws {
        let plugin = try started()
        defer { plugin.stop() }
        #expect(try texts(plugin, event(from: address)) == expected)
    }

    @Test func whatADatabaseSaysIsMadeFitToKeep() throws {
        let plugin = try started()
        defer { plugin.stop() }
        let texts = try texts(plugin, event(from: "2001:db8:2::1"))
        #expect(texts[0] == "SE")
        #expect(texts[1] == "")
        #expect(texts[2].utf8.count <= 110)
        #expect(texts[2].hasPrefix("two lines"))
    }

    @Test func providersAreAskedInTheirOrder() throws {
        var place = EdgePlace()
        place.country = "US"
        let ours = event(from: "192.0.2.1", place: place)
        let unlisted = event(from: "10.0.0.1", place: place)
        let first = try started()
        defer { first.stop() }
        #expect(try texts(first, ours) == ["US", "", ""])
        let last = try started { $0.providers = [.mmdb, .parameter] }
        defer { last.stop() }
        #expect(try texts(last, ours) == ["AT", "AT-9", "Vienna"])
        #expect(try texts(last, unlisted) == ["US", "", ""])
        let alone = try started { $0.providers = [.mmdb] }
        defer { alone.stop() }
        #expect(try texts(alone, unlisted) == ["", "", ""])
        #expect(last.counts.filter { $0.count > 0 } == [PluginCount("parameter", 1), PluginCount("mmdb", 1)])
        #expect(last.notes.count == 1)
        #expect(last.notes[0].contains("(Footfall-Test-City): country data of 20"))
        #expect(last.notes[0].hasSuffix(" 0 days old"))
    }

    @Test func aFileThatIsReplacedIsReadAgain() throws {
        let database = try #require(Geo(geoSettings { $0.mmdb = path }, in: PluginChecks.context).database)
        try database.start()
        defer { database.stop() }
        let old = try #require(database.value)
        try MadeDatabase.make("\(folder.path)/next", "--first-country", "CH", "--record-size", "32")
        _ = try Program("mv")?.run(["\(folder.path)/next", path])
        #expect(database.look())
        #expect(!database.look())
        let address = try #require(IPAddress("192.0.2.1"))
        #expect(database.value?.text(for: address, at: .init("country", "iso_code")) == "CH")
        #expect(
            old.text(for: address, at: .init("country", "iso_code")) == "AT", "who still has the old one may use it")
        Files.remove(path)
        try Files.append(path, bytes: Array("no database".utf8), mode: 0o600)
        #expect(!database.look())
        #expect(database.value?.text(for: address, at: .init("country", "iso_code")) == "CH")
    }

    @Test func hostileEventsDoNotTrap() throws {
        let settings = geoSettings {
            $0.mmdb = path
            $0.precision = .city
            $0.trustedHeaders = EdgePlace.headers
        }
        #expect(
            PluginChecks.accessFailures(of: Geo.self, settings: settings) { plugin, event in
                try? plugin.enrich(&event)
            } == [])
        let plugin = try started { $0.trustedHeaders = EdgePlace.headers }
        defer { plugin.stop() }
        for event in HostileEvents.all {
            var event = event
            try plugin.enrich(&event)
            #expect(event.hit.country.isEmpty || event.hit.country.utf8.count == 2)
        }
    }
}
