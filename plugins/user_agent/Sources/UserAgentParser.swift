import EventModel

/// Reads a user agent and what goes with it. Pure: the same input, the same answer, whatever the bytes.
enum UserAgentParser {
    /// What is known of the client. `touch` is the page's own word that the screen takes more than one finger.
    static func parse(_ userAgent: String, hints: ClientHints, touch: Bool) -> Client {
        var client = read(userAgent, touch: touch)
        client.merge(hints)
        return client
    }

    /// The same without the client hints.
    static func read(_ userAgent: String, touch: Bool) -> Client {
        guard !userAgent.isEmpty else { return Client() }
        var scan = UserAgentScan()
        scan.read(userAgent.utf8.span)
        return scan.client(touch: touch)
    }
}
