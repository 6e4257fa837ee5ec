public import EventModel
public import FastCGI
public import Pipeline

/// The pseudonym of the person who sends a request, as this period's events of the same browser have it: for a person who
/// asks what is kept of them.
public struct OwnVisitor: Sendable {
    private let chain: Chain
    private let sites: SiteSnapshot

    /// The FastCGI parameter in which the other process hands on the person's address: a client's headers all become
    /// `HTTP_…`, and what asks is loopback.
    public static let addressParameter = "FOOTFALL_PERSON_ADDRESS"

    /// The parameters of the person's request that events are made of, too.
    public static let parameters = [
        "HTTP_USER_AGENT", "HTTP_ACCEPT_LANGUAGE", "HTTP_SEC_CH_UA", "HTTP_SEC_CH_UA_PLATFORM",
        "HTTP_SEC_CH_UA_MOBILE", "HTTPS",
    ]

    /// Found by this chain.
    public init(chain: Chain, sites: SiteSnapshot) {
        self.chain = chain
        self.sites = sites
    }

    /// The pseudonym; `nil` when the person's events have none, or end in the chain.
    ///
    /// What the request says against being counted is not heard: the person's earlier events may have said nothing.
    public func visitor(of request: Request, site number: SiteID) -> VisitorID? {
        guard let site = sites.site(number), let host = site.hosts.first,
            let address = request.parameters[OwnVisitor.addressParameter]
        else { return nil }
        var parameters = [("REMOTE_ADDR", address)]
        for name in OwnVisitor.parameters {
            if let value = request.parameters[name] { parameters.append((name, value)) }
        }
        var wire = WireEvent()
        wire.site = site.key
        wire.url = "https://\(host.hasPrefix("*.") ? host.dropFirst(2).description : host)/"
        var open = site
        if let host = WebAddress(wire.url)?.host { open.hosts = [host] }
        let sender = Sender(request: Request(path: "/e", parameters: Parameters(parameters)))
        guard let event = try? sender.event(wire, sites: SiteSnapshot(sites: [open]), index: 0, of: 1) else {
            return nil
        }
        return chain.visitor(of: event)
    }
}
