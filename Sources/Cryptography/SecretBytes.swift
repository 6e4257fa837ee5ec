import CSodium
import Glibc
import Synchronization

/// Memory for keys that must not outlive their use: locked, so that it is never written to swap, left out of core dumps,
/// between pages that nobody may touch, and wiped key by key when the last user lets go of it (libsodium's `sodium_malloc`).
///
/// Keys share pages, because a process may lock only so many (`RLIMIT_MEMLOCK`).
@safe public final class SecretMemory: Sendable {
    private let isLocking: Bool
    private let state = Mutex(State())

    private struct State {
        var chunks: [Slot] = []
        var free: [Slot] = []
        var lockError: Int32?
    }

    /// A place for one key.
    // @unchecked: the memory behind it belongs to whoever holds the slot, and to nobody else.
    @safe fileprivate struct Slot: @unchecked Sendable {
        let start: UnsafeMutableRawPointer
    }

    /// With the 16 bytes that libsodium puts before it, a chunk is one page.
    private static let chunkLength = 4096 - 16

    /// Memory of which nothing is taken yet.
    public convenience init() {
        self.init(isLocking: true)
    }

    /// Memory that is not locked, for tests of what follows from that.
    init(isLocking: Bool) {
        self.isLocking = isLocking
        _ = sodium_init()
    }

    deinit {
        state.withLock { for chunk in $0.chunks { unsafe sodium_free(chunk.start) } }
    }

    /// Why some of the memory that is in use could not be locked (`errno`); `nil` when all of it is.
    public var lockError: Int32? { state.withLock { $0.lockError } }

    fileprivate func take() -> Slot? {
        state.withLock { state in
            if let slot = state.free.popLast() { return slot }
            guard let chunk = unsafe sodium_malloc(SecretMemory.chunkLength) else { return nil }
            // sodium_malloc locks, but does not say when it cannot.
            if !isLocking {
                _ = unsafe sodium_munlock(chunk, SecretMemory.chunkLength)
                state.lockError = EPERM
            } else if unsafe sodium_mlock(chunk, SecretMemory.chunkLength) != 0 {
                state.lockError = errno
            }
            unsafe state.chunks.append(Slot(start: chunk))
            for offset in stride(from: 0, to: SecretMemory.chunkLength, by: SecretBytes.count) {
                unsafe state.free.append(Slot(start: chunk + offset))
            }
            return state.free.popLast()
        }
    }

    fileprivate func giveBack(_ slot: Slot) {
        unsafe sodium_memzero(slot.start, SecretBytes.count)
        state.withLock { $0.free.append(slot) }
    }
}

/// Sixteen secret bytes in `SecretMemory`, such as a key of `SipHash`. They are wiped with the last reference, and no
/// description shows them.
@safe public final class SecretBytes: Sendable, CustomStringConvertible, CustomReflectable {
    /// How many they are.
    public static let count = 16

    private let memory: SecretMemory
    private let slot: SecretMemory.Slot

    /// Bytes that nobody can guess. `nil` when there is no memory left.
    public init?(randomIn memory: SecretMemory) {
        guard let slot = memory.take() else { return nil }
        self.memory = memory
        self.slot = slot
        unsafe randombytes_buf(slot.start, SecretBytes.count)
    }

    /// The bytes that `fill` writes over zeros. `nil` when there is no memory left; throws what `fill` throws.
    public init?<Failure: Error>(
        in memory: SecretMemory, fill: (inout MutableRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        guard let slot = memory.take() else { return nil }
        self.memory = memory
        self.slot = slot
        unsafe sodium_memzero(slot.start, SecretBytes.count)
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: slot.start, count: SecretBytes.count)
        var bytes = unsafe buffer.mutableBytes
        try fill(&bytes)
    }

    deinit {
        memory.giveBack(slot)
    }

    /// Hands the bytes to somebody who keeps no copy.
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let buffer = unsafe UnsafeRawBufferPointer(start: slot.start, count: SecretBytes.count)
        return try unsafe body(buffer.bytes)
    }

    /// Whether the other bytes are the same, in a time that does not depend on them.
    public func matches(_ other: SecretBytes) -> Bool {
        unsafe sodium_memcmp(slot.start, other.slot.start, SecretBytes.count) == 0
    }

    /// Never the bytes.
    public var description: String { "[secret]" }

    /// Nothing to reflect.
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// SipHash-2-4 of a message under these bytes.
    fileprivate func sipHash(_ message: UnsafeRawBufferPointer) -> UInt64 {
        var digest: UInt64 = 0
        unsafe withUnsafeMutablePointer(to: &digest) { digest in
            unsafe digest.withMemoryRebound(to: UInt8.self, capacity: 8) { digest in
                _ = unsafe crypto_shorthash(
                    digest, message.baseAddress.map { unsafe $0.assumingMemoryBound(to: UInt8.self) },
                    UInt64(message.count), slot.start.assumingMemoryBound(to: UInt8.self))
            }
        }
        // The reference writes its output least significant byte first.
        return UInt64(littleEndian: digest)
    }
}

extension SipHash {
    /// A message that is put together of parts, without an allocation unless it is longer than a kilobyte. Numbers come
    /// most significant byte first, texts with their length before them.
    @safe public struct Message: ~Copyable {
        private let buffer: UnsafeMutableRawBufferPointer
        private var count = 0
        private var isWhole = true

        fileprivate init(_ buffer: UnsafeMutableRawBufferPointer) {
            unsafe self.buffer = unsafe buffer
        }

        /// Bytes that a text takes.
        public static func length(of text: String) -> Int { 4 + text.utf8.count }

        /// Adds a number.
        public mutating func append<Number: FixedWidthInteger>(_ number: Number) {
            let bytes = unsafe withUnsafeBytes(of: number.bigEndian) { unsafe add($0) }
            if !bytes { isWhole = false }
        }

        /// Adds a text.
        public mutating func append(_ text: String) {
            let bytes = text.utf8
            append(UInt32(truncatingIfNeeded: bytes.count))
            let isAdded = unsafe bytes.withContiguousStorageIfAvailable { unsafe add(UnsafeRawBufferPointer($0)) }
            if let isAdded {
                if !isAdded { isWhole = false }
            } else {
                for byte in bytes { append(byte) }
            }
        }

        private mutating func add(_ bytes: UnsafeRawBufferPointer) -> Bool {
            guard unsafe bytes.count <= buffer.count - count else { return false }
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
            count += bytes.count
            return true
        }

        /// SipHash-2-4 under this key; `nil` when the message did not fit.
        public borrowing func hash(key: SecretBytes) -> UInt64? {
            guard isWhole else { return nil }
            return unsafe key.sipHash(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Runs `body` with an empty message that holds at most `capacity` bytes.
    public static func withMessage<Result>(capacity: Int, _ body: (inout Message) -> Result) -> Result {
        unsafe withUnsafeTemporaryAllocation(byteCount: max(1, capacity), alignment: 8) { buffer in
            var message = unsafe Message(buffer)
            return body(&message)
        }
    }
}
