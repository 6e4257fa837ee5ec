import Glibc
import Platform

/// Lists of real user agents that are too large, or not ours, to be kept with the tests.
enum Corpora {
    static let crawlers = "crawlers.txt"
    static let phones = "phones-and-tablets.txt"
    static let desktops = "desktops.txt"
    static let list = "crawler-user-agents.json"

    /// The file's path where `FOOTFALL_TEST_CORPORA` names its folder; `nil` where it is not there.
    static func path(_ name: String) -> String? {
        guard let folder = unsafe getenv("FOOTFALL_TEST_CORPORA") else { return nil }
        let path = unsafe "\(String(cString: folder))/\(name)"
        return Files.exists(path) ? path : nil
    }

    /// Whether all of them are there.
    static func has(_ names: String...) -> Bool { names.allSatisfy { path($0) != nil } }

    /// The lines of a file, without empty ones.
    static func lines(_ name: String) throws -> [String] {
        guard let path = path(name) else { return [] }
        return try Files.read(path).split(separator: "\n").map(String.init)
    }
}
