import Cryptography
import EventModel
import Platform
import PluginAPI

/// Which salt: of which site, and for which period. Periods of two kinds never begin and end alike, so that a change of
/// `identity` mixes none.
struct SaltName: Hashable, Sendable {
    var site: SiteID
    var period: Range<Timestamp>

    /// Milliseconds for which a salt outlives its period: for late events, and for visits that go on over the change.
    static let afterlife: Int64 = 60 * 60 * 1000

    func isOver(at now: Timestamp) -> Bool {
        now.milliseconds(since: period.upperBound) >= SaltName.afterlife
    }

    /// `SITE-START-END`, in milliseconds since 1970.
    var fileName: String {
        "\(site.rawValue)-\(period.lowerBound.milliseconds)-\(period.upperBound.milliseconds)"
    }

    /// Reads a name, and also one that is followed by a dot and more: a file that was being made when its maker died.
    init?(fileName: String) {
        let parts = fileName.prefix { $0 != "." }.split(separator: "-").compactMap { Int64($0) }
        guard parts.count == 3, let site = Int32(exactly: parts[0]), parts[1] < parts[2] else { return nil }
        self.site = SiteID(rawValue: site)
        period = Timestamp(milliseconds: parts[1])..<Timestamp(milliseconds: parts[2])
    }

    init(site: SiteID, period: Range<Timestamp>) {
        self.site = site
        self.period = period
    }
}

/// The folder in which the gateways of one machine share salts. Who creates a file first decides; the others take what
/// they find.
struct SaltFolder: Sendable {
    /// The folder that `salt_directory` names, which other installations of the same user share.
    let parent: String
    let path: String
    var isLocking = true

    init(parent: String, installation: String) {
        self.parent = parent
        path = installation.isEmpty ? parent : "\(parent)/\(installation)"
    }

    /// Makes the folder and looks whether it is fit for secrets. Everybody may write to /dev/shm: whoever made the folder
    /// before us could read the salts, or set them.
    func make() throws(PluginError) {
        do throws(PlatformError) {
            try Files.makeFolder(path, mode: 0o700)
        } catch {
            throw PluginError.settings(key: "salt_directory", "cannot be made: \(error)")
        }
        guard Files.isMemoryBacked(path) else {
            throw PluginError.settings(
                key: "salt_directory",
                "\(path) does not lie in memory (tmpfs): the salts would reach a disk. Use /dev/shm or /run")
        }
        for place in [parent, path] where !Files.isOwnAndPrivate(place) {
            throw PluginError.settings(
                key: "salt_directory",
                "\(place) is somebody else's, or open to others: name a folder that only the gateway's user can enter")
        }
    }

    /// Whether the folder is there and nobody else's.
    var isOurs: Bool { Files.isOwnAndPrivate(parent) && Files.isOwnAndPrivate(path) && Files.isMemoryBacked(path) }

    /// The salt of this name, and its file, locked. Made if it is missing and `mayCreate`; else `nil`.
    func obtain(
        _ name: SaltName, mayCreate: Bool, in memory: SecretMemory
    ) throws(PlatformError) -> (salt: SecretBytes, file: LockedFile)? {
        let file = "\(path)/\(name.fileName)"
        if let found = try read(file, in: memory) { return found }
        guard mayCreate, let salt = SecretBytes(randomIn: memory) else { return nil }
        let made = try salt.withBytes { (bytes) throws(PlatformError) in
            try LockedFile.create(file, bytes: bytes, isLocking: isLocking)
        }
        if let made { return (salt, made) }
        return try read(file, in: memory)
    }

    private func read(_ file: String, in memory: SecretMemory) throws(PlatformError) -> (SecretBytes, LockedFile)? {
        var locked: LockedFile?
        let salt = try SecretBytes(in: memory) { (bytes) throws(PlatformError) in
            locked = try LockedFile.open(file, into: &bytes, isLocking: isLocking)
        }
        guard let salt, let locked else { return nil }
        return (salt, locked)
    }

    /// Wipes what is over, and locks the files of the others that are not locked yet.
    func tend(_ locked: inout [SaltName: LockedFile], now: Timestamp) {
        locked = locked.filter { !$0.key.isOver(at: now) }
        for file in (try? Files.list(path)) ?? [] {
            guard let name = SaltName(fileName: file) else { continue }
            if name.isOver(at: now) {
                LockedFile.wipe("\(path)/\(file)")
            } else if locked[name] == nil, file == name.fileName {
                locked[name] = try? LockedFile.lock("\(path)/\(file)", isLocking: isLocking)
            }
        }
    }
}
