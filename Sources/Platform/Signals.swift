import Glibc

/// The signals that the gateway acts on. All others keep their usual meaning; SIGPIPE is ignored.
public enum Signal: Sendable {
    /// SIGTERM or SIGINT: stop in an orderly way.
    case stop
    /// SIGHUP: read the configuration again.
    case reload
    /// SIGCHLD: a child process has ended.
    case childEnded
}

/// Signals are blocked in every thread and taken by one that waits for them: libfcgi does not retry calls that a
/// signal interrupts (a body would come out short), and a handler could do next to nothing safely.
public enum Signals {
    /// Blocks the signals in this thread and in all that it starts from now on. Call it first thing in the program.
    public static func block() {
        var set = handled()
        _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the next of the signals, at most so long; `nil` when none came.
    public static func wait(milliseconds: Int) -> Signal? {
        var set = handled()
        var limit = timespec(tv_sec: milliseconds / 1000, tv_nsec: (milliseconds % 1000) * 1_000_000)
        switch unsafe sigtimedwait(&set, nil, &limit) {
        case SIGTERM, SIGINT: return .stop
        case SIGHUP: return .reload
        case SIGCHLD: return .childEnded
        default: return nil
        }
    }

    /// Waits for the next of the signals.
    public static func wait() -> Signal {
        while true {
            if let signal = wait(milliseconds: 3_600_000) { return signal }
        }
    }

    private static func handled() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for number in [SIGTERM, SIGINT, SIGHUP, SIGCHLD] { unsafe sigaddset(&set, number) }
        return set
    }
}
