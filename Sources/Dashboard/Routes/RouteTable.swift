/// Finds the route of a request.
struct RouteTable: Sendable {
    /// What a path leads to.
    struct Match: Sendable, Equatable {
        var route: Route
        /// The parameters in the path, by name.
        var parameters: [String: String]
    }

    /// What came of looking.
    enum Finding: Sendable, Equatable {
        case found(Match)
        /// There is such an address, for these methods only.
        case otherMethod([Route.Method])
        /// The same address without the slash at its end is one.
        case redirect(String)
        case unknown
    }

    private struct Entry {
        let route: Route
        let method: Route.Method
        let parts: [Substring]
    }

    private let entries: [Entry]

    /// All routes.
    static let all = RouteTable(Route.all)

    init(_ routes: [Route]) {
        // Fixed words win over parameters: /footfall/join/as-myself is no other address with a part that may be anything.
        entries = routes.map { Entry(route: $0, method: $0.method, parts: RouteTable.parts($0.pattern)) }.sorted {
            $0.parts.count(where: { $0.hasPrefix(":") }) < $1.parts.count(where: { $0.hasPrefix(":") })
        }
    }

    /// What a method and a path, percent-decoded by nginx, lead to. HEAD is GET without the body.
    func find(_ method: String, _ path: String) -> Finding {
        let parts = RouteTable.parts(path)
        var others: Set<Route.Method> = []
        for entry in entries where entry.parts.count == parts.count {
            guard let parameters = RouteTable.match(entry.parts, parts) else { continue }
            if entry.method.rawValue == (method == "HEAD" ? "GET" : method) {
                return .found(Match(route: entry.route, parameters: parameters))
            }
            others.insert(entry.method)
        }
        if !others.isEmpty { return .otherMethod(others.sorted { $0.rawValue < $1.rawValue }) }
        if path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/"), case .found = find(method, String(path.dropLast()))
        {
            return .redirect(String(path.dropLast()))
        }
        return .unknown
    }

    private static func match(_ pattern: [Substring], _ parts: [Substring]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (wanted, part) in zip(pattern, parts) {
            if wanted.utf8.first == UInt8(ascii: ":") {
                guard !part.isEmpty else { return nil }
                parameters[String(wanted.dropFirst())] = String(part)
            } else if wanted != part {
                return nil
            }
        }
        return parameters
    }

    private static func parts(_ path: some StringProtocol) -> [Substring] {
        Substring(path).split(separator: "/", omittingEmptySubsequences: false)
    }
}
