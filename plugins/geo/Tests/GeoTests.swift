import Configuration
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import GeoPlugin

@Suite struct GeoTests {
    private static let corpora = Process.environment()["FOOTFALL_CORPORA"] ?? ""
    private static let canMakeDatabases =
        (try? Program("perl")?.run(["-MMaxMind::DB::Writer::Tree", "-e", "1"]).status) == 0

    private func located(
        _ address: String = "", place: EdgePlace = EdgePlace(), _ change: (inout Geo.Settings) -> Void = { _ in }
    ) throws -> Hit {
        var settings = Geo.Settings()
        change(&settings)
        #expect(settings.problems() == [])
        var event = HostileEvents.ordinary(address: address)
        event.hit.facts = []
        event.visitor.place = Sensitive(place)
        let plugin = try Geo(settings, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        try plugin.enrich(&event)
        return event.hit
    }

    private func place(_ country: String, region: String = "", city: String = "") -> EdgePlace {
        var place = EdgePlace()
        (place.country, place.region, place.city) = (country, region, city)
        return place
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(PluginChecks.failures(of: Geo.self, factory: PluginFactory(Geo.self), folder: pluginFolder()) == [])
        var city = Geo.Settings()
        city.precision = .city
        city.trusted_headers = ["CF-IPCountry"]
        for settings in [Geo.Settings(), city] {
            #expect(
                PluginChecks.accessFailures(of: Geo.self, settings: settings) { plugin, event in
                    try? plugin.enrich(&event)
                } == [])
        }
    }

    @Test(arguments: [
        ("AT", "AT"), ("at", "AT"), ("XX", ""), ("T1", ""), ("A1", ""), ("??", ""), ("", ""), ("AUT", ""), ("EU", "EU"),
    ])
    func nginxNamesTheCountry(code: String, country: String) throws {
        #expect(try located(place: place(code)).country == country)
    }

    @Test func lessIsKeptUnlessMoreIsWanted() throws {
        let vienna = place("AT", region: "9", city: "Vienna")
        #expect(try located(place: vienna).facts == [])
        #expect(try located(place: vienna) { $0.precision = .region }.facts == [Property("region", .text("9"))])
        let city = try located(place: vienna) { $0.precision = .city }
        #expect(city.text(ofFact: "city") == "Vienna" && city.text(ofFact: "region") == "9")
        #expect(try located(place: place("AT", region: "no code")) { $0.precision = .region }.facts == [])
        var settings = Geo.Settings()
        settings.precision = .city
        #expect(Geo.strict(settings).precision == .country)
    }

    @Test func aHeaderIsBelievedOnlyWhereItIsTrusted() throws {
        var forged = EdgePlace()
        forged.byHeader = [Property("CF_IPCOUNTRY", .text("CH"))]
        #expect(try located(place: forged).country == "")
        #expect(try located(place: forged) { $0.trusted_headers = ["cf-ipcountry"] }.country == "CH")
        #expect(try located(place: forged) { $0.trusted_headers = ["X-Vercel-IP-Country"] }.country == "")
        forged.country = "AT"
        #expect(
            try located(place: forged) { $0.trusted_headers = ["CF-IPCountry"] }.country == "AT", "nginx knows better")
    }

    @Test func mistakesInSettingsAreNamed() {
        var settings = Geo.Settings()
        settings.providers = ["maxmind"]
        settings.trusted_headers = ["X-Anything"]
        settings.mmdb = "places.mmdb"
        settings.ranges = ["geoip"]
        #expect(settings.problems().map(\.key) == ["providers", "trusted_headers", "mmdb", "ranges"])
    }

    @Test func aFileThatIsNotThereIsAMistake() throws {
        for change: (inout Geo.Settings) -> Void in [
            { $0.mmdb = "/nonexistent/places.mmdb" }, { $0.ranges = ["/nonexistent/geoip"] },
        ] {
            let error = #expect(throws: PluginError.self) { try located("192.0.2.1", change) }
            #expect("\(String(describing: error))".contains("/nonexistent/"))
        }
    }

    @Test(.enabled(if: canMakeDatabases, "needs libmaxmind-db-writer-perl"))
    func aDatabaseKnowsPlaces() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/places.mmdb"
        let script = "\(repositoryFolder)/Tests/MaxMind/make-database.pl"
        #expect(try Program("perl")?.run([script, path]).status == 0)
        let city: (inout Geo.Settings) -> Void = {
            $0.mmdb = path
            $0.precision = .city
        }
        let vienna = try located("192.0.2.1", city)
        #expect(vienna.country == "AT")
        #expect(vienna.text(ofFact: "region") == "9" && vienna.text(ofFact: "city") == "Vienna")
        #expect(try located("198.51.100.200", city).country == "CH", "where it is registered")
        #expect(try located("198.51.100.1", city).country == "", "a continent is no country")
        #expect(try located("2001:db8::7", city).country == "JP")
        let odd = try located("2001:db8:2::1", city)
        #expect(odd.country == "SE" && odd.text(ofFact: "region") == "")
        #expect(odd.text(ofFact: "city").utf8.count <= 100 && !odd.text(ofFact: "city").contains("\n"))
        #expect(try located("", city).country == "")
        // In the order of the providers.
        #expect(try located("192.0.2.1", place: place("FR"), city).country == "FR")
        #expect(
            try located("192.0.2.1", place: place("FR")) {
                city(&$0)
                $0.providers = ["mmdb", "parameter"]
            }.country == "AT")
        let plugin = try Geo(
            {
                var settings = Geo.Settings()
                city(&settings)
                return settings
            }(), in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        #expect(plugin.notes.first?.contains("places of Footfall-Test-City: of 20") ?? false)
        #expect(plugin.notes.first?.contains(", 0 days old") ?? false)
    }

    @Test func rangesAreReadAndTheirAgeIsTold() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/geoip"
        let text = """
            # Generated: Thu, 25 Jun 2026 04:33:59 GMT
            3221225984,3221226239,AT
            3325256704,3325256959,??
            2001:db8::,2001:db8:0:ffff:ffff:ffff:ffff:ffff,CH
            3405803776,3405804031,EU

            """
        _ = try Files.createOnce(path, bytes: Array(text.utf8), mode: 0o600)
        let ranges: (inout Geo.Settings) -> Void = { $0.ranges = [path] }
        for (address, country) in [
            ("192.0.2.0", "AT"), ("192.0.2.255", "AT"), ("192.0.3.0", ""), ("198.51.100.1", ""), ("2001:db8::1", "CH"),
            ("2001:db8:1::", ""), ("203.0.113.9", "EU"), ("::ffff:192.0.2.1", "AT"),
        ] {
            #expect(try located(address, ranges).country == country, "\(address)")
        }
        var settings = Geo.Settings()
        ranges(&settings)
        // 2026-11-25.
        let plugin = Geo(settings, in: PluginChecks.context) { 1_795_564_800 }
        try plugin.start()
        defer { plugin.stop() }
        #expect(plugin.notes == ["countries of \(path) (3 ranges): of 2026-06-25, 153 days old"])
        let late = Geo(settings, in: PluginChecks.context) { 1_795_564_800 + 40 * 86_400 }
        try late.start()
        defer { late.stop() }
        #expect(late.notes.first?.contains("too old to trust") ?? false)
    }

    @Test(arguments: [
        "1,2", "a,b,AT", "5,4,AT", "1,2,AUT", "99999999999,99999999999,AT", "2001:db8::,1,AT", "", "# only\n",
    ])
    func aLineThatIsNoRangeIsNamed(line: String) throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/geoip"
        _ = try Files.createOnce(path, bytes: Array(line.utf8), mode: 0o600)
        #expect(throws: PluginError.self) { try located("192.0.2.1") { $0.ranges = [path] } }
    }

    /// Tor's real files: halving finds what a look at every range finds.
    @Test(.enabled(if: Files.exists("\(corpora)/geoip"), "needs tools/corpora"))
    func theRealFilesAnswerAsTheyStand() throws {
        var random = SeededRandom(4)
        for name in ["geoip", "geoip6"] {
            let path = "\(GeoTests.corpora)/\(name)"
            let ranges = try CountryRanges(reading: path)
            #expect(ranges.count > 200_000)
            #expect(ranges.builtAt == 1_782_345_600, "2026-06-25")
            let lines = try Files.read(path).split(separator: "\n").filter { !$0.hasPrefix("#") }
            for line in (0..<3000).map({ _ in lines[Int.random(in: 0..<lines.count, using: &random)] }) {
                let parts = line.split(separator: ",").map(String.init)
                for text in parts[..<2] {
                    let address = try #require(UInt32(text).map { IPAddress.v4($0) } ?? IPAddress(text))
                    let found = ranges.country(of: address) ?? "??"
                    #expect(found == (Country.code(parts[2]) ?? "??"), "\(line)")
                }
            }
        }
    }

    @Test func hostileEventsDoNotTrap() throws {
        var settings = Geo.Settings()
        settings.precision = .city
        settings.trusted_headers = ["CF-IPCountry"]
        let plugin = try Geo(settings, in: PluginChecks.context)
        for var event in HostileEvents.all { try plugin.enrich(&event) }
    }
}
