import Accounts
import EventModel
import FastCGI

/// Finds out who asks and for what, and whether they may: before anything else is looked at.
struct Door {
    let access: any AccessSource
    /// Where the operator says that the dashboard is; empty where nothing is said.
    var publicURL = ""

    /// What is to be done with a request.
    enum Decision {
        /// Answer it.
        case enter(Inquiry)
        /// Ask for a sign-in, and come back to where the caller wanted to go.
        case signIn(Inquiry)
        /// As if there were no such page.
        case unknown(Inquiry)
        /// A form that came from elsewhere, or from a page that is too old.
        case forged(Inquiry)
        /// A shared link asks for its password.
        case askPassword(Inquiry, SharedSite)
    }

    /// What is to be done with a request for a route.
    func decide(_ request: Request, _ match: RouteTable.Match) throws(AccountError) -> Decision {
        var inquiry = Inquiry(request: request, match: match, guarding: FormGuard(seed: ""))
        inquiry.publicURL = publicURL
        try identify(&inquiry)
        if match.route.method == .post {
            guard isFromHere(request, match.route), match.route.isOpenToPrograms || isGuarded(inquiry) else {
                return .forged(inquiry)
            }
        }
        if match.route.isOfSharedLink { return try shared(inquiry) }
        let resource = try resource(&inquiry)
        switch authorize(inquiry.caller, match.route.action, resource) {
        case .allowed: return .enter(inquiry)
        case .signInFirst: return .signIn(inquiry)
        case .unknown: return .unknown(inquiry)
        }
    }

    /// Reads the cookies. Renews the web token where it has run out, and takes away cookies that are of no use.
    private func identify(_ inquiry: inout Inquiry) throws(AccountError) {
        let request = inquiry.request
        let token = Cookie.session.value(in: request)
        let webToken = Cookie.webToken.value(in: request)
        let presented =
            token == nil && webToken == nil ? Presented() : try access.present(webToken: webToken, token: token)
        if let renewed = presented.renewed { inquiry.cookies.append(Cookie.webToken.header(renewed)) }
        if let person = presented.person {
            inquiry.caller = .person(person)
            inquiry.surroundings.person = person
            // Without the session's cookie, which somebody may have deleted, the web token is all that nobody else knows.
            inquiry.guarding = FormGuard(seed: token ?? webToken ?? "")
        } else {
            if token != nil { inquiry.cookies += [Cookie.session, .webToken].map { $0.header("", seconds: 0) } }
            inquiry.guarding = formGuard(&inquiry)
        }
        inquiry.surroundings.formToken = inquiry.guarding.token
    }

    /// Before there is a session the forms' secret hangs on a cookie of its own.
    private func formGuard(_ inquiry: inout Inquiry) -> FormGuard {
        if let seed = Cookie.forms.value(in: inquiry.request) { return FormGuard(seed: seed) }
        guard inquiry.match.route.hasFormForStrangers else { return FormGuard(seed: "") }
        let seed = FormSeed.make()
        inquiry.cookies.append(Cookie.forms.header(seed))
        return FormGuard(seed: seed)
    }

    /// Behind a proxy that ends TLS, this nginx does not know the scheme that the browser has.
    private func isFromHere(_ request: Request, _ route: Route) -> Bool {
        let origins = [request.origin, publicURL]
        return FormGuard.isFromHere(request, origins: origins)
            || route.isOpenToPrograms && FormGuard.isOfNoPage(request)
    }

    private func isGuarded(_ inquiry: Inquiry) -> Bool {
        guard !inquiry.guarding.seed.isEmpty else { return false }
        return inquiry.guarding.accepts(Form(inquiry.request)["form_token"])
    }

    /// What the address names.
    private func resource(_ inquiry: inout Inquiry) throws(AccountError) -> Resource {
        let parameters = inquiry.match.parameters
        if let text = parameters["organisation"] {
            guard let organisation = Int32(text), organisation > 0 else { return .none }
            inquiry.organisation = organisation
            return .organisation(organisation)
        }
        guard let domain = parameters["domain"], inquiry.match.route.action.isAboutSite,
            let site = try access.site(domain: domain, for: inquiry.caller)
        else { return .none }
        inquiry.site = site
        inquiry.organisation = site.organisation
        return .site(site)
    }

    /// Whoever has a shared link is its caller, also when somebody is signed in besides: they see what others will see.
    private func shared(_ inquiry: Inquiry) throws(AccountError) -> Decision {
        var inquiry = inquiry
        guard let token = inquiry.match.parameters["token"], let shared = try access.link(token: token) else {
            return .unknown(inquiry)
        }
        inquiry.surroundings.person = nil
        inquiry.site = shared.site
        inquiry.organisation = shared.site.organisation
        let proof = Cookie.value(Door.proofCookie(shared.link), in: inquiry.request)
        let isOpen = access.isUnlocked(shared.link, proof: proof)
        inquiry.caller = isOpen ? .link(shared.link) : .nobody
        switch authorize(inquiry.caller, inquiry.match.route.action, .site(shared.site)) {
        case .allowed: return .enter(inquiry)
        case .signInFirst, .unknown: return isOpen ? .unknown(inquiry) : .askPassword(inquiry, shared)
        }
    }

    /// The cookie that holds the proof of a link's password.
    static func proofCookie(_ link: SharedLink) -> String { "__Host-footfall-link-\(link.number)" }
}

extension Action {
    /// Whether it needs a site that this caller may know of. The public record finds its own.
    var isAboutSite: Bool {
        switch requirement {
        case .site, .numbers, .reports, .link, .key: true
        case .nothing, .signedIn, .anyOrganisation, .organisation: false
        }
    }
}

extension Route {
    /// Whether a shared link decides who asks, and for which site.
    var isOfSharedLink: Bool { [.useSharedLink, .unlockSharedLink].contains(action) }

    /// What a program may send, too, and the button of a page that caches keep for everybody, which can hold no secret: not
    /// who is signed in decides what comes of it, but from where the request comes.
    var isOpenToPrograms: Bool { self == .eraseOwnData }

    /// Pages on which somebody who is not signed in finds a form.
    var hasFormForStrangers: Bool {
        switch self {
        case .signInPage, .setUpPage, .joinPage, .passwordPage, .shared: true
        default: false
        }
    }
}
