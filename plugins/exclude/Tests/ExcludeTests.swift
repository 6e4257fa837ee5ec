import Configuration
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ExcludePlugin

/// The defaults with a change.
private func settings(_ change: (inout ExcludeSettings) -> Void) -> ExcludeSettings {
    var settings = ExcludeSettings()
    change(&settings)
    return settings
}

@Suite struct ExcludeTests {
    private var everything: ExcludeSettings {
        settings {
            $0.addresses = ["192.0.2.0/24", "2001:db8:7::/48", "203.0.113.9"]
            $0.hosts = ["*.staging.example.com", "Preview.Example.com.", "[2001:db8::1]"]
            $0.paths = ["/admin/*", "*/wp-login.php", "/a*b*c", "/straße/*", "/caf%C3%A9"]
            $0.countries = ["at", "CH"]
            $0.ownTraffic = true
        }
    }

    private func verdict(_ settings: ExcludeSettings, _ event: Event) throws -> Verdict {
        var after = event
        let verdict = try Exclude(settings, in: PluginChecks.context).filter(&after)
        for field in Field.allCases { #expect(field.text(of: event) == field.text(of: after)) }
        return verdict
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Exclude.self, factory: PluginFactory(Exclude.self), folder: pluginFolder()) == [])
        for settings in [ExcludeSettings(), everything] {
            #expect(
                PluginChecks.accessFailures(of: Exclude.self, settings: settings) { plugin, event in
                    _ = try? plugin.filter(&event)
                } == [])
        }
    }

    @Test func readsOnlyWhatItsSettingsAskAbout() {
        #expect(Exclude.declaration(for: ExcludeSettings()) == Declaration())
        #expect(Exclude.declaration(for: everything) == Declaration(reads: [.address, .country, .pageURL]))
        #expect(Exclude.declaration(for: settings { $0.addressesList = "/a" }) == Declaration(reads: [.address]))
        #expect(Exclude.declaration(for: settings { $0.countries = ["AT"] }) == Declaration(reads: [.country]))
        #expect(Exclude.declaration(for: settings { $0.ownTraffic = true }) == Declaration(reads: [.pageURL]))
        #expect(Exclude.declaration(for: settings { $0.hosts = ["a"] }) == Declaration(reads: [.pageURL]))
    }

    @Test func keepsEverythingWhenNothingIsSet() throws {
        let plugin = try Exclude(ExcludeSettings(), in: PluginChecks.context)
        try plugin.start()
        for event in HostileEvents.all {
            var event = event
            #expect(try plugin.filter(&event) == .keep)
        }
        #expect(plugin.notes == [])
        plugin.stop()
    }

    @Test(arguments: [
        ("192.0.2.0", true), ("192.0.2.255", true), ("192.0.3.0", false), ("203.0.113.9", true),
        ("203.0.113.8", false), ("::ffff:192.0.2.7", true), ("2001:db8:7:ffff::1", true), ("2001:db8:8::", false),
        ("nowhere", false),
    ])
    func addressesAreLookedUpInNetworks(address: String, isDropped: Bool) throws {
        let expected: Verdict = isDropped ? .drop(reason: "excluded_address") : .keep
        #expect(try verdict(everything, HostileEvents.ordinary(address: address)) == expected)
    }

    @Test(arguments: [
        ("https://www.staging.example.com/", "excluded_host"), ("https://staging.example.com/", ""),
        ("https://notstaging.example.com/", ""), ("https://x.notstaging.example.com/", ""),
        ("HTTPS://A.B.STAGING.EXAMPLE.COM.:8443/x", "excluded_host"), ("https://preview.example.com", "excluded_host"),
        ("https://preview.example.com.evil.example/", ""), ("https://preview.example.com@evil.example/", ""),
        ("https://x.preview.example.com/", ""), ("http://[2001:DB8::1]:80/", "excluded_host"),
        ("https://example.com/admin/users?id=7", "excluded_path"), ("https://example.com/admin/", "excluded_path"),
        ("https://example.com/admin", ""), ("https://example.com/Admin/", ""), ("https://example.com/?/admin/", ""),
        ("https://example.com/blog/admin/", ""), ("https://example.com/blog/wp-login.php#x", "excluded_path"),
        ("https://example.com/wp-login.php.txt", ""), ("https://example.com/abc", "excluded_path"),
        ("https://example.com/axbxbxc", "excluded_path"), ("https://example.com/abcd", ""),
        ("https://example.com/acb", ""), ("https://example.com/stra%C3%9Fe/7", "excluded_path"),
        ("https://example.com/stra%c3%9fe/7", "excluded_path"), ("https://example.com/straße/", "excluded_path"),
        ("https://example.com/caf%C3%A9", "excluded_path"), ("https://example.com/%61dmin/x", "excluded_path"),
        ("https://example.com/%zz%", ""), ("http://localhost", "own_traffic"),
        ("http://LOCALHOST:3000/x", "own_traffic"),
        ("http://shop.localhost/", "own_traffic"), ("http://notlocalhost/", ""),
        ("http://127.0.0.1:8080/", "own_traffic"),
        ("http://127.9.9.9/", "own_traffic"), ("http://127.example.com/", ""), ("http://128.0.0.1/", ""),
        ("http://[::1]:8080/", "own_traffic"), ("http://[::2]/", ""), ("http://printer.local/", "own_traffic"),
        ("http://local/", ""), ("http://example.local.com/", ""), ("app://localhost/admin/", ""), ("", ""),
    ])
    func pagesAreComparedWithPatterns(url: String, reason: String) throws {
        var verdictName = ""
        if case .drop(let reason) = try verdict(everything, HostileEvents.ordinary(url: url)) {
            verdictName = "\(reason)"
        }
        #expect(verdictName == reason)
    }

    @Test func ownTrafficCountsUnlessItIsLeftOut() throws {
        #expect(try verdict(ExcludeSettings(), HostileEvents.ordinary(url: "http://127.0.0.1/")) == .keep)
    }

    @Test func countriesAreLeftOutInAnyCase() throws {
        for (country, isDropped) in [("AT", true), ("CH", true), ("DE", false), ("", false)] {
            var event = HostileEvents.ordinary()
            event.hit.country = country
            #expect(try verdict(everything, event) == (isDropped ? .drop(reason: "excluded_country") : .keep))
        }
    }

    @Test(arguments: [
        ("/stra%c3%9fe", "/stra%C3%9Fe", true), ("/straße", "/stra%C3%9fe", true), ("/stra%C3%9Fe", "/straße", true),
        ("/a%2Ab", "/a%2Ab", true), ("/a%2Ab", "/axb", false), ("/a*", "/a/b", true),
    ])
    func codesAreComparedForWhatTheyMean(pattern: String, path: String, matches: Bool) {
        #expect(PathPattern(pattern).matches(path, decoded: path.percentDecoded()) == matches)
    }

    @Test func tooManyPatternsAreRefused() {
        var settings = Exclude.Settings()
        settings.paths = [String](repeating: "/a", count: 1001)
        #expect(settings.problems().map(\.key) == ["paths"])
    }

    @Test func theListIsReadAndReadAgain() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/list"
        try Files.append(path, bytes: Array("# office\n\n 192.0.2.7 # me\r\n2001:db8::/32\n".utf8), mode: 0o600)
        let plugin = try Exclude(settings { $0.addressesList = path }, in: PluginChecks.context)
        var event = HostileEvents.ordinary(address: "192.0.2.7")
        #expect(try plugin.filter(&event) == .keep, "not read before the start")
        try plugin.start()
        #expect(try plugin.filter(&event) == .drop(reason: "excluded_address"))
        var other = HostileEvents.ordinary(address: "192.0.2.8")
        #expect(try plugin.filter(&other) == .keep)
        #expect(plugin.notes == ["\(path): 2 networks, 0 days old"])
        plugin.stop()
        plugin.stop()
    }

    @Test func aListThatIsMissingOrBadStopsTheStart() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/list"
        let plugin = try Exclude(settings { $0.addressesList = path }, in: PluginChecks.context)
        let missing = try #require(throws: PluginError.self) { try plugin.start() }
        #expect(missing.description.contains(path))
        try Files.append(path, bytes: Array("192.0.2.7\n192.0.2.8 192.0.2.9\n".utf8), mode: 0o600)
        let bad = try #require(throws: PluginError.self) { try plugin.start() }
        #expect(bad.description.contains("line 2"))
        #expect(!bad.description.contains("192.0.2.8"), "addresses are nothing for a log")
    }

    @Test(arguments: [
        ("addresses", settings { $0.addresses = ["192.0.2.0/33"] }),
        ("addresses", settings { $0.addresses = ["office"] }),
        ("addresses_list", settings { $0.addressesList = "list.txt" }), ("hosts", settings { $0.hosts = ["a.*.b"] }),
        ("hosts", settings { $0.hosts = ["https://example.com"] }),
        ("hosts", settings { $0.hosts = ["example.com:80"] }),
        ("hosts", settings { $0.hosts = ["example.com/x"] }), ("hosts", settings { $0.hosts = ["*."] }),
        ("hosts", settings { $0.hosts = [""] }), ("paths", settings { $0.paths = ["admin"] }),
        ("paths", settings { $0.paths = ["/a?b"] }), ("paths", settings { $0.paths = [""] }),
        ("paths", settings { $0.paths = ["/" + String(repeating: "a", count: 200)] }),
        ("countries", settings { $0.countries = ["Austria"] }), ("countries", settings { $0.countries = ["4T"] }),
    ])
    func settingsThatCanNeverWorkAreNamed(key: String, settings: ExcludeSettings) {
        #expect(settings.problems().map(\.key) == [key])
    }
}
