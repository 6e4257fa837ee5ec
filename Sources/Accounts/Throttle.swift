import Cryptography
public import EventModel
public import Platform
import Synchronization

/// Slows down whoever guesses passwords or codes (OWASP ASVS 5.0, 6.3.1): by account, by network and all in all. In memory
/// and in this process only, so that it needs no Redis; nothing of it outlives a restart.
///
/// It delays and never locks out. The account's owner waits at most five minutes; who has signed in from a network within
/// thirty days does not notice that strangers try everywhere else.
///
/// Every `allowed` is an attempt under way until `failed`, `succeeded` or `withdrawn` says how it ended, and counts as a
/// failure meanwhile: a thousand attempts at once are no more than one after the other. What nobody reports is forgotten
/// after one or two minutes.
///
/// Neither e-mail addresses nor whole IP addresses are kept: a hash of the one, /24 or /64 of the other.
public final class Throttle: Sendable {
    /// Whether somebody may try now.
    public enum Permission: Sendable, Equatable {
        /// Try, and report how it went.
        case allowed
        /// Not before so many seconds, at least one: what `Retry-After` says. Nothing is remembered of the question.
        case wait(seconds: Int)
    }

    private let state: Mutex<ThrottleState>

    /// A throttle that remembers nobody.
    public convenience init() {
        self.init(limits: ThrottleState.Limits())
    }

    init(limits: ThrottleState.Limits) {
        state = Mutex(ThrottleState(limits: limits))
    }

    /// Whether this account may be tried from this address. Call it before any work is done for the attempt.
    ///
    /// - Parameters:
    ///   - account: the e-mail address as it was typed; it need not belong to anybody.
    ///   - now: nanoseconds of a clock that never jumps. In all of these functions; one that goes back stands still.
    public func permission(
        account: String, network address: IPAddress, now: UInt64 = Clock.monotonicNanoseconds()
    ) -> Permission {
        let attempt = ThrottleState.Attempt(account: account, address: address)
        return state.withLock { $0.permission(attempt, now: now) }
    }

    /// The password or the code was wrong, or the account does not exist.
    public func failed(account: String, network address: IPAddress, now: UInt64 = Clock.monotonicNanoseconds()) {
        let attempt = ThrottleState.Attempt(account: account, address: address)
        state.withLock { $0.failed(attempt, now: now) }
    }

    /// Somebody is signed in, with everything that it takes: after the password alone, where a code follows, call
    /// `withdrawn`, or the password clears the way to guess codes. The account's failures are forgotten, the network's
    /// are not, for one of an attacker's accounts may be real.
    public func succeeded(account: String, network address: IPAddress, now: UInt64 = Clock.monotonicNanoseconds()) {
        let attempt = ThrottleState.Attempt(account: account, address: address)
        state.withLock { $0.succeeded(attempt, now: now) }
    }

    /// The attempt ended without an answer, such as when the database was away, or goes on with a second step.
    public func withdrawn(account: String, network address: IPAddress, now: UInt64 = Clock.monotonicNanoseconds()) {
        let attempt = ThrottleState.Attempt(account: account, address: address)
        state.withLock { $0.withdrawn(attempt, now: now) }
    }

    /// Accounts and networks that are remembered.
    var remembered: Int { state.withLock { $0.remembered } }
}
