import Cryptography
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import UserIDPlugin

@Suite struct UserIDTests {
    private static let site = Site(
        id: SiteID(rawValue: 1), domain: "example.com", key: "k", hosts: ["example.com"], timeZone: "UTC")
    private static let key: [UInt8] = Array(1...16)

    private func plugin(
        _ settings: UserIdentity.Settings = UserIdentity.Settings(), keys: [SiteID: StoredSecret]? = nil
    ) throws -> UserIdentity {
        let sites = SiteSnapshot(sites: [Self.site], userKeys: keys ?? [Self.site.id: StoredSecret(Self.key)])
        return try UserIdentity(settings, in: PluginContext(id: "user_id", sites: { sites }))
    }

    private func user(_ id: String, _ plugin: UserIdentity, limited: Bool = false) throws -> UserID? {
        var event = HostileEvents.ordinary()
        event.visitor.user = Sensitive(id)
        event.hit.user = UserID(rawValue: 1)
        if limited { event.hit.setFact("limited", .flag(true)) }
        #expect(try plugin.filter(&event) == .keep)
        return event.hit.user
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(
                of: UserIdentity.self, factory: PluginFactory(UserIdentity.self), folder: pluginFolder()) == [])
        #expect(
            PluginChecks.accessFailures(of: UserIdentity.self) { plugin, event in _ = try? plugin.filter(&event) }
                == [])
    }

    @Test func theSameUserHasTheSameHashAndNobodyElseHas() throws {
        let plugin = try plugin()
        let anna = try user("anna", plugin)
        #expect(anna != nil)
        #expect(try user("anna", plugin) == anna)
        #expect(try user("berta", plugin) != anna)
        #expect(anna?.rawValue == UserHash.bits(of: "anna", key: Self.key), "as the command finds it")
        let other = try self.plugin(keys: [Self.site.id: StoredSecret(UserHash.makeKey())])
        #expect(try user("anna", other) != anna, "another site's key")
    }

    @Test func whoIsNobodyOrDoesNotWantToBeRecognisedHasNone() throws {
        #expect(try user("", plugin()) == nil)
        #expect(try user("anna", plugin(), limited: true) == nil)
        #expect(try user("anna", plugin(keys: [:])) == nil, "a site whose key is not known yet")
    }

    @Test func inTheStrictModeNobodyHasOne() throws {
        let strict = UserIdentity.strict(UserIdentity.Settings())
        #expect(strict.keep == .none)
        var event = HostileEvents.ordinary()
        #expect(try plugin(strict).filter(&event) == .keep)
        #expect(event.hit.user == nil)
    }
}
