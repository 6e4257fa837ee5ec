import EventModel

@testable import URLScrubPlugin

/// URLs of pages and referrers: what is left of one is an address with the same host and path, is its own result, and has
/// neither user nor fragment. The first byte chooses the settings.
enum URLTarget: FuzzTarget {
    static let name = "url"

    static func seeds() -> [[UInt8]] {
        let texts = [
            "https://user:pw@Example.COM.:8080/a/b?utm_source=x&token=1;ref=2&&=3#/route?x=1",
            "http://[2001:db8::1]:80?a#",
            "http://h\\@evil.example/?ref", "https://e.example/a;jsessionid=1!2/b%3Btoken%3D1;v=2",
            "https://e.example/?r%2565f=https%3A%2F%2Fo.example%2F%3Ftoken%3D1", "android-app://com.example.app/?x=1",
            "https://e.example/?user[email]=1&+ref+=%25%36%35", "https://e.example/#!/a%3Fb", "about:blank", "//h/?a",
        ]
        return (0..<4).flatMap { kind in texts.map { [kind] + Array($0.utf8) } }
    }

    static func run(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        var settings = URLScrub.Settings()
        settings.mode = first & 1 == 0 ? .allow : .deny
        settings.keep_fragment = first & 2 != 0
        check(String(decoding: bytes.dropFirst(), as: UTF8.self), URLScrubber(settings), settings.keep_fragment)
    }

    private static func check(_ url: String, _ scrubber: URLScrubber, _ keepsFragment: Bool) {
        let result = scrubber.scrub(url) ?? url
        promise(result.utf8.count <= url.utf8.count, "nothing is added: \(url) → \(result)")
        promise(scrubber.scrub(result) == nil, "a result is its own result: \(url) → \(result)")
        let isApp = url.lowercasedASCII.utf8.starts(with: "android-app://".utf8)
        let before = WebAddress(url)
        promise(isApp || (before == nil) == result.isEmpty, "what is no address is emptied, nothing else: \(url)")
        guard let before else { return }
        guard let after = WebAddress(result) else { return promise(false, "an address stays one: \(url) → \(result)") }
        promise(before.host == after.host, "the host stays: \(url) → \(result)")
        promise(isPath(after.path, of: before.path), "the path loses its parameters at most: \(url) → \(result)")
        promise(!authority(result).contains(UInt8(ascii: "@")), "no user is left: \(url) → \(result)")
        let fragment = after.fragment.utf8
        promise(
            fragment.isEmpty || keepsFragment && (fragment.starts(with: "/".utf8) || fragment.starts(with: "!/".utf8)),
            "of fragments only routes are left: \(url) → \(result)")
        promise(!fragment.contains(where: "?#&;=".utf8.contains), "a route has no query: \(url) → \(result)")
    }

    /// A path loses what follows a `;`, `&` or `?`, encoded or not; without one of these it stays as it was.
    private static func isPath(_ after: String, of before: String) -> Bool {
        let bytes = Array(before.lowercasedASCII.utf8)
        let codes = ["3b", "26", "3f"].map { Array($0.utf8) }
        let hasCode = zip(bytes, bytes.dropFirst()).contains { codes.contains([$0, $1]) }
        return hasCode || bytes.contains(where: ";&".utf8.contains) || Array(after.utf8) == Array(before.utf8)
    }

    private static func authority(_ url: String) -> [UInt8] {
        let bytes = Array(url.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return [] }
        return Array(bytes[colon...].dropFirst(3).prefix { !"/?#\\".utf8.contains($0) })
    }
}
