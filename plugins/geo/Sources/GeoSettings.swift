public import Configuration
import EventModel

/// From where countries come, and how much of a place is kept.
public struct GeoSettings: ValidatedSettings {
    /// Who is asked, in this order: the first that knows the country answers alone.
    public var providers: [Provider] = Provider.allCases
    /// How much of the place is kept.
    public var precision = Precision.country
    /// Headers of an edge that name the country, as CGI spells them.
    public var trustedHeaders: [String] = []
    /// Path of a database in MaxMind's format; empty for none.
    public var mmdb = ""
    /// Paths of files of ranges, such as tor's.
    public var ranges: [String] = []

    enum CodingKeys: String, CodingKey {
        case providers, precision, mmdb, ranges
        case trustedHeaders = "trusted_headers"
    }

    /// Every default: nginx's word and no file.
    public init() {}

    /// Who can be asked.
    public enum Provider: String, Codable, Sendable, CaseIterable {
        /// nginx, by FastCGI parameters, and trusted edges by their headers.
        case parameter
        /// A database in MaxMind's format.
        case mmdb
        /// Files of ranges.
        case ranges
    }

    /// How much of a place is kept.
    public enum Precision: String, Codable, Sendable, CaseIterable {
        case country, region, city
    }

    /// Paths are absolute, files are those of providers that are asked, headers are known ones.
    public func problems() -> [SettingProblem] {
        var problems: [SettingProblem] = []
        if Set(providers).count != providers.count {
            problems.append(SettingProblem("providers", "names one twice; each is asked once"))
        }
        if !mmdb.isEmpty { problems += fileProblems("mmdb", [mmdb], .mmdb) }
        problems += fileProblems("ranges", ranges, .ranges)
        for header in trustedHeaders where !EdgePlace.headers.contains(GeoSettings.parameterName(header)) {
            problems.append(
                SettingProblem(
                    "trusted_headers", "must be among \(EdgePlace.headers.joined(separator: ", ")), not \"\(header)\""))
        }
        if !trustedHeaders.isEmpty, !providers.contains(.parameter) {
            problems.append(SettingProblem("trusted_headers", "needs \"parameter\" among the providers"))
        }
        return problems
    }

    private func fileProblems(_ key: String, _ paths: [String], _ provider: Provider) -> [SettingProblem] {
        var problems = paths.filter { !$0.hasPrefix("/") }.map {
            SettingProblem(key, "\"\($0)\" must be an absolute path")
        }
        if !paths.isEmpty, !providers.contains(provider) {
            problems.append(SettingProblem(key, "needs \"\(provider.rawValue)\" among the providers"))
        }
        return problems
    }

    /// `CF-IPCountry` as `CF_IPCOUNTRY`, which is its name in CGI (RFC 3875 section 4.1.18, without `HTTP_`).
    static func parameterName(_ header: String) -> String {
        String(
            decoding: header.utf8.map {
                $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : (97...122).contains($0) ? $0 & 0xdf : $0
            }, as: UTF8.self)
    }
}
