import EventModel
import Platform
import PluginAPI
import Synchronization
import TestSupport
import Testing

@testable import Cryptography
@testable import VisitorIDPlugin

@Suite struct SaltKeeperTests {
    private let clock = ManualClock()
    private let site = SiteID(rawValue: 7)
    private let vienna = TestCalendar.all[1]

    private func keeper(
        _ folder: String?, _ identity: VisitorIdentity.Settings.Identity = .daily,
        _ change: (inout SaltKeeper.Place) -> Void = { _ in }
    ) throws -> SaltKeeper {
        let clock = clock
        let sites = vienna.snapshot
        var place = SaltKeeper.Place(folder: folder.map { SaltFolder(parent: $0, installation: "") })
        place.hasSwap = { false }
        change(&place)
        let keeper = SaltKeeper(
            place, periods: Periods(identity: identity), sites: { sites }, log: Log(process: "test")
        ) { clock.now }
        try keeper.start()
        return keeper
    }

    private func salt(_ keeper: SaltKeeper, _ time: Timestamp, site: SiteID? = nil) -> SaltKeeper.Salt? {
        let sites = vienna.snapshot
        let site = site ?? self.site
        return keeper.salt(site: site, day: sites.day(of: self.site, containing: time), in: sites)
    }

    private var today: Timestamp { vienna.midnight(days(2026, 3, 10)) }
    private var tomorrow: Timestamp { vienna.midnight(days(2026, 3, 11)) }

    private func set(_ moment: Timestamp, _ milliseconds: Int64 = 0) {
        clock.set(moment.milliseconds + milliseconds)
    }

    @Test func gatewaysOfOneMachineShareSaltsAndARestartKeepsThem() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let first = try keeper(folder.path)
        let second = try keeper(folder.path)
        let found = try #require(salt(first, today))
        #expect(try #require(salt(second, today)).bytes.matches(found.bytes))
        first.stop()
        second.stop()
        let restarted = try keeper(folder.path)
        #expect(try #require(salt(restarted, today)).bytes.matches(found.bytes))
        restarted.stop()
        // Who has stopped has none.
        #expect(salt(restarted, today) == nil)
    }

    @Test func sitesAndPeriodsHaveSaltsOfTheirOwn() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let daily = try keeper(folder.path)
        let weekly = try keeper(folder.path, .weekly)
        let monthly = try keeper(folder.path, .monthly)
        let salts = try [
            #require(salt(daily, today)), #require(salt(daily, today, site: SiteID(rawValue: 8))),
            #require(salt(weekly, today)), #require(salt(monthly, today)),
        ]
        for (index, one) in salts.enumerated() {
            for other in salts[(index + 1)...] { #expect(!one.bytes.matches(other.bytes)) }
        }
        // All days of a week share one.
        set(tomorrow, 1)
        #expect(try #require(salt(weekly, tomorrow)).bytes.matches(salts[2].bytes))
        #expect(try !#require(salt(daily, tomorrow)).bytes.matches(salts[0].bytes))
        for keeper in [daily, weekly, monthly] { keeper.stop() }
    }

    /// To the millisecond for events; the file a moment later, when the cleaner comes by.
    @Test(arguments: [VisitorIdentity.Settings.Identity.daily, .weekly, .monthly])
    func aSaltIsGoneAnHourAfterItsPeriod(identity: VisitorIdentity.Settings.Identity) throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let keeper = try keeper(folder.path, identity)
        defer { keeper.stop() }
        let found = try #require(salt(keeper, today))
        let end = found.period.upperBound
        set(end, SaltName.afterlife - 1)
        keeper.tend()
        #expect(try #require(salt(keeper, today)).bytes.matches(found.bytes))
        set(end, SaltName.afterlife)
        #expect(salt(keeper, today) == nil)
        keeper.tend()
        #expect(salt(keeper, today) == nil)
        #expect(try Files.list(folder.path) == [])
    }

    @Test func aSuccessorRemovesWhatItsPredecessorLeft() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let monthly = try keeper(folder.path, .monthly)
        _ = salt(monthly, today)
        monthly.stop()
        // One that was being made when its maker died.
        let name = try #require(try Files.list(folder.path).first)
        _ = try Files.createOnce("\(folder.path)/\(name).77.88", bytes: Array(0..<16), mode: 0o600)
        set(vienna.midnight(days(2026, 4, 1)), SaltName.afterlife)
        try keeper(folder.path, .none).stop()
        #expect(try Files.list(folder.path) == [])
        // Without an identity nobody makes a folder.
        try keeper("/dev/shm/footfall-no-such-folder", .none).stop()
        #expect(!Files.exists("/dev/shm/footfall-no-such-folder"))
    }

    @Test func aSaltThatIsRemovedIsOverwritten() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        let other = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let keeper = try keeper(folder.path)
        defer { keeper.stop() }
        _ = salt(keeper, today)
        let name = try #require(try Files.list(folder.path).first)
        _ = try Program("ln")?.run(["\(folder.path)/\(name)", "\(other.path)/second-name"])
        #expect(try Files.readBytes("\(other.path)/second-name").contains { $0 != 0 })
        set(tomorrow, SaltName.afterlife)
        keeper.tend()
        #expect(try Files.readBytes("\(other.path)/second-name") == [UInt8](repeating: 0, count: 16))
    }

    @Test func noSaltIsMadeForAPeriodThatIsOverOrToCome() throws {
        let keeper = try keeper(nil)
        defer { keeper.stop() }
        set(tomorrow, 1)
        #expect(salt(keeper, today) == nil)
        set(today, -1)
        #expect(salt(keeper, today) == nil)
        // A moment later it is looked for again, and its time has come.
        set(today, 2000)
        #expect(salt(keeper, today) != nil)
        for time in [Int64.min, 0, .max] { #expect(salt(keeper, Timestamp(milliseconds: time)) == nil) }
    }

    /// Back over midnight, and forth again: everybody keeps the pseudonym.
    @Test func aClockThatIsSetBackChangesNoSalt() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        let keeper = try keeper(folder.path)
        defer { keeper.stop() }
        set(today, day - minute)
        let first = try #require(salt(keeper, today))
        set(tomorrow, minute)
        let second = try #require(salt(keeper, tomorrow))
        set(tomorrow, -minute)
        keeper.tend()
        #expect(try #require(salt(keeper, today)).bytes.matches(first.bytes))
        #expect(try #require(salt(keeper, tomorrow)).bytes.matches(second.bytes))
        set(tomorrow, 2 * minute)
        #expect(try #require(salt(keeper, tomorrow)).bytes.matches(second.bytes))
    }

    @Test(arguments: [false, true])
    func manyThreadsThatAskFirstGetTheSameSalt(isShared: Bool) throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let keepers = try isShared ? [keeper(folder.path), keeper(folder.path)] : [keeper(nil)]
        let start = Monitor(false)
        let found = Mutex<[SecretBytes]>([])
        let threads = try (0..<90).map { number in
            try Thread(name: "ask") {
                _ = start.wait(milliseconds: 60_000) { $0 ? true : nil }
                let salt = salt(keepers[number % keepers.count], today)
                if let salt { found.withLock { $0.append(salt.bytes) } }
            }
        }
        start.withLock { $0 = true }
        for thread in threads { thread.join() }
        let salts = found.withLock { $0 }
        #expect(salts.count == 90)
        for salt in salts { #expect(salt.matches(salts[0])) }
        for keeper in keepers { keeper.stop() }
    }

    /// A site moves to another time zone: its days are others at once, and its months within a minute.
    @Test func aMonthIsNotTakenFromACalendarOfYesterday() throws {
        let zone = Mutex(TestCalendar.all[0])
        let clock = clock
        var moved = vienna
        moved.zone = "UTC"
        let keeper = SaltKeeper(
            SaltKeeper.Place(folder: nil), periods: Periods(identity: .monthly),
            sites: { zone.withLock { $0.snapshot } }, log: Log(process: "test")
        ) { clock.now }
        try keeper.start()
        defer { keeper.stop() }
        let utc = zone.withLock { $0.snapshot }
        set(today, 12 * hour)
        let before = try #require(keeper.salt(site: site, day: utc.day(of: site, containing: clock.now), in: utc))
        zone.withLock { $0 = moved }
        keeper.tend()
        let after = try #require(
            keeper.salt(site: site, day: moved.snapshot.day(of: site, containing: clock.now), in: moved.snapshot))
        #expect(before.period != after.period)
        #expect(!before.bytes.matches(after.bytes))
    }

    // MARK: - The folder

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
        set(today, 1)
        let keeper = try keeper(folder.path)
        defer { keeper.stop() }
        _ = salt(keeper, today)
        let name = try #require(try Files.list(folder.path).first)
        #expect(permissions(of: "\(folder.path)/\(name)") == 0o600)
    }

    @Test func aFileThatIsNoSaltIsNotTaken() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let keeper = try keeper(folder.path)
        defer { keeper.stop() }
        let name = SaltName(site: site, period: today..<tomorrow)
        _ = try Files.createOnce("\(folder.path)/\(name.fileName)", bytes: [1, 2, 3], mode: 0o600)
        #expect(salt(keeper, today) == nil)
    }

    @Test(arguments: ["", "a", "1-2", "1-2-3-4", "1-3-2", "99999999999-1-2", "x-1-2", "1--5-2"])
    func otherNamesAreLeftAlone(name: String) {
        #expect(SaltName(fileName: name) == nil)
    }

    @Test func namesComeBack() {
        let name = SaltName(site: SiteID(rawValue: 7), period: today..<tomorrow)
        #expect(SaltName(fileName: name.fileName) == name)
        #expect(SaltName(fileName: name.fileName + ".12.34") == name)
    }

    // MARK: - Locked memory

    /// Those of others too, which this one was never asked for.
    @Test(.enabled(if: memoryCanBeLocked, "sanitizers lock nothing"))
    func everySaltOfTheFolderIsLocked() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let first = try keeper(folder.path)
        _ = salt(first, today)
        first.stop()
        let name = try #require(try Files.list(folder.path).first)
        #expect(try isLocked("\(folder.path)/\(name)") == nil)
        let second = try keeper(folder.path)
        #expect(try isLocked("\(folder.path)/\(name)") == true)
        #expect(second.notes == ["salts in locked memory: 0"])
        _ = salt(second, today)
        #expect(second.notes == ["salts in locked memory: 1"])
        second.stop()
        #expect(try isLocked("\(folder.path)/\(name)") == nil)
    }

    /// Whether this process has the file mapped and locked; `nil` when it has not mapped it.
    private func isLocked(_ path: String) throws -> Bool? {
        var isInside = false
        for line in try Files.read("/proc/self/smaps").split(separator: "\n") {
            let words = line.split(separator: " ")
            if words[0].contains("-") { isInside = line.hasSuffix(path) }
            if isInside, words[0] == "VmFlags:" { return words.contains("lo") && words.contains("dd") }
        }
        return nil
    }

    @Test func memoryThatCannotBeLockedIsSaidAndOnDemandRefused() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let unlocked = SecretMemory(isLocking: false)
        let quiet = try keeper(folder.path) { $0.memory = unlocked }
        #expect(salt(quiet, today) != nil)
        #expect(quiet.notes.count == 1 && quiet.notes[0].contains("this machine has no swap"))
        quiet.stop()
        let swapping = try keeper(folder.path) {
            $0.memory = unlocked
            $0.hasSwap = { true }
        }
        #expect(salt(swapping, today) != nil)
        #expect(swapping.notes.count == 1 && swapping.notes[0].contains("NOT locked"))
        swapping.stop()
        #expect(throws: PluginError.self) {
            try keeper(folder.path) {
                $0.memory = unlocked
                $0.requiresLock = true
            }
        }
        let locked = try keeper(folder.path) {
            $0.requiresLock = true
            $0.hasSwap = { true }
        }
        #expect(salt(locked, today) != nil)
        #expect(locked.notes == ["salts in locked memory: 1"])
        locked.stop()
    }

    /// The limit may be reached later, with the salts of many sites.
    @Test func aSaltThatCannotBeLockedIsNoneWhereItMustBe() throws {
        let folder = try TemporaryFolder(in: "/dev/shm")
        set(today, 1)
        let keeper = try keeper(folder.path) {
            $0.requiresLock = true
            $0.folder?.isLocking = false
        }
        defer { keeper.stop() }
        #expect(salt(keeper, today) == nil)
    }
}
