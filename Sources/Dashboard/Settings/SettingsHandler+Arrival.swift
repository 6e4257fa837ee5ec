import Accounts
import EventModel
import FastCGI

/// Signing in and out, and coming in for the first time.
extension SettingsHandler {
    func arrive(_ inquiry: Inquiry, _ form: Form) throws(AccountError) -> Outcome {
        switch inquiry.match.route {
        case .signIn:
            let outcome = try accounts.signIn(
                email: form["email"], password: form["password"], address: inquiry.address,
                origin: inquiry.signInOrigin)
            return try signedIn(outcome, inquiry, form)
        case .signInCode:
            let outcome = try accounts.signIn(
                codeToken: form["code_token"], code: form["code"], address: inquiry.address,
                origin: inquiry.signInOrigin)
            return try signedIn(outcome, inquiry, form)
        case .signOut:
            if let person = inquiry.person {
                try accounts.signOut(Actor(person, network: NetworkWords.of(inquiry.address)))
            }
            var response = Response.seeOther(DashboardPath.signIn)
            for cookie in [Cookie.session, .webToken] {
                response.addHeader("Set-Cookie", cookie.header("", seconds: 0))
            }
            // What the browser still holds of pages that somebody else is about to sit before.
            response.addHeader("Clear-Site-Data", "\"cache\"")
            return .response(response)
        case .setUp:
            guard form["password"] == form["again"] else { throw .invalid("the two passwords differ") }
            let session = try accounts.setUp(
                token: form["token"], email: form["email"], password: form["password"],
                organisation: form["organisation"], origin: inquiry.signInOrigin)
            return .response(begin(session, inquiry, to: DashboardPath.sites))
        case .joinAsSomebodyNew:
            let session = try accounts.join(
                token: form["token"], email: form["email"], name: form["name"], password: form["password"],
                origin: inquiry.signInOrigin)
            return .response(begin(session, inquiry, to: DashboardPath.sites))
        case .joinAsMyself:
            guard let person = inquiry.person else { throw .invalid("sign in first, then open the link again") }
            try accounts.join(token: form["token"], Actor(person, network: NetworkWords.of(inquiry.address)))
            return .done(DashboardPath.sites, nil)
        case .setPassword:
            guard form["password"] == form["again"] else { throw .invalid("the two passwords differ") }
            try accounts.setPassword(
                token: form["token"], password: form["password"], origin: inquiry.signInOrigin)
            return .done(DashboardPath.signIn, nil)
        case .unlockShared: return try unlock(inquiry, form)
        default: throw .invalid("this form is not known here")
        }
    }

    private func signedIn(
        _ outcome: SignInOutcome, _ inquiry: Inquiry, _ form: Form
    ) throws(AccountError) -> Outcome {
        switch outcome {
        case .signedIn(let session):
            // Whoever was signed in here before is not any more: no session lives on unseen.
            if let person = inquiry.person {
                try accounts.signOut(Actor(person, network: NetworkWords.of(inquiry.address)))
            }
            let next = SettingsHandler.next(form["next"])
            return .response(begin(session, inquiry, next: next))
        case .secondFactor(let token):
            let page = SignInCodePage(
                codeToken: token, next: form["next"], notice: nil, surroundings: inquiry.surroundings)
            return .response(Response.page(status: 200, page.html))
        case .refused:
            if inquiry.match.route == .signInCode {
                let page = SignInCodePage(
                    codeToken: form["code_token"], next: form["next"],
                    notice: .problem(
                        "that code is not the right one, was used already, or took too long", at: .signInCode),
                    surroundings: inquiry.surroundings)
                return .response(Response.page(status: 403, page.html))
            }
            return .response(signInPage(inquiry, form, "address or password are not right", status: 403))
        case .wait(let seconds):
            var response = signInPage(
                inquiry, form, "too many attempts: try again in \(Format.words(seconds: seconds))", status: 429)
            response.addHeader("Retry-After", "\(seconds)")
            return .response(response)
        }
    }

    private func signInPage(_ inquiry: Inquiry, _ form: Form, _ message: String, status: Int) -> Response {
        let page = SignInPage(
            email: form["email"], next: form["next"],
            notice: .problem(message, at: .signIn),
            surroundings: inquiry.surroundings)
        return Response.page(status: status, page.html)
    }

    /// The cookies of a session, and a page that sees whether the browser has kept them before it leads on.
    private func begin(_ session: NewSession, _ inquiry: Inquiry, next: String) -> Response {
        begin(
            session, inquiry,
            to: "\(DashboardPath.signIn)?kept=1&next=\(PercentText.encoded(next, keepsSlash: false))")
    }

    /// The cookies of a session.
    private func begin(_ session: NewSession, _ inquiry: Inquiry, to address: String) -> Response {
        var response = Response.seeOther(address)
        response.addHeader("Set-Cookie", Cookie.session.header(session.token, seconds: accounts.sessionSeconds))
        response.addHeader("Set-Cookie", Cookie.webToken.header(session.webToken))
        response.addHeader("Set-Cookie", Cookie.forms.header("", seconds: 0))
        return response
    }

    /// Where to go after the sign-in: pages of the dashboard only, never another host.
    static func next(_ address: String) -> String {
        guard address.hasPrefix("/dashboard") || address.hasPrefix("/footfall/"), HTML.isSafe(url: address),
            !address.utf8.contains(UInt8(ascii: ":")), address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            address.utf8.count <= 4000, !address.hasPrefix("\(DashboardPath.signIn)")
        else { return DashboardPath.sites }
        return address
    }

    private func unlock(_ inquiry: Inquiry, _ form: Form) throws(AccountError) -> Outcome {
        guard let token = inquiry.match.parameters["token"], let shared = try accounts.link(token: token) else {
            throw .invalid("this link is of no use any more")
        }
        let (proof, wait) = try accounts.unlock(shared.link, password: form["password"], address: inquiry.address)
        guard let proof else {
            let message =
                wait.map { "too many attempts: try again in \(Format.words(seconds: $0))" }
                ?? "that is not the password"
            let page = SharedPasswordPage(
                link: shared.link, notice: .problem(message, at: .unlockShared),
                surroundings: try dressed(inquiry.surroundings, shared.site.organisation))
            var response = Response.page(status: wait == nil ? 403 : 429, page.html)
            if let wait { response.addHeader("Retry-After", "\(wait)") }
            return .response(response)
        }
        var response = Response.seeOther(DashboardPath.shared(token))
        response.addHeader("Set-Cookie", Cookie.header(Door.proofCookie(shared.link), proof))
        return .response(response)
    }

    // MARK: Pages

    func arrivalPage(_ inquiry: Inquiry, _ notice: Notice?, status: Int) throws(AccountError) -> Response {
        let query = Form(query: inquiry.request.query.utf8)
        let sent = inquiry.match.route.method == .post ? Form(inquiry.request) : query
        let surroundings = inquiry.surroundings
        switch inquiry.match.route {
        case .setUpPage, .setUp:
            guard try accounts.isSetUpLink(sent["token"]) else { return try gone(inquiry, .setUp) }
            let page = SetUpPage(token: sent["token"], form: sent, notice: notice, surroundings: surroundings)
            return Response.page(status: status, page.html)
        case .joinPage, .joinAsSomebodyNew, .joinAsMyself:
            guard let found = try accounts.invitation(token: sent["token"]) else { return try gone(inquiry, .join) }
            let page = JoinPage(
                token: sent["token"], invitation: found.invitation, organisation: found.organisation, form: sent,
                notice: notice, surroundings: try dressed(surroundings, found.invitation.organisation))
            return Response.page(status: status, page.html)
        case .passwordPage, .setPassword:
            guard let email = try accounts.emailOfPasswordLink(sent["token"]) else {
                return try gone(inquiry, .setPassword)
            }
            let page = NewPasswordPage(token: sent["token"], email: email, notice: notice, surroundings: surroundings)
            return Response.page(status: status, page.html)
        default: return try signInPage(inquiry, query, notice, status: status)
        }
    }

    private func signInPage(
        _ inquiry: Inquiry, _ query: Form, _ notice: Notice?, status: Int
    ) throws(AccountError) -> Response {
        let next = SettingsHandler.next(query["next"])
        if inquiry.person != nil { return Response.seeOther(next) }
        let comesBack = query["kept"] == "1"
        // Nobody but nginx can set a parameter of this name. Whose browser keeps no cookie would go in circles.
        if !comesBack, let trusted = inquiry.request.parameters["FOOTFALL_SIGNED_IN_AS"], !trusted.isEmpty,
            let session = try accounts.signIn(trusted: trusted, origin: inquiry.signInOrigin)
        {
            return begin(session, inquiry, next: next)
        }
        var notice = notice
        if comesBack {
            notice = .problem(
                "your browser did not keep the cookie of the session. It does so over HTTPS only, or on the machine itself",
                at: .signInPage)
        }
        if try accounts.isEmpty() {
            return Response.page(status: 200, NobodyPage(surroundings: inquiry.surroundings).html)
        }
        let page = SignInPage(
            email: query["email"], next: query["next"].isEmpty ? "" : next, notice: notice,
            surroundings: inquiry.surroundings)
        return Response.page(status: status, page.html)
    }

    /// With the looks of an organisation.
    private func dressed(
        _ surroundings: Surroundings, _ organisation: Int32?
    ) throws(AccountError) -> Surroundings {
        guard let organisation else { return surroundings }
        var surroundings = surroundings
        surroundings.brand = try accounts.brand(of: organisation)
        surroundings.organisation = organisation
        return surroundings
    }

    private func gone(_ inquiry: Inquiry, _ action: Action) throws(AccountError) -> Response {
        let advice: HTML =
            switch action {
            case .setUp:
                """
                It was used, or another one was made. While there is nobody yet, every start of <code>footfall serve</code> \
                prints another one.
                """
            case .join: "It has expired, was taken, or was taken back. Ask whoever sent it for another one."
            default: "It has expired or was used. Ask for another one."
            }
        let error = ErrorPage(
            title: "This link is of no use any more", advice: advice, surroundings: inquiry.surroundings)
        return Response.page(status: 404, error.html)
    }
}

extension Route {
    /// Whether it is for somebody who comes in or goes, or opens a shared link.
    var isArrival: Bool {
        switch action {
        case .signIn, .signOut, .setUp, .join, .setPassword, .unlockSharedLink: true
        default: false
        }
    }
}
