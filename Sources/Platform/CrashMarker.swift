import CSystem
import Glibc

/// Remembers, in a file that is mapped into memory, which request a thread works on: a trap in Swift ends the process and
/// cannot be caught, and without this the same request, tried again, would end it again and again.
///
/// A request is named by a checksum. There is one marker in a process.
@safe public struct CrashMarker: Sendable {
    /// A request that ended the process before this one.
    public struct Crash: Sendable, Hashable {
        /// The request's checksum.
        public var request: UInt64
        /// How far it had come.
        public var step: Int
    }

    /// Requests that have ended the process, newest last.
    public let crashes: [Crash]

    /// Most crashes that are remembered.
    private static let memory = 64

    /// Opens the marker, reads what its predecessors have left, and begins to watch. `crashes` of another `build` of the
    /// program are forgotten: it may have learned.
    public init(_ path: String, build: UInt64) throws(PlatformError) {
        var count: Int32 = 0
        guard let slots = unsafe csystem_crash_marker_open(path, &count) else {
            throw PlatformError(call: "map \(path)", code: errno)
        }
        // The last slots remember; the one before them says for which build.
        let size = Int(count)
        let remembered = size - CrashMarker.memory
        let isSameBuild = unsafe slots[remembered - 1].hash == build
        var crashes: [Crash] = []
        if isSameBuild {
            for index in remembered..<size where unsafe slots[index].state != 0 {
                unsafe crashes.append(Crash(request: slots[index].hash, step: Int(slots[index].step)))
            }
            for index in 0..<(remembered - 1) where unsafe slots[index].state == UInt32(csystem_crash_crashed) {
                let crash = unsafe Crash(request: slots[index].hash, step: Int(slots[index].step))
                if !crashes.contains(where: { $0.request == crash.request }) { crashes.append(crash) }
            }
        }
        crashes = Array(crashes.suffix(CrashMarker.memory))
        for index in 0..<size { unsafe slots[index] = csystem_crash_slot() }
        unsafe slots[remembered - 1].hash = build
        for (index, crash) in crashes.enumerated() {
            unsafe slots[remembered + index] = csystem_crash_slot(
                hash: crash.request, step: UInt32(clamping: crash.step), state: UInt32(csystem_crash_crashed))
        }
        self.crashes = crashes
        csystem_crash_marker_watch()
    }

    /// Runs `body` as work on this request.
    public static func working<Result>(on request: UInt64, _ body: () -> Result) -> Result {
        csystem_crash_marker_enter(request)
        defer { csystem_crash_marker_leave() }
        return body()
    }

    /// Says that the work has come to this step.
    @inline(__always)
    public static func step(_ step: Int) {
        csystem_crash_marker_step(UInt32(truncatingIfNeeded: step))
    }
}

extension Process {
    /// Tells this build of the program from others: made of its file's size and time.
    public static func build() -> UInt64 {
        var status = stat()
        guard unsafe stat("/proc/self/exe", &status) == 0 else { return 0 }
        return UInt64(bitPattern: Int64(status.st_mtim.tv_sec)) << 24 ^ UInt64(bitPattern: Int64(status.st_size))
    }
}
