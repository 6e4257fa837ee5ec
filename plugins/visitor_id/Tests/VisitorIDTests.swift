import EventModel
import Platform
import PluginAPI
import PluginTesting
import Synchronization
import TestSupport
import Testing

@testable import VisitorIDPlugin

private let day: Int64 = 86_400_000

@Suite struct VisitorIDTests {
    private func plugin(
        folder: String = "", _ change: (inout VisitorIdentity.Settings) -> Void = { _ in }
    ) throws -> VisitorIdentity {
        var settings = VisitorIdentity.Settings()
        settings.salt_directory = folder
        change(&settings)
        let plugin = try VisitorIdentity(settings, in: PluginContext(id: "visitor_id", installation: "test"))
        try plugin.start()
        return plugin
    }

    private func visitor(_ plugin: VisitorIdentity, _ event: Event = HostileEvents.ordinary()) throws -> VisitorID? {
        var event = event
        #expect(try plugin.filter(&event) == .keep)
        return event.hit.visitor
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(
                of: VisitorIdentity.self, factory: PluginFactory(VisitorIdentity.self), folder: pluginFolder()) == [])
        #expect(
            PluginChecks.accessFailures(
                of: VisitorIdentity.self,
                settings: {
                    var settings = VisitorIdentity.Settings()
                    settings.salt_directory = ""
                    return settings
                }()
            ) { plugin, event in _ = try? plugin.filter(&event) } == [])
    }

    @Test func onePersonHasOnePseudonymADayAndOthersHaveOthers() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        let first = try #require(try visitor(plugin))
        #expect(try visitor(plugin) == first)
        #expect(try visitor(plugin, HostileEvents.ordinary(address: "198.51.100.8")) != first)
        #expect(try visitor(plugin, HostileEvents.ordinary(userAgent: "Other/1.0")) != first)
        var otherSite = HostileEvents.ordinary()
        otherSite.hit.site = SiteID(rawValue: 2)
        #expect(try visitor(plugin, otherSite) != first)
    }

    @Test func addressesOfOneIPv6NetworkAreOneVisitor() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        let one = try visitor(plugin, HostileEvents.ordinary(address: "2001:db8:1:2::a"))
        #expect(one == (try visitor(plugin, HostileEvents.ordinary(address: "2001:db8:1:2:ffff::b"))))
        #expect(one != (try visitor(plugin, HostileEvents.ordinary(address: "2001:db8:1:3::a"))))
    }

    @Test func withoutAnAddressThereIsNoVisitor() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        #expect(try visitor(plugin, HostileEvents.ordinary(address: "unknown")) == nil)
    }

    @Test func identityNoneHasNoVisitors() throws {
        let plugin = try plugin { $0.identity = .none }
        defer { plugin.stop() }
        var event = HostileEvents.ordinary()
        event.hit.visitor = VisitorID(rawValue: 7)
        #expect(try visitor(plugin, event) == nil)
    }

    @Test func anEventOfADayWhoseSaltIsGoneHasNoVisitor() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        var event = HostileEvents.ordinary()
        event.hit.time = event.hit.time.advanced(byMilliseconds: -2 * day)
        #expect(try visitor(plugin, event) == nil)
    }

    @Test func partsOfTheMessageCannotBeShifted() {
        let site = SiteID(rawValue: 1)
        let short = VisitorIdentity.message(site, .v4(0), "ab")
        #expect(short != VisitorIdentity.message(site, .v4(0), "a"))
        #expect(VisitorIdentity.message(site, .v4(0), "\0\0\0\0") != VisitorIdentity.message(site, .v6(0), ""))
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try plugin()
        defer { plugin.stop() }
        for var event in HostileEvents.all { _ = try plugin.filter(&event) }
    }
}

@Suite struct SaltKeeperTests {
    private let clock = ManualClock()

    private func keeper(_ folder: String?) throws -> SaltKeeper {
        let clock = clock
        let keeper = SaltKeeper(folder: folder, log: Log(process: "test")) { clock.now }
        try keeper.start()
        return keeper
    }

    private let site = SiteID(rawValue: 7)
    private let today = Timestamp(milliseconds: 100 * day)..<Timestamp(milliseconds: 101 * day)

    @Test func gatewaysOfOneMachineShareSaltsAndARestartKeepsThem() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        clock.set(100 * day + 1)
        let first = try keeper(folder.path)
        let second = try keeper(folder.path)
        let salt = try #require(first.salt(site: site, period: today))
        #expect(second.salt(site: site, period: today) == salt)
        first.stop()
        second.stop()
        let restarted = try keeper(folder.path)
        #expect(restarted.salt(site: site, period: today) == salt)
        restarted.stop()
    }

    @Test func aSaltIsGoneAnHourAfterItsPeriod() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        clock.set(100 * day + 1)
        let keeper = try keeper(folder.path)
        defer { keeper.stop() }
        let salt = keeper.salt(site: site, period: today)
        clock.set(101 * day + SaltKeeper.afterlife - 1)
        keeper.removeOutdated()
        #expect(keeper.salt(site: site, period: today) == salt)
        clock.set(101 * day + SaltKeeper.afterlife)
        keeper.removeOutdated()
        #expect(keeper.salt(site: site, period: today) == nil)
        #expect(try Files.list(folder.path) == [])
    }

    @Test func noSaltIsMadeForAPeriodThatIsOverOrToCome() throws {
        let keeper = try keeper(nil)
        defer { keeper.stop() }
        clock.set(101 * day + 1)
        #expect(keeper.salt(site: site, period: today) == nil)
        clock.set(99 * day)
        #expect(keeper.salt(site: site, period: today) == nil)
    }

    @Test func aFolderOnADiskIsRefused() throws {
        let folder = try TemporaryFolder(in: ".build")
        #expect(throws: PluginError.self) { try keeper(folder.path) }
    }

    @Test func aFolderThatOthersCanEnterIsRefused() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        setPermissions(of: folder.path, to: 0o755)
        #expect(throws: PluginError.self) { try keeper(folder.path) }
        setPermissions(of: folder.path, to: 0o700)
        try keeper(folder.path).stop()
    }

    @Test func onlyTheOwnerCanReadASalt() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        clock.set(100 * day + 1)
        let keeper = try keeper(folder.path)
        defer { keeper.stop() }
        _ = keeper.salt(site: site, period: today)
        let name = try #require(try Files.list(folder.path).first)
        #expect(permissions(of: "\(folder.path)/\(name)") == 0o600)
    }
}

private final class ManualClock: Sendable {
    private let moment = Mutex<Int64>(0)
    var now: Timestamp { Timestamp(milliseconds: moment.withLock { $0 }) }
    func set(_ milliseconds: Int64) { moment.withLock { $0 = milliseconds } }
}
