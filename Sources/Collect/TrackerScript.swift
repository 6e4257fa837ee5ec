import Cryptography
import EventModel
import FastCGI

/// The browser script as `make tracker` built it from `tracker/footfall.js`, compiled into the program.
///
/// `/footfall.js` is the same for everybody. `/footfall.js?s=KEY` is that of a site: it carries a token (`ScriptToken`) and
/// the hour in which that was made, whether or not the site wants one, so that a site's pages can be changed before it
/// begins to want it. As long as the gateway does not know its sites, it carries an empty one, for which the script asks
/// again before it sends anything.
enum TrackerScript {
    private static let hash = String(ContentHash.bits128(of: PackageResources.footfall_js), radix: 16)

    /// The script's own arguments, `(window,document)`: token and hour become two more. The place is before the bracket.
    private static let place = lastPlace(of: Array("(window,document)".utf8), in: PackageResources.footfall_js)

    /// The script, or 304 when the browser has this very version.
    static func response(
        to request: Request, sites: SiteSnapshot?, now: Timestamp
    ) -> Response {
        guard request.method == "GET" || request.method == "HEAD" else {
            var response = Response(status: 405)
            response.addHeader("Allow", "GET, HEAD")
            return response
        }
        let key = siteKey(request.query)
        guard sites != nil || key == nil else { return early }
        let token = key.flatMap { sites?.byKey[$0] }
            .flatMap { $0.scriptSecret.isEmpty ? nil : ScriptToken.make(secret: $0.scriptSecret, at: now) }
        let tag = "\"\(hash)\(token.map { "-\($0)" } ?? "")\""
        let isKnown = request.header("IF_NONE_MATCH")?.contains(tag) ?? false
        var response =
            isKnown
            ? Response(status: 304)
            : script(with: token.map { (token: $0, hour: ScriptToken.hour(of: now)) })
        // One with a token must not lie anywhere for longer than the token is fresh, nor serve another site's pages.
        response.addHeader("Cache-Control", key == nil ? "public, max-age=3600" : "private, max-age=900")
        response.addHeader("ETag", tag)
        addHeadersForAllPages(&response)
        if let token {
            // For a page that has been open for so long that it asks for another one.
            response.addHeader("Footfall-Token", token)
            response.addHeader("Access-Control-Expose-Headers", "Footfall-Token")
        }
        return response
    }

    /// The script of a site while nobody knows yet whether there is such a site: for this one page.
    private static var early: Response {
        var response = script(with: (token: "", hour: 0))
        response.addHeader("Cache-Control", "no-store")
        addHeadersForAllPages(&response)
        return response
    }

    /// Pages of any origin may load it, also those that ask for CORS or isolate themselves.
    private static func addHeadersForAllPages(_ response: inout Response) {
        response.addHeader("Access-Control-Allow-Origin", "*")
        response.addHeader("Cross-Origin-Resource-Policy", "cross-origin")
        response.addHeader("X-Content-Type-Options", "nosniff")
    }

    private static func siteKey(_ query: String) -> String? {
        query.split(separator: "&").prefix(20).first { $0.hasPrefix("s=") }
            .map { String($0.dropFirst(2)).percentDecoded(plusIsSpace: true) }
    }

    private static func script(with made: (token: String, hour: Int64)?) -> Response {
        var text = PackageResources.footfall_js
        if let made, let place { text.insert(contentsOf: ",\"\(made.token)\",\(made.hour)".utf8, at: place) }
        return Response(status: 200, type: "text/javascript; charset=utf-8", body: text)
    }

    private static func lastPlace(of text: [UInt8], in script: [UInt8]) -> Int? {
        guard script.count >= text.count else { return nil }
        let start = (0...script.count - text.count).reversed().first { script[$0...].starts(with: text) }
        return start.map { $0 + text.count - 1 }
    }
}
