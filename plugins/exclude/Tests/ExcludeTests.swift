import Configuration
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ExcludePlugin

@Suite struct ExcludeTests {
    private func verdict(
        url: String = "https://example.com/shop", address: String = "198.51.100.7", country: String = "",
        _ change: (inout Exclude.Settings) -> Void
    ) throws -> Verdict {
        var settings = Exclude.Settings()
        change(&settings)
        #expect(settings.problems() == [])
        var event = HostileEvents.ordinary(url: url, address: address)
        event.hit.country = country
        let plugin = try Exclude(settings, in: PluginChecks.context)
        try plugin.start()
        defer { plugin.stop() }
        return try plugin.filter(&event)
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Exclude.self, factory: PluginFactory(Exclude.self), folder: pluginFolder()) == [])
        var settings = Exclude.Settings()
        settings.addresses = ["198.51.100.0/24"]
        settings.paths = ["/shop*"]
        settings.countries = ["AT"]
        for settings in [Exclude.Settings(), settings] {
            #expect(
                PluginChecks.accessFailures(of: Exclude.self, settings: settings) { plugin, event in
                    _ = try? plugin.filter(&event)
                } == [])
        }
    }

    @Test(arguments: [
        ("198.51.100.7", true), ("198.51.101.7", false), ("2001:db8::9", true), ("::ffff:198.51.100.9", true),
        ("", false),
    ])
    func networksAreLeftOut(address: String, isOut: Bool) throws {
        let found = try verdict(address: address) { $0.addresses = ["198.51.100.0/24", "2001:db8::/32"] }
        #expect(found == (isOut ? .drop(reason: "excluded_address") : .keep))
    }

    @Test func aListIsReadFromAFile() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/list"
        _ = try Files.createOnce(path, bytes: Array("# office\n198.51.100.7 # me\n\n".utf8), mode: 0o600)
        #expect(try verdict { $0.address_list = path } == .drop(reason: "excluded_address"))
        #expect(try verdict(address: "198.51.100.8") { $0.address_list = path } == .keep)
        let broken = "\(folder.path)/broken"
        _ = try Files.createOnce(broken, bytes: Array("198.51.100.7\nnobody\n".utf8), mode: 0o600)
        let error = #expect(throws: PluginError.self) { try verdict { $0.address_list = broken } }
        #expect("\(String(describing: error))".contains("broken:2"))
        #expect(throws: PluginError.self) { try verdict { $0.address_list = "/nonexistent/list" } }
    }

    @Test(
        arguments: [
            ("https://example.com/admin/users", ["/admin/*"], true), ("https://example.com/admin", ["/admin/*"], false),
            ("https://example.com/a/preview/b?x=1", ["*/preview/*"], true),
            ("https://example.com/%61dmin/x", ["/admin/*"], true),
            ("https://example.com/shop", ["/admin/*", "/shop"], true), ("https://example.com/shop/", ["/shop"], false),
        ] as [(String, [String], Bool)])
    func pathsAreLeftOut(url: String, paths: [String], isOut: Bool) throws {
        #expect(try verdict(url: url) { $0.paths = paths } == (isOut ? .drop(reason: "excluded_path") : .keep))
    }

    @Test(arguments: [
        ("https://staging.example.com/", true), ("https://example.com/", false), ("https://test.example/", true),
        ("https://a.test.example/", false),
    ])
    func hostsAreLeftOut(url: String, isOut: Bool) throws {
        let found = try verdict(url: url) { $0.hosts = ["*.example.com", "Test.example"] }
        #expect(found == (isOut ? .drop(reason: "excluded_host") : .keep))
    }

    @Test(arguments: [
        ("http://localhost:3000/", true), ("http://127.0.0.1/", true), ("http://[::1]/", true),
        ("http://printer.local/", true), ("http://app.localhost/", true), ("http://local.example/", false),
    ])
    func onesOwnMachineIsLeftOutOnDemand(url: String, isOut: Bool) throws {
        #expect(try verdict(url: url) { $0.own_traffic = true } == (isOut ? .drop(reason: "own_traffic") : .keep))
        #expect(try verdict(url: url) { _ in } == .keep)
    }

    @Test func countriesAreLeftOut() throws {
        #expect(try verdict(country: "AT") { $0.countries = ["at"] } == .drop(reason: "excluded_country"))
        #expect(try verdict(country: "DE") { $0.countries = ["at"] } == .keep)
        #expect(try verdict(country: "") { $0.countries = ["at"] } == .keep)
    }

    @Test func mistakesInSettingsAreNamed() {
        var settings = Exclude.Settings()
        settings.addresses = ["nobody"]
        settings.hosts = ["https://example.com/"]
        settings.paths = ["admin"]
        settings.countries = ["AUT"]
        settings.address_list = "list"
        #expect(settings.problems().map(\.key) == ["addresses", "hosts", "paths", "countries", "address_list"])
    }

    @Test func hostileEventsDoNotTrap() throws {
        var settings = Exclude.Settings()
        settings.own_traffic = true
        settings.paths = ["*a*b*"]
        settings.hosts = ["*.x"]
        let plugin = try Exclude(settings, in: PluginChecks.context)
        for var event in HostileEvents.all { _ = try plugin.filter(&event) }
    }
}
