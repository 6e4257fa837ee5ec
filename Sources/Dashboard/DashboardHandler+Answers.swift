import Accounts
import Database
import EventModel
import FastCGI
import Platform
import Reports

/// The forms of answers.
extension DashboardHandler {
    func page(status: Int, _ html: HTML, in place: Place? = nil) -> Response {
        Response.page(status: status, html, embedHosts: place?.embedHosts ?? [])
    }

    func asset(_ name: String) -> Response {
        guard let asset = Asset.all.first(where: { $0.name == name }) else {
            return notFound(Surroundings(audience: .everybody))
        }
        return Response.file(asset.bytes, type: asset.type)
    }

    /// Logo and colours of an organisation, under names that only its pages know.
    func brandFile(_ parameters: [String: String]) throws -> Response {
        let unknown = notFound(Surroundings(audience: .everybody))
        guard let organisation = parameters["organisation"].flatMap({ Int32($0) }) else { return unknown }
        let brand = try access.brand(of: organisation)
        guard !brand.version.isEmpty else { return unknown }
        switch parameters["name"] {
        case "logo-\(brand.version)":
            guard let type = BrandFiles.type(of: brand) else { break }
            return Response.file(brand.logo, type: type)
        case "colours.css-\(brand.version)" where !brand.colour.isEmpty:
            return Response.file(BrandFiles.stylesheet(colour: brand.colour), type: "text/css; charset=utf-8")
        default: break
        }
        return unknown
    }

    func redirect(to path: String, query: String) -> Response {
        var response = Response(status: 308)
        let address = PercentText.encoded(path)
        response.addHeader("Location", query.isEmpty ? address : "\(address)?\(query)")
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }

    /// A page that wants a sign-in leads there and back. Forms do not: what was typed would be lost without a word.
    func signInFirst(_ inquiry: Inquiry) -> Response {
        guard inquiry.match.route.method == .get else { return signedOut(inquiry) }
        let query = inquiry.request.query
        // nginx has room for headers of some kilobytes, and percent codes grow here once more.
        let back =
            PercentText.encoded(inquiry.request.path.cut(bytes: 300))
            + (query.isEmpty || query.utf8.count > 1000 ? "" : "?\(query)")
        return Response.seeOther(DashboardPath.signIn + "?next=" + PercentText.encoded(back, keepsSlash: false))
    }

    /// A form whose page belonged to a session that is over. Its secret ended with the session, so that the page cannot be
    /// sent again as it is.
    private func signedOut(_ inquiry: Inquiry) -> Response {
        let error = ErrorPage(
            title: "You are signed out",
            advice: """
                The form was not taken. If you typed much, go back and copy it. Then \
                <a href="\(url: DashboardPath.signIn)">sign in</a>, open the page anew, and send the form from there.
                """, surroundings: inquiry.surroundings)
        return page(status: 403, error.html)
    }

    /// A form of somebody else's, or of a page that is too old.
    func forged(_ inquiry: Inquiry) -> Response {
        // The difference is told only to who comes with the cookie of a session that is over.
        if inquiry.person == nil, Cookie.session.value(in: inquiry.request) != nil,
            FormGuard.isFromHere(inquiry.request, origins: [inquiry.request.origin, inquiry.publicURL])
        {
            return signedOut(inquiry)
        }
        let error = ErrorPage(
            title: "This form cannot be taken",
            advice: """
                It did not come from a page of this dashboard, or the page was open for too long. Go back, load the page \
                anew, and try again.
                """, surroundings: inquiry.surroundings)
        return page(status: 403, error.html)
    }

    func notFound(_ surroundings: Surroundings) -> Response {
        let error = ErrorPage(
            title: "There is no such page",
            advice: "The address may be old or mistyped, or the page is not for you.", surroundings: surroundings)
        return page(status: 404, error.html)
    }

    func otherMethod(_ methods: [Route.Method], _ audience: Audience) -> Response {
        let isRead = methods.contains(.get)
        let error = ErrorPage(
            title: isRead ? "This page can only be read" : "This address takes forms only",
            advice: "Open the dashboard in a browser.", surroundings: Surroundings(audience: audience))
        var response = page(status: 405, error.html)
        response.addHeader("Allow", methods.map { $0 == .get ? "GET, HEAD" : $0.rawValue }.joined(separator: ", "))
        return response
    }

    func failure(_ error: ReportError, _ inquiry: Inquiry) -> Response {
        let id = ErrorID(inquiry.request)
        log.error("dashboard: request=\(id.text) \(error)")
        switch error.code {
        case .unavailable:
            let isPublic = inquiry.surroundings.audience == .everybody
            let advice: HTML =
                isPublic
                ? "The page is back in a moment; it tries again by itself."
                : """
                The database does not answer. Visits are still being collected and will be here when it is \
                back; this page tries again by itself.
                """
            let error = ErrorPage(
                title: isPublic ? "One moment" : "The numbers are away for a moment", advice: advice, id: id.text,
                surroundings: inquiry.surroundings)
            var response = page(status: 503, error.html)
            response.addHeader("Retry-After", "10")
            // A form that is sent twice is none of ours to send.
            if inquiry.match.route.method == .get { response.addHeader("Refresh", "10") }
            return response
        case .failed:
            let error = ErrorPage(
                title: "Something went wrong on our side",
                advice: "Trying again will probably not help. Whoever runs this server finds the reason in the log.",
                id: id.text, surroundings: inquiry.surroundings)
            return page(status: 500, error.html)
        }
    }
}

extension Response {
    /// Sets these cookies, but for those that it sets itself already.
    mutating func add(cookies: [String]) {
        func name(_ cookie: String) -> Substring { cookie.prefix { $0 != "=" } }
        let own = Set(headers.filter { "\($0.name)" == "Set-Cookie" }.map { name($0.value) })
        for cookie in cookies where !own.contains(name(cookie)) { addHeader("Set-Cookie", cookie) }
    }

    /// A page for whoever asked, and for nobody's cache.
    static func page(status: Int, _ html: HTML, embedHosts: [String] = []) -> Response {
        var response = Response(status: status, type: "text/html; charset=utf-8", body: html.bytes)
        // A shared computer's back button must not show the numbers after signing out.
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders(embedHosts: embedHosts)
        return response
    }

    /// A file whose address changes with its content.
    static func file(_ bytes: [UInt8], type: StaticString) -> Response {
        var response = Response(status: 200, type: type, body: bytes)
        response.addHeader("Cache-Control", "public, max-age=31536000, immutable")
        response.addSecurityHeaders()
        return response
    }

    /// On to another page, with GET: what a form is answered with, so that loading anew does not send it again.
    static func seeOther(_ address: String) -> Response {
        var response = Response(status: 303)
        response.addHeader("Location", address)
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }
}

extension ReportError {
    /// What a failure of the accounts means for the reader.
    init(_ error: AccountError) {
        switch error {
        case .invalid(let message): self.init(.failed, message)
        case .database(let error): self.init(database: error)
        }
    }
}

extension Door.Decision {
    /// The request that is decided about.
    var inquiry: Inquiry {
        switch self {
        case .enter(let inquiry), .signIn(let inquiry), .unknown(let inquiry), .forged(let inquiry),
            .askPassword(let inquiry, _):
            inquiry
        }
    }
}
