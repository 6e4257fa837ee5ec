import EventModel
@testable import UserAgentPlugin

/// User agents and client hints: whatever the bytes, an answer, always the same, and made of words of ours or of versions
/// that are numbers. The first byte says where the hints begin.
enum UserAgentTarget: FuzzTarget {
    static let name = "user_agent"

    static func seeds() -> [[UInt8]] {
        let agents = [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/155.0.0.0 Safari/537.36 Edg/155.0.0.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Android 15; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0",
            "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1/191; U; en)",
            "Mozilla/5.0 (PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15", "curl/8.1", "", "Mozilla/5.0 (", "/",
            "a/1 b/2 (c; d/3",
        ]
        let hints = [
            #""Chromium";v="155", "Microsoft Edge";v="155", "Not)A;Brand";v="8""#, #""a\"b";v="1""#, #""";v="""#, "x",
            "\"",
        ]
        return agents.flatMap { agent in
            hints.map { [UInt8(min(255, agent.utf8.count))] + Array(agent.utf8) + Array($0.utf8) }
        }
    }

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let rest = bytes.dropFirst()
        let agent = String(decoding: rest.prefix(Int(first)), as: UTF8.self)
        let brands = String(decoding: rest.dropFirst(Int(first)), as: UTF8.self)
        for isMobile in [nil, true, false] {
            let hints = ClientHints(brands: brands, platform: brands, isMobile: isMobile)
            let client = UserAgentParser.parse(agent, hints: hints, touch: first & 1 == 1)
            promise(client == UserAgentParser.parse(agent, hints: hints, touch: first & 1 == 1), "always the same")
            promise(client.major >= -1 && client.systemMajor >= -1, "a version is a number, or unknown")
            promise(client.browser != .unknown || client.major == -1, "no version without a browser")
        }
    }
}
