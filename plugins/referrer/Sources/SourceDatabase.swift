import Configuration
import EventModel
import FoundationEssentials
import Platform

/// Reads an operator's database of sources, in the form of snowplow's referer-parser (`referers.json`): medium → name →
/// `{"domains": [...], "parameters": [...]}`. Debian has one in the package ruby-referer-parser.
enum SourceDatabase {
    /// The sources by host without `www.`. Throws what is wrong with the file.
    static func read(_ path: String) throws -> [String: Source] {
        let bytes = try Files.readBytes(path)
        let media: [String: [String: Entry]]
        do {
            media = try JSONDecoder().decode([String: [String: Entry]].self, from: Data(bytes))
        } catch {
            throw ConfigProblem(path: path, message: "is no database of referrers (medium, name, domains), as JSON")
        }
        var sources: [String: Source] = [:]
        // In one order: where two claim one host, the same one always has it. `unknown` comes first, to be replaced.
        for medium in media.keys.sorted(by: { ($0 != "unknown" ? 1 : 0, $0) < ($1 != "unknown" ? 1 : 0, $1) }) {
            let kind = kinds[medium] ?? "other"
            for name in media[medium, default: [:]].keys.sorted() {
                for domain in media[medium]?[name]?.domains ?? [] {
                    let host = domain.lowercasedASCII.withoutWWW
                    if host.isEmpty { continue }
                    sources[host] = Source(name: name, kind: kind)
                }
            }
        }
        return sources
    }

    /// Only what is needed of an entry.
    private struct Entry: Decodable {
        var domains: [String]
    }

    /// Its media in our words.
    private static let kinds = [
        "search": "search", "social": "social", "email": "email", "paid": "paid", "chatbot": "ai", "unknown": "other",
    ]
}
