import Journal
import Platform
import Synchronization

/// A disk that does what a real one may do when the power fails: what was not synced is kept, lost, or torn, in any
/// order; names that were not synced come back or not. It also fails the n-th call when asked to.
final class SimulatedDisk: JournalFolder, Sendable {
    /// What the n-th call does instead of its work.
    struct Fault: Sendable {
        var call: Int
        var code: Int32
        /// All later calls that write fail as well.
        var isLasting = false
    }

    private let state: Mutex<State>

    struct State: Sendable {
        var files: [Int: Content] = [:]
        /// Names as programs see them.
        var names: [String: Int] = [:]
        /// Names as they are on the disk, and the changes since.
        var durableNames: [String: Int] = [:]
        var nameChanges: [NameChange] = []
        var next = 1
        var calls = 0
        var fault: Fault?
        var hasFailed = false
        var capacity = Int.max
        /// Stretches that cannot be read, by file.
        var unreadable: [Int: Range<Int>] = [:]
        /// Frees bytes when files go.
        var used: Int { files.values.reduce(0) { $0 + $1.visible.count } }
    }

    enum NameChange: Sendable {
        case set(String, Int)
        case clear(String)
    }

    /// A file: what is on the disk, what programs see, and the writes in between.
    struct Content: Sendable {
        var durable: [UInt8] = []
        var visible: [UInt8] = []
        var writes: [(offset: Int, bytes: [UInt8])] = []
        var sizeChanges: [Int] = []
    }

    init(capacity: Int = .max) {
        state = Mutex(State(capacity: capacity))
    }

    private init(_ state: State) {
        self.state = Mutex(state)
    }

    /// Calls so far that can fail.
    var calls: Int { state.withLock { $0.calls } }

    var hasFailed: Bool { state.withLock { $0.hasFailed } }

    func fail(_ fault: Fault?) {
        state.withLock { state in
            state.fault = fault
            state.calls = 0
            state.hasFailed = false
        }
    }

    /// Bytes in use.
    var used: Int { state.withLock { $0.used } }

    /// Lets a stretch of a file fail to be read, as a bad sector does.
    func makeUnreadable(_ name: String, _ range: Range<Int>) {
        state.withLock { state in
            if let number = state.names[name] { state.unreadable[number] = range }
        }
    }

    func setCapacity(_ capacity: Int) { state.withLock { $0.capacity = capacity } }

    /// Changes bytes of a file, on the disk as well, as rot does.
    func damage(_ name: String, at offset: Int, _ bytes: [UInt8]) {
        state.withLock { state in
            guard let number = state.names[name], var content = state.files[number] else { return }
            for (place, byte) in bytes.enumerated() where offset + place < content.visible.count {
                content.visible[offset + place] = byte
                if offset + place < content.durable.count { content.durable[offset + place] = byte }
            }
            state.files[number] = content
        }
    }

    /// What a machine finds that starts after the process was killed: all that was written.
    func afterKill() -> SimulatedDisk {
        var copy = state.withLock { $0 }
        copy.fault = nil
        return SimulatedDisk(copy)
    }

    /// What a machine finds that starts after the power was cut now.
    func afterPowerLoss(_ random: inout some RandomNumberGenerator) -> SimulatedDisk {
        var new = state.withLock { $0 }
        new.fault = nil
        // The changes of names reach the disk in their order (a journalling file system), as far as they came.
        for change in new.nameChanges.prefix(Int.random(in: 0...new.nameChanges.count, using: &random)) {
            switch change {
            case .set(let name, let number): new.durableNames[name] = number
            case .clear(let name): new.durableNames[name] = nil
            }
        }
        new.nameChanges = []
        new.names = new.durableNames
        for (number, content) in new.files { new.files[number] = SimulatedDisk.torn(content, &random) }
        return SimulatedDisk(new)
    }

    private static func torn(_ content: Content, _ random: inout some RandomNumberGenerator) -> Content {
        var durable = content.durable
        if let size = content.sizeChanges.prefix(Int.random(in: 0...content.sizeChanges.count, using: &random)).last {
            durable = resized(durable, size)
        }
        for (offset, bytes) in content.writes.shuffled(using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: continue
            case 1: put(bytes[...], at: offset, into: &durable)
            default:
                // Some sectors of 512 bytes of it.
                var place = 0
                while place < bytes.count {
                    let end = min(bytes.count, (offset + place) / 512 * 512 + 512 - offset)
                    if Bool.random(using: &random) { put(bytes[place..<end], at: offset + place, into: &durable) }
                    place = end
                }
            }
        }
        return Content(durable: durable, visible: durable)
    }

    static func put(_ bytes: ArraySlice<UInt8>, at offset: Int, into content: inout [UInt8]) {
        if content.count < offset + bytes.count { content = resized(content, offset + bytes.count) }
        content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    static func resized(_ content: [UInt8], _ size: Int) -> [UInt8] {
        size <= content.count
            ? Array(content.prefix(size)) : content + [UInt8](repeating: 0, count: size - content.count)
    }

    // ---- what a journal asks for

    fileprivate func change<Result>(
        _ call: String, _ body: (inout State) throws(PlatformError) -> Result
    ) throws(PlatformError) -> Result {
        try state.withLock { (state) throws(PlatformError) in
            state.calls += 1
            if let fault = state.fault, state.calls == fault.call || (fault.isLasting && state.calls > fault.call) {
                state.hasFailed = true
                throw PlatformError(call: call, code: fault.code)
            }
            return try body(&state)
        }
    }

    fileprivate func look<Result>(_ body: (borrowing State) -> Result) -> Result {
        state.withLock { body($0) }
    }

    /// The bytes of a file that failed to sync count as written from then on, as Linux has it: a second sync "succeeds".
    fileprivate func sync(_ number: Int) throws(PlatformError) {
        do throws(PlatformError) {
            try change("fdatasync") { (state) throws(PlatformError) in
                guard var content = state.files[number] else { return }
                content.durable = content.visible
                content.writes = []
                content.sizeChanges = []
                state.files[number] = content
            }
        } catch {
            state.withLock { state in
                state.files[number]?.writes = []
                state.files[number]?.sizeChanges = []
            }
            throw error
        }
    }

    func names(in subfolder: String) -> [String] {
        look { state in
            state.names.keys.filter { $0.contains("/") == !subfolder.isEmpty }
                .map { subfolder.isEmpty ? $0 : String($0.dropFirst(subfolder.utf8.count + 1)) }.sorted()
        }
    }

    func open(_ name: String, create: Bool) throws(PlatformError) -> any JournalFile {
        if let number = look({ $0.names[name] }) { return File(disk: self, number: number) }
        guard create else { throw PlatformError(call: "open \(name)", code: 2) }
        let number = try change("open") { (state) throws(PlatformError) in
            let number = state.next
            state.next += 1
            state.files[number] = Content()
            state.names[name] = number
            state.nameChanges.append(.set(name, number))
            return number
        }
        return File(disk: self, number: number)
    }

    func rename(_ name: String, to new: String) throws(PlatformError) {
        try change("rename") { (state) throws(PlatformError) in
            guard let number = state.names[name] else { throw PlatformError(call: "rename \(name)", code: 2) }
            state.names[name] = nil
            state.names[new] = number
            state.nameChanges += [.set(new, number), .clear(name)]
        }
    }

    func remove(_ name: String) throws(PlatformError) {
        try change("unlink") { (state) throws(PlatformError) in
            guard let number = state.names.removeValue(forKey: name) else { return }
            state.nameChanges.append(.clear(name))
            if !state.names.values.contains(number) { state.files[number]?.visible = [] }
        }
    }

    func sync() throws(PlatformError) {
        try change("fsync") { (state) throws(PlatformError) in
            state.durableNames = state.names
            state.nameChanges = []
        }
    }

    func freeBytes() -> Int {
        look { $0.capacity == .max ? 1 << 50 : $0.capacity - $0.used }
    }
}

/// An open file of a simulated disk.
private struct File: JournalFile {
    let disk: SimulatedDisk
    let number: Int

    func size() -> Int { disk.look { $0.files[number]?.visible.count ?? 0 } }

    func read(at offset: Int, count: Int) throws(PlatformError) -> [UInt8] {
        let bad = disk.look { $0.unreadable[number] }
        if let bad, bad.overlaps(offset..<offset + count) { throw PlatformError(call: "pread", code: 5) }
        return disk.look { state in
            guard let visible = state.files[number]?.visible, offset < visible.count else { return [] }
            return Array(visible[offset..<min(offset + count, visible.count)])
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(PlatformError) {
        do throws(PlatformError) {
            try disk.change("pwrite") { (state) throws(PlatformError) in put(bytes, at: offset, &state) }
        } catch {
            // A write that fails may have come half way.
            try? disk.change("") { (state) throws(PlatformError) in
                put(Array(bytes.prefix(bytes.count / 2)), at: offset, &state)
            }
            throw error
        }
    }

    private func put(_ bytes: [UInt8], at offset: Int, _ state: inout SimulatedDisk.State) {
        guard var content = state.files[number] else { return }
        SimulatedDisk.put(bytes[...], at: offset, into: &content.visible)
        content.writes.append((offset, bytes))
        state.files[number] = content
    }

    func allocate(_ size: Int) throws(PlatformError) {
        try disk.change("fallocate") { (state) throws(PlatformError) in
            guard var content = state.files[number], content.visible.count < size else { return }
            guard state.used - content.visible.count + size <= state.capacity else {
                throw PlatformError(call: "fallocate", code: 28)
            }
            content.visible = SimulatedDisk.resized(content.visible, size)
            content.sizeChanges.append(size)
            state.files[number] = content
        }
    }

    func truncate(_ size: Int) throws(PlatformError) {
        try disk.change("ftruncate") { (state) throws(PlatformError) in
            guard var content = state.files[number] else { return }
            content.visible = SimulatedDisk.resized(content.visible, size)
            // What was written beyond the end is gone, for good once the new length is on the disk; the simulator keeps
            // it simple and lets it go at once.
            content.writes = content.writes.filter { $0.offset + $0.bytes.count <= size }
            content.durable = Array(content.durable.prefix(max(size, 0)))
            content.sizeChanges.append(size)
            state.files[number] = content
        }
    }

    func sync() throws(PlatformError) { try disk.sync(number) }
}
