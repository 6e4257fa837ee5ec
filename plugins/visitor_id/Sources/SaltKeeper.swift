import Cryptography
import EventModel
import Platform
import PluginAPI
import Synchronization

/// Keeps the salts: one for each site and period, 16 random bytes, made when first asked for within the period and
/// removed an hour after its end.
///
/// In the process they lie in locked memory. With a folder each is a file there as well, which every gateway of the
/// machine reads and keeps locked.
final class SaltKeeper: Sendable {
    /// Where the salts come from and what is asked of their memory.
    struct Place: Sendable {
        /// Nowhere but in this process when `nil`.
        var folder: SaltFolder?
        /// Whether a salt that cannot be locked is no salt.
        var requiresLock = false
        var memory = SecretMemory()
        var hasSwap: @Sendable () -> Bool = { Swap.isActive }
    }

    /// The salt of a period, and the period.
    struct Salt: Sendable {
        var bytes: SecretBytes
        var period: Range<Timestamp>
    }

    private struct Day: Hashable {
        var site: SiteID
        var start: Timestamp
        var end: Timestamp
    }

    /// What is known of a day of a site: its period, and that period's salt, or that there was none a moment ago.
    private struct Entry {
        var period: Range<Timestamp>
        var bytes: SecretBytes?
        var checkedAt: Timestamp
    }

    private struct State {
        var salts: [SaltName: SecretBytes] = [:]
        var files: [SaltName: LockedFile] = [:]
        var isStopped = false
        /// What is wrong with the memory, in words; empty when nothing is.
        var warning = ""
        var failureLoggedAt: Timestamp?
    }

    private let place: Place
    private let periods: Periods
    private let sites: @Sendable () -> SiteSnapshot
    private let log: Log
    private let now: @Sendable () -> Timestamp
    /// What every event looks into; changed only with `state` held.
    private let entries = Published<[Day: Entry]>([:])
    private let state = Mutex(State())
    private let isStopped = Monitor(false)
    private let cleaner: Mutex<Thread?> = Mutex(nil)

    /// Milliseconds after which a salt that was not there is looked for again.
    private static let patience: Int64 = 1000

    init(
        _ place: Place, periods: Periods, sites: @escaping @Sendable () -> SiteSnapshot, log: Log,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(milliseconds: Clock.wallMilliseconds()) }
    ) {
        self.place = place
        self.periods = periods
        self.sites = sites
        self.log = log
        self.now = now
    }

    /// Opens the folder, makes sure of the memory, and begins to remove salts whose time is over. Without an identity
    /// only what was left by another one is removed.
    func start() throws(PluginError) {
        if periods.identity == .none {
            guard let folder = place.folder, folder.isOurs else { return }
        } else {
            try place.folder?.make()
            // One that nobody will use, to see whether the memory can be locked.
            guard SecretBytes(randomIn: place.memory) != nil else {
                throw PluginError.unavailable("no memory for salts")
            }
        }
        tend()
        let failure = state.withLock { lockError($0) }
        if place.requiresLock, periods.identity != .none, let failure {
            throw PluginError.unavailable(
                "the salts cannot be locked into memory (\(failure)), as require_locked_memory asks for: raise the "
                    + "limit (LimitMEMLOCK= of the service, ulimit -l)")
        }
        do throws(PlatformError) {
            let thread = try Thread(name: "salt-cleaner") { self.clean() }
            cleaner.withLock { $0 = thread }
        } catch {
            throw PluginError.unavailable("\(error)")
        }
    }

    /// Wipes the salts of this process. Those in the folder stay for the successor.
    func stop() {
        isStopped.withLock { $0 = true }
        cleaner.withLock { $0 }?.join()
        state.withLock { state in
            state = State()
            state.isStopped = true
            entries.publish([:])
        }
    }

    /// The salt of the period to which a local day belongs, if the period is running or not long over; `nil` for every
    /// other one. A salt is only made while its period runs: one made later would count the period's visitors a second
    /// time.
    func salt(site: SiteID, day: Range<Timestamp>, in sites: SiteSnapshot) -> Salt? {
        let now = now()
        let key = Day(site: site, start: day.lowerBound, end: day.upperBound)
        if let entry = entries.value[key] {
            if SaltName(site: site, period: entry.period).isOver(at: now) { return nil }
            if let bytes = entry.bytes { return Salt(bytes: bytes, period: entry.period) }
            if (0..<SaltKeeper.patience).contains(now.milliseconds(since: entry.checkedAt)) { return nil }
        } else {
            // Events may claim any time: those of long ago must not make anybody look for their period.
            let distance = now.milliseconds(since: day.lowerBound)
            guard (-Periods.reach...Periods.reach).contains(distance) else { return nil }
        }
        return find(site, day, key, in: sites, now)
    }

    private func find(
        _ site: SiteID, _ day: Range<Timestamp>, _ key: Day, in sites: SiteSnapshot, _ now: Timestamp
    ) -> Salt? {
        guard let period = periods.period(of: site, day: day, in: sites) else { return nil }
        let name = SaltName(site: site, period: period)
        guard !name.isOver(at: now) else { return nil }
        return state.withLock { state in
            if state.isStopped { return nil }
            var known = entries.value
            if let entry = known[key], entry.period == period, let bytes = entry.bytes {
                return Salt(bytes: bytes, period: period)
            }
            let bytes = state.salts[name] ?? obtain(name, mayCreate: period.contains(now), now, &state)
            state.salts[name] = bytes
            known[key] = Entry(period: period, bytes: bytes, checkedAt: now)
            entries.publish(known)
            return bytes.map { Salt(bytes: $0, period: period) }
        }
    }

    private func obtain(_ name: SaltName, mayCreate: Bool, _ now: Timestamp, _ state: inout State) -> SecretBytes? {
        guard let folder = place.folder else {
            let bytes = mayCreate ? SecretBytes(randomIn: place.memory) : nil
            return place.requiresLock && place.memory.lockError != nil ? nil : bytes
        }
        do throws(PlatformError) {
            guard let (bytes, file) = try folder.obtain(name, mayCreate: mayCreate, in: place.memory) else {
                return nil
            }
            state.files[name] = file
            return place.requiresLock && lockError(state) != nil ? nil : bytes
        } catch {
            // Every event would say so again.
            let isLogged = state.failureLoggedAt.map { (0..<60_000).contains(now.milliseconds(since: $0)) } ?? false
            if !isLogged {
                state.failureLoggedAt = now
                log.error("visitor_id: cannot keep a salt, events go on without a visitor: \(error)")
            }
            return nil
        }
    }

    // MARK: - Removal

    private func clean() {
        while isStopped.wait(milliseconds: pause(), until: { $0 ? true : nil }) == nil { tend() }
    }

    /// Until the next salt is over, a minute at most: the clock may be set.
    private func pause() -> Int {
        let now = now()
        let next = state.withLock { state in
            [state.salts.keys.map(\.period.upperBound).min(), state.files.keys.map(\.period.upperBound).min()]
                .compactMap { $0 }.min()
        }
        guard let next else { return 60_000 }
        return Int(min(60_000, max(100, next.advanced(byMilliseconds: SaltName.afterlife).milliseconds(since: now))))
    }

    /// Removes what is over, locks what others have made, and looks whether days still belong to their periods: a site
    /// may have moved to another time zone.
    func tend() {
        let now = now()
        let sites = sites()
        let hasSwap = place.hasSwap()
        state.withLock { state in
            if state.isStopped { return }
            state.salts = state.salts.filter { !$0.key.isOver(at: now) }
            let known = entries.value
            let valid = known.filter { isValid($0.key, $0.value, in: sites, now) }
            if valid.count < known.count { entries.publish(valid) }
            place.folder?.tend(&state.files, now: now)
            warn(&state, hasSwap)
        }
    }

    private func isValid(_ key: Day, _ entry: Entry, in sites: SiteSnapshot, _ now: Timestamp) -> Bool {
        let day = key.start..<key.end
        return !SaltName(site: key.site, period: entry.period).isOver(at: now)
            && sites.day(of: key.site, containing: key.start) == day
            && periods.period(of: key.site, day: day, in: sites) == entry.period
    }

    // MARK: - Locked memory

    private func lockError(_ state: State) -> PlatformError? {
        if let code = place.memory.lockError { return PlatformError(call: "mlock", code: code) }
        for file in state.files.values { if let error = file.lockError { return error } }
        return nil
    }

    private func warn(_ state: inout State, _ hasSwap: Bool) {
        var warning = ""
        if hasSwap, let error = lockError(state) {
            warning =
                "the salts are NOT locked into memory (\(error)) and this machine has swap: they may reach a disk, and "
                + "pseudonyms could be traced back. Raise LimitMEMLOCK= (ulimit -l), or switch swap off"
        }
        if !warning.isEmpty, warning != state.warning { log.error("visitor_id: \(warning)") }
        state.warning = warning
    }

    /// How the salts lie, in one line.
    var notes: [String] {
        guard periods.identity != .none else { return [] }
        return state.withLock { state in
            if state.isStopped { return [] }
            if !state.warning.isEmpty { return [state.warning] }
            if let error = lockError(state) {
                return [
                    "the salts are not locked into memory (\(error)); this machine has no swap, so they reach no disk"
                ]
            }
            return ["salts in locked memory: \(state.salts.count)"]
        }
    }
}
