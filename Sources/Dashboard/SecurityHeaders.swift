import FastCGI

extension Response {
    /// What every answer of the dashboard tells the browser, so that an escaping mistake stays a mistake in a text:
    /// nothing runs, nothing loads from elsewhere, nobody frames the page, and no address leaks to other sites. Search
    /// engines are kept out unless the page may be found.
    mutating func addSecurityHeaders(mayBeFound: Bool = false) {
        addHeader(
            "Content-Security-Policy",
            """
            default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; \
            frame-ancestors 'none'
            """)
        addHeader("X-Content-Type-Options", "nosniff")
        addHeader("X-Frame-Options", "DENY")
        addHeader("Referrer-Policy", "no-referrer")
        addHeader("Cross-Origin-Opener-Policy", "same-origin")
        addHeader("Cross-Origin-Resource-Policy", "same-origin")
        addHeader("Permissions-Policy", "browsing-topics=(), camera=(), geolocation=(), microphone=()")
        if !mayBeFound { addHeader("X-Robots-Tag", "noindex, nofollow") }
    }
}
