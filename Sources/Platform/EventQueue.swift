import CSystem
import Glibc

/// Watches descriptors (epoll). Any number of threads may wait on one queue; a descriptor of interest `once` is told
/// to one of them and then sleeps until it is armed again.
public final class EventQueue: Sendable {
    private let set: Int32

    /// When a descriptor is told.
    public enum Interest: Sendable {
        /// As long as it is readable, to as few waiters as the kernel manages.
        case always
        /// Once, when it is readable or closed; then not until `arm`.
        case once

        var mask: UInt32 {
            switch self {
            case .always: EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue
            case .once: EPOLLIN.rawValue | EPOLLRDHUP.rawValue | EPOLLONESHOT.rawValue
            }
        }
    }

    /// An empty queue.
    public init() throws(PlatformError) {
        set = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard set >= 0 else { throw PlatformError(call: "epoll_create1", code: errno) }
    }

    deinit {
        close(set)
    }

    /// Begins to watch a descriptor; `token` comes back from `wait`.
    public func add(_ descriptor: Int32, interest: Interest, token: UInt64) throws(PlatformError) {
        try control(EPOLL_CTL_ADD, descriptor, interest.mask, token)
    }

    /// Watches a descriptor of interest `once` again.
    public func arm(_ descriptor: Int32, token: UInt64) throws(PlatformError) {
        try control(EPOLL_CTL_MOD, descriptor, Interest.once.mask, token)
    }

    /// Watches the descriptor no longer. Closing it does the same.
    public func remove(_ descriptor: Int32) {
        _ = csystem_epoll_control(set, EPOLL_CTL_DEL, descriptor, 0, 0)
    }

    /// Waits for the next descriptor and returns its token; `nil` when something interrupted the wait.
    public func wait() -> UInt64? {
        var events: UInt32 = 0
        var token: UInt64 = 0
        return unsafe csystem_epoll_wait(set, &events, &token, -1) == 1 ? token : nil
    }

    private func control(
        _ operation: Int32, _ descriptor: Int32, _ mask: UInt32, _ token: UInt64
    ) throws(PlatformError) {
        guard csystem_epoll_control(set, operation, descriptor, mask, token) == 0 else {
            throw PlatformError(call: "epoll_ctl", code: errno)
        }
    }
}

/// A pipe that wakes every thread waiting on a queue, for good: its reading end stays readable.
public final class WakePipe: Sendable {
    /// The end to watch with interest `always`.
    public let reader: Int32
    private let writer: Int32

    /// A pipe that nobody has pulled yet.
    public init() throws(PlatformError) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw PlatformError(call: "pipe", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        close(writer)
    }

    /// Wakes everybody.
    public func wake() {
        var byte: UInt8 = 1
        _ = unsafe write(writer, &byte, 1)
    }
}
