import Configuration
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import GeoPlugin

/// The defaults with a change.
func geoSettings(_ change: (inout GeoSettings) -> Void) -> GeoSettings {
    var settings = GeoSettings()
    change(&settings)
    return settings
}

/// An event that nginx and edges say nothing about, from an address.
func event(from address: String, place: EdgePlace = EdgePlace()) -> Event {
    var event = HostileEvents.ordinary(address: address)
    event.visitor.place = Sensitive(place)
    return event
}

@Suite struct GeoTests {
    private func place(_ change: (inout EdgePlace) -> Void) -> EdgePlace {
        var place = EdgePlace()
        change(&place)
        return place
    }

    private func enriched(_ settings: GeoSettings, _ event: Event) throws -> Hit {
        var event = event
        try Geo(settings, in: PluginChecks.context).enrich(&event)
        return event.hit
    }

    @Test(arguments: GeoSettings.Precision.allCases)
    func passesTheChecksOfEveryPlugin(precision: GeoSettings.Precision) {
        #expect(PluginChecks.failures(of: Geo.self, factory: PluginFactory(Geo.self), folder: pluginFolder()) == [])
        let settings = geoSettings {
            $0.precision = precision
            $0.trustedHeaders = EdgePlace.headers
        }
        #expect(
            PluginChecks.accessFailures(of: Geo.self, settings: settings) { plugin, event in
                try? plugin.enrich(&event)
            } == [])
    }

    @Test func declaresWhatItsSettingsNeed() {
        let ordinary = Geo.declaration(for: GeoSettings())
        #expect(ordinary.reads == [.place])
        #expect(ordinary.writes == [.country])
        #expect(ordinary.facts == [])
        #expect(ordinary.reductions == [Reduction(.address, "the address is not kept, only its country")])
        let city = geoSettings {
            $0.precision = .city
            $0.providers = [.mmdb]
            $0.mmdb = "/a"
        }
        #expect(Geo.declaration(for: city).reads == [.address])
        #expect(Geo.declaration(for: city).facts.map(\.name) == ["region", "city"])
        #expect(Geo.declaration(for: city).facts.allSatisfy { $0.subject == .place })
        #expect(Geo.declaration(for: Geo.strict(city)).facts == [])
        #expect(Geo.strict(city).mmdb == "/a")
    }

    @Test(arguments: [
        ("AT", "AT"), ("at", "AT"), ("aT", "AT"), ("EU", "EU"), ("uk", "GB"), ("XX", ""), ("xx", ""), ("ZZ", ""),
        ("T1", ""),
        ("A1", ""),
        ("??", ""), ("", ""), ("A", ""), ("AUT", ""), ("ä", ""), ("[{", ""), ("A\u{0}", ""), ("@A", ""),
    ])
    func countriesAreTwoLettersOrUnknown(said: String, kept: String) throws {
        let hit = try enriched(GeoSettings(), event(from: "unknown", place: place { $0.country = said }))
        #expect(hit.country == kept)
    }

    @Test func precisionSaysHowMuchIsKept() throws {
        let known = place {
            $0.country = "AT"
            $0.region = "9"
            $0.city = "Vienna"
        }
        for (precision, facts) in [
            (GeoSettings.Precision.country, ["", ""]), (.region, ["AT-9", ""]), (.city, ["AT-9", "Vienna"]),
        ] {
            let hit = try enriched(geoSettings { $0.precision = precision }, event(from: "192.0.2.1", place: known))
            #expect(hit.country == "AT")
            #expect(["region", "city"].map { hit.text(ofFact: $0) } == facts)
        }
    }

    @Test(arguments: [
        ("9", "AT-9"), ("AT-9", "AT-9"), ("DE-9", ""), ("WIEN", ""), ("", ""), ("AT-", ""), ("a", ""),
        ("ENG", "AT-ENG"),
    ])
    func regionsAreWholeCodes(said: String, kept: String) {
        #expect(PlaceText.region(said, country: "AT") == kept)
    }

    @Test func citiesAreShortTextsWithoutControlCharacters() {
        #expect(PlaceText.city("a\nb\u{0}") == "a b\u{fffd}")
        #expect(PlaceText.city(String(repeating: "ü", count: 80)).utf8.count == 100)
    }

    @Test func headersOfEdgesCountOnlyWhenTheyAreTrusted() throws {
        let said = place {
            $0.byHeader = [Property("CF_IPCOUNTRY", .text("at")), Property("X_COUNTRY_CODE", .text("DE"))]
        }
        #expect(try enriched(GeoSettings(), event(from: "192.0.2.1", place: said)).country == "")
        for (trusted, country) in [
            (["CF_IPCOUNTRY"], "AT"), (["CF-IPCountry"], "AT"), (["X_COUNTRY_CODE", "CF_IPCOUNTRY"], "DE"),
            (["FLY_REGION_COUNTRY"], ""),
        ] {
            let settings = geoSettings { $0.trustedHeaders = trusted }
            #expect(settings.problems() == [])
            #expect(try enriched(settings, event(from: "192.0.2.1", place: said)).country == country)
        }
        var both = said
        both.country = "CH"
        let settings = geoSettings { $0.trustedHeaders = ["CF_IPCOUNTRY"] }
        #expect(
            try enriched(settings, event(from: "192.0.2.1", place: both)).country == "CH", "nginx's word comes first")
    }

    @Test func sourcesAreCounted() throws {
        let plugin = try Geo(GeoSettings(), in: PluginChecks.context)
        for country in ["AT", "DE", "XX"] {
            var event = event(from: "192.0.2.1", place: place { $0.country = country })
            try plugin.enrich(&event)
        }
        #expect(plugin.counts.filter { $0.count > 0 } == [PluginCount("parameter", 2), PluginCount("unknown", 1)])
        #expect(plugin.notes == [])
    }

    @Test func aFileThatIsMissingStopsTheStart() throws {
        for settings in [
            geoSettings { $0.mmdb = "/nonexistent/places" }, geoSettings { $0.ranges = ["/nonexistent/places"] },
        ] {
            let plugin = try Geo(settings, in: PluginChecks.context)
            let error = try #require(throws: PluginError.self) { try plugin.start() }
            #expect(error.description.contains("/nonexistent/places"))
            plugin.stop()
        }
    }

    @Test(arguments: [
        ("mmdb", geoSettings { $0.mmdb = "places.mmdb" }), ("ranges", geoSettings { $0.ranges = ["geoip"] }),
        ("providers", geoSettings { $0.providers = [.mmdb, .mmdb] }),
        ("trusted_headers", geoSettings { $0.trustedHeaders = ["X-Forwarded-For"] }),
        (
            "mmdb",
            geoSettings {
                $0.mmdb = "/a"
                $0.providers = [.ranges]
            }
        ),
        (
            "trusted_headers",
            geoSettings {
                $0.trustedHeaders = ["CF_IPCOUNTRY"]
                $0.providers = [.ranges]
            }
        ),
    ])
    func settingsThatCanNeverWorkAreNamed(key: String, settings: GeoSettings) {
        #expect(settings.problems().map(\.key) == [key])
    }

    @Test func dataSayHowOldTheyAre() throws {
        let date = try #require(DataDate(header: "# Generated: Thu, 25 Jun 2026 04:33:59 GMT".utf8))
        #expect("\(date)" == "2026-06-25")
        let day: Int64 = 86_400
        let then = Int64(date.days) * day
        #expect(date.note(now: then + 153 * day) == "country data of 2026-06-25, 153 days old")
        #expect(date.note(now: then + 181 * day).contains("warning"))
        #expect(date.note(now: then - day) == "country data of 2026-06-25, 0 days old")
        #expect(DataDate(header: "# Generated: Thu, 25 Foo 2026 04:33:59 GMT".utf8) == nil)
        #expect(DataDate(header: "# Generated: Thu, 29 Feb 2024 04:33:59 GMT".utf8)?.description == "2024-02-29")
        for moment in [Int64.min, -1, 0, Int64.max] { _ = "\(DataDate(seconds: moment))" }
    }

    /// Every day of four centuries comes out as it went in.
    @Test func datesAreThoseOfTheCalendar() {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        for days in stride(from: Int64(0), through: 150_000, by: 7) {
            let civil = CivilTime(milliseconds: days * 86_400_000)
            let line = "# Generated: Thu, \(civil.day) \(months[civil.month - 1]) \(civil.year) 00:00:00 GMT"
            #expect(DataDate(header: line.utf8)?.days == Int(days))
        }
    }
}
