import Cryptography
import EventModel
import Platform
import PluginAPI
import Synchronization

/// Keeps the salts: one for each site and period, 16 random bytes, made when first asked for within the period and
/// removed an hour after its end.
///
/// With a folder, a salt is a file `SITE-START-END` there, which every gateway of the machine reads. Who creates the
/// file first decides; the others take what they find.
final class SaltKeeper: Sendable {
    private let parent: String?
    private let folder: String?
    private let log: Log
    /// The salts that are known; changed only with `obtaining` held.
    private let salts = Published<[Name: [UInt8]]>([:])
    private let obtaining = Mutex(())
    private let isStopped = Monitor(false)
    private let cleaner: Mutex<Thread?> = Mutex(nil)
    private let now: @Sendable () -> Timestamp

    /// Milliseconds for which a salt outlives its period: late events of a visit that goes on over midnight.
    static let afterlife: Int64 = 60 * 60 * 1000

    struct Name: Hashable {
        var site: SiteID
        var start: Timestamp
        var end: Timestamp

        var fileName: String { "\(site.rawValue)-\(start.milliseconds)-\(end.milliseconds)" }

        init(site: SiteID, period: Range<Timestamp>) {
            self.site = site
            start = period.lowerBound
            end = period.upperBound
        }

        init?(fileName: String) {
            let parts = fileName.split(separator: "-").compactMap { Int64($0) }
            guard parts.count == 3, let site = Int32(exactly: parts[0]) else { return nil }
            self.site = SiteID(rawValue: site)
            start = Timestamp(milliseconds: parts[1])
            end = Timestamp(milliseconds: parts[2])
        }

        func isOver(at now: Timestamp) -> Bool {
            now.milliseconds(since: end) >= SaltKeeper.afterlife
        }
    }

    /// The salts of `installation` lie in a folder of that name below `folder`.
    init(
        folder: String?, installation: String = "", log: Log,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(milliseconds: Clock.wallMilliseconds()) }
    ) {
        parent = folder
        self.folder = folder.map { installation.isEmpty ? $0 : "\($0)/\(installation)" }
        self.log = log
        self.now = now
    }

    func start() throws(PluginError) {
        if let parent, let folder { try makeFolder(parent, folder) }
        removeOutdated()
        do throws(PlatformError) {
            let thread = try Thread(name: "salt-cleaner") { self.clean() }
            cleaner.withLock { $0 = thread }
        } catch {
            throw PluginError.unavailable("\(error)")
        }
    }

    /// Everybody may write to /dev/shm: whoever made the folder before us could read the salts, or set them.
    private func makeFolder(_ parent: String, _ folder: String) throws(PluginError) {
        do throws(PlatformError) {
            try Files.makeFolder(folder, mode: 0o700)
        } catch {
            throw PluginError.settings(key: "salt_directory", "cannot be made: \(error)")
        }
        guard Files.isMemoryBacked(folder) else {
            throw PluginError.settings(
                key: "salt_directory",
                "\(folder) does not lie in memory (tmpfs): the salts would reach a disk. Use /dev/shm or /run")
        }
        for place in [parent, folder] where !Files.isOwnAndPrivate(place) {
            throw PluginError.settings(
                key: "salt_directory",
                "\(place) is somebody else's, or open to others: name a folder that only the gateway's user can enter")
        }
    }

    func stop() {
        isStopped.withLock { $0 = true }
        cleaner.withLock { $0 }?.join()
        obtaining.withLock { _ in salts.publish([:]) }
    }

    /// The salt of a period that is running or not long over; `nil` for every other period. A salt is only made while
    /// its period runs: one made later would count the period's visitors a second time.
    func salt(site: SiteID, period: Range<Timestamp>) -> [UInt8]? {
        let name = Name(site: site, period: period)
        let now = now()
        guard !name.isOver(at: now) else { return nil }
        if let salt = salts.value[name] { return salt }
        return obtaining.withLock { _ in
            var known = salts.value
            if let salt = known[name] { return salt }
            guard let salt = obtain(name, mayCreate: period.contains(now)) else { return nil }
            known[name] = salt
            salts.publish(known)
            return salt
        }
    }

    private func obtain(_ name: Name, mayCreate: Bool) -> [UInt8]? {
        guard let folder else { return mayCreate ? Randomness.bytes(SipHash.keyLength) : nil }
        let path = "\(folder)/\(name.fileName)"
        do {
            if mayCreate, !Files.exists(path) {
                _ = try Files.createOnce(path, bytes: Randomness.bytes(SipHash.keyLength), mode: 0o600)
            }
            guard Files.exists(path) else { return nil }
            let salt = try Files.readBytes(path)
            return salt.count == SipHash.keyLength ? salt : nil
        } catch {
            log.error("visitor_id: cannot keep a salt, events go on without a visitor: \(error)")
            return nil
        }
    }

    private func clean() {
        while isStopped.wait(milliseconds: 60_000, until: { $0 ? true : nil }) == nil { removeOutdated() }
    }

    func removeOutdated() {
        let now = now()
        obtaining.withLock { _ in salts.publish(salts.value.filter { !$0.key.isOver(at: now) }) }
        guard let folder, let files = try? Files.list(folder) else { return }
        for file in files where Name(fileName: file)?.isOver(at: now) ?? false { Files.remove("\(folder)/\(file)") }
    }
}
