import Glibc
import Synchronization

/// A value that many threads look at all the time and that somebody exchanges now and then.
///
/// With a single lock the readers of every request meet at it: its holder is preempted, the others spin, and on two busy
/// cores that took a twentieth of the gateway's time. Here each thread has a copy of its own, under a lock that it hardly
/// ever shares.
public final class Published<Value: Sendable>: Sendable {
    private let copies: [Copy]

    private final class Copy: Sendable {
        let value: Mutex<Value>

        init(_ value: Value) { self.value = Mutex(value) }
    }

    /// More than there are busy threads, so that two seldom meet.
    private static var count: Int { 16 }

    /// Publishes a first value.
    public init(_ value: Value) {
        copies = (0..<Self.count).map { _ in Copy(value) }
    }

    /// The value of this moment. While it is being exchanged, some threads may see it a little earlier than others.
    public var value: Value {
        // Thread handles are addresses far apart; Fibonacci hashing spreads them.
        let place = (UInt64(pthread_self()) &* 0x9e37_79b9_7f4a_7c15) >> 60
        return copies[Int(truncatingIfNeeded: place)].value.withLock { $0 }
    }

    /// Exchanges the value.
    public func publish(_ value: Value) {
        for copy in copies { copy.value.withLock { $0 = value } }
    }
}
