public import Configuration
import EventModel

/// What is not counted.
public struct ExcludeSettings: ValidatedSettings {
    /// Addresses, and networks in CIDR notation.
    public var addresses: [String] = []
    /// Path of a file of such addresses and networks, one a line; empty for none.
    public var addressesList = ""
    /// Hosts of pages; `*.example.com` is every host below example.com.
    public var hosts: [String] = []
    /// Paths of pages; `*` is any run of characters.
    public var paths: [String] = []
    /// Countries by ISO 3166-1 alpha-2.
    public var countries: [String] = []
    /// Whether pages on this very machine and in the local network by name are left out.
    public var ownTraffic = false

    enum CodingKeys: String, CodingKey {
        case addresses, hosts, paths, countries
        case addressesList = "addresses_list"
        case ownTraffic = "own_traffic"
    }

    /// Every default: nothing is left out.
    public init() {}

    /// Addresses can be read, the list's path is absolute, patterns are of the shape that can ever match.
    public func problems() -> [SettingProblem] {
        var problems = addressProblems()
        for (key, count) in [("hosts", hosts.count), ("paths", paths.count)] where count > ExcludeSettings.mostPatterns
        {
            problems.append(
                SettingProblem(
                    key, "has \(count) patterns, and may have \(ExcludeSettings.mostPatterns): each costs every event"))
        }
        for host in hosts where !HostPattern.isValid(host) {
            problems.append(
                SettingProblem("hosts", "\"\(host)\" must be a host such as \"www.example.com\" or \"*.example.com\""))
        }
        for path in paths where !PathPattern.isValid(path) {
            problems.append(
                SettingProblem(
                    "paths",
                    "\"\(path)\" must begin with \"/\" or \"*\", such as \"/admin/*\", have at most "
                        + "\(Wildcard.mostBytes) bytes and no query"))
        }
        for country in countries where !ExcludeSettings.isCountry(country) {
            problems.append(SettingProblem("countries", "\"\(country)\" must be two letters, such as \"AT\""))
        }
        return problems
    }

    private static let mostPatterns = 1000

    private func addressProblems() -> [SettingProblem] {
        var rejected: [String] = []
        _ = IPNetworks(addresses, rejected: &rejected)
        var problems = rejected.map {
            SettingProblem("addresses", "\"\($0)\" must be an address or a network such as \"192.0.2.0/24\"")
        }
        if !addressesList.isEmpty, !addressesList.hasPrefix("/") {
            problems.append(SettingProblem("addresses_list", "\"\(addressesList)\" must be an absolute path"))
        }
        return problems
    }

    private static func isCountry(_ text: String) -> Bool {
        text.utf8.count == 2 && text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) }
    }
}
