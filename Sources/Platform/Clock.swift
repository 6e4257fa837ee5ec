import Glibc

/// The machine's clocks.
public enum Clock {
    /// Milliseconds since 1970, UTC: the wall clock, which may jump.
    public static func wallMilliseconds() -> Int64 {
        let now = read(CLOCK_REALTIME)
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }

    /// Nanoseconds of a clock that never jumps: for durations only.
    public static func monotonicNanoseconds() -> UInt64 {
        let now = read(CLOCK_MONOTONIC)
        return UInt64(now.tv_sec) &* 1_000_000_000 &+ UInt64(now.tv_nsec)
    }

    /// Puts the calling thread to sleep. Signals do not cut it short, for all threads but one block them.
    public static func sleep(milliseconds: Int) {
        var duration = timespec(tv_sec: milliseconds / 1000, tv_nsec: (milliseconds % 1000) * 1_000_000)
        _ = unsafe nanosleep(&duration, nil)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var now = timespec()
        _ = unsafe clock_gettime(clock, &now)
        return now
    }
}
