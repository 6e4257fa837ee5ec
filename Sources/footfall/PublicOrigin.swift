/// Where people open the dashboard, as browsers write it: scheme and host in lower case, no port that goes without saying.
///
/// `Origin` of a request is compared with it byte by byte, so that `https://Stats.example.com:443/` in a configuration must
/// be the same as `https://stats.example.com`.
struct PublicOrigin: Equatable {
    /// `https://stats.example.com`, `http://localhost:8080`.
    let text: String

    /// Reads scheme, host and port; a slash may end them, and nothing else. `nil` for anything that is no such place.
    init?(_ url: String) {
        let lowered = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lowered.hasPrefix($0) }) else { return nil }
        var host = lowered.dropFirst(scheme.count)
        if host.hasSuffix("/") { host = host.dropLast() }
        // Letters of other alphabets stand in `Origin` as `xn--…`.
        let isPlain = host.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7f && !"/?#@\\\"'<>%".utf8.contains(byte)
        }
        guard isPlain else { return nil }
        var (name, port): (Substring, UInt16?) = (host, nil)
        // Colons within brackets belong to an IPv6 address.
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            guard let number = UInt16(host[host.index(after: colon)...]), number > 0 else { return nil }
            (name, port) = (host[..<colon], number)
        }
        guard !name.isEmpty, name.hasPrefix("[") || !name.contains(":") else { return nil }
        if port == (scheme == "https://" ? 443 : 80) { port = nil }
        text = scheme + name + (port.map { ":\($0)" } ?? "")
    }
}
