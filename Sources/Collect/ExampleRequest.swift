public import EventModel
import FastCGI
import Platform

/// A request that somebody makes up to see what would become of it: the edge's own code reads it, so that an explanation
/// cannot differ from the real way.
public struct ExampleRequest {
    private let request: Request

    /// The site of examples: every host may send for it.
    private static let site = Site(
        id: SiteID(rawValue: 1), domain: "example", key: "example", hosts: [], timeZone: "UTC")

    /// A snapshot of that site alone.
    public static var sites: SiteSnapshot { SiteSnapshot(sites: [site]) }

    /// A request from `address` (text; empty for none) with these headers, by their names in HTTP.
    public init(address: String, headers: [(name: String, value: String)]) {
        var parameters: [(String, String)] = [("HTTPS", "on")]
        if !address.isEmpty { parameters.append(("REMOTE_ADDR", address)) }
        for header in headers {
            let name = header.name.uppercased().replacing("-", with: "_")
            parameters.append(("HTTP_\(name)", header.value))
        }
        request = Request(method: "POST", path: "/e", parameters: Parameters(parameters))
    }

    /// An event of this page. Throws when the URL is none.
    public func event(url: String, referrer: String, name: String) throws(ExampleError) -> Event {
        var wire = WireEvent()
        wire.url = url
        wire.referrer = referrer
        if !name.isEmpty { wire.name = name }
        return try events([wire])[0]
    }

    /// The events of a beacon's body. Throws what the gateway would answer.
    public func events(body: [UInt8]) throws(ExampleError) -> [Event] {
        let wires: [WireEvent]
        do throws(Rejection) {
            wires = try WireEvent.decode(body)
        } catch {
            throw ExampleError(error)
        }
        return try events(wires)
    }

    private func events(_ wires: [WireEvent]) throws(ExampleError) -> [Event] {
        var events: [Event] = []
        let sender = Sender(request: request)
        for (index, var wire) in wires.enumerated() {
            wire.site = ExampleRequest.site.key
            var site = ExampleRequest.site
            if let host = WebAddress(wire.url)?.host { site.hosts = [host] }
            do throws(Rejection) {
                events.append(
                    try sender.event(wire, sites: SiteSnapshot(sites: [site]), index: index, of: wires.count))
            } catch {
                throw ExampleError(error)
            }
        }
        return events
    }
}

/// Why an example is none.
public struct ExampleError: Error, Sendable {
    /// What is wrong.
    public var message: String

    /// An error of these words.
    public init(message: String) {
        self.message = message
    }

    init(_ rejection: Rejection) {
        message = [rejection.field, rejection.message].compactMap { $0 }.joined(separator: " ")
    }
}
