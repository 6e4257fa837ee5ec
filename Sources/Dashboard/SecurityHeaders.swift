public import FastCGI

extension Response {
    /// What every answer of the dashboard tells the browser, so that an escaping mistake stays a mistake in a text:
    /// nothing runs, nothing loads from elsewhere, nobody frames the page, and no address leaks to other sites. Search
    /// engines are kept out unless the page may be found.
    ///
    /// - Parameter embedHosts: hosts whose pages may show this one in a frame, as a site has them; none but for shared
    ///   links.
    public mutating func addSecurityHeaders(mayBeFound: Bool = false, embedHosts: [String] = []) {
        let ancestors =
            embedHosts.isEmpty ? "'none'" : embedHosts.map { "https://\($0) http://\($0)" }.joined(separator: " ")
        addHeader(
            "Content-Security-Policy",
            """
            default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; \
            base-uri 'none'; frame-ancestors \(ancestors)
            """)
        addHeader("X-Content-Type-Options", "nosniff")
        // It knows no lists of hosts: where there is one, the policy above stands alone.
        if embedHosts.isEmpty { addHeader("X-Frame-Options", "DENY") }
        // Not no-referrer: with that, browsers send forms with `Origin: null` (Fetch standard, 3.2), and no form could be
        // told from one of another site.
        addHeader("Referrer-Policy", "same-origin")
        addHeader("Cross-Origin-Opener-Policy", "same-origin")
        addHeader("Cross-Origin-Resource-Policy", embedHosts.isEmpty ? "same-origin" : "cross-origin")
        addHeader("Permissions-Policy", "browsing-topics=(), camera=(), geolocation=(), microphone=()")
        addHeader("Strict-Transport-Security", "max-age=31536000")
        if !mayBeFound { addHeader("X-Robots-Tag", "noindex, nofollow") }
    }
}
