import Glibc
import Synchronization

/// Places at which a test can end the process: `FOOTFALL_FAILPOINT=journal.after_write:3` kills it on the third pass.
///
/// They are in the program that is shipped, because a crash test of another program proves nothing; without the variable
/// a place costs one comparison.
public struct Failpoint: Sendable {
    /// What is armed, from the environment.
    private static let armed: (name: String, pass: Int)? = {
        guard let text = Process.environment()["FOOTFALL_FAILPOINT"], !text.isEmpty else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1)
        return (String(parts[0]), parts.count == 2 ? Int(parts[1]) ?? 1 : 1)
    }()
    private static let passes = Atomic(0)

    /// Passes the place; kills the process, as `kill -9` would, if the variable says so.
    public static func pass(_ name: StaticString) {
        guard let armed, armed.name == "\(name)" else { return }
        if passes.add(1, ordering: .relaxed).newValue == armed.pass { Process.kill9(Process.id) }
    }

    /// Traps as a bug would, if the variable is `NAME=text` with this very text.
    public static func trap(_ name: StaticString, when text: String) {
        guard let armed, armed.name == "\(name)=\(text)" else { return }
        _ = raise(SIGILL)
    }
}
