public import Accounts
import EventModel
import FastCGI
public import Mail
import Platform
import Reports

/// Answers the pages on which people sign in and change something. Whether they may was decided before.
public struct SettingsHandler: Sendable {
    let accounts: AccountService
    let gateway: GatewaySource
    let mail: MailOffice?
    /// Questions of visitors about themselves, by network.
    let ownData = HourlyLimit<String>(most: 30)

    /// A handler over the accounts; what the collecting process does comes from `gateway`.
    ///
    /// - Parameter mail: sends invitations; `nil` where nothing is sent.
    public init(accounts: AccountService, gateway: GatewaySource, mail: MailOffice? = nil) {
        self.accounts = accounts
        self.gateway = gateway
        self.mail = mail
    }

    /// How a change ended.
    enum Outcome {
        /// It is done: on to this page, which says so.
        case done(String, Done?)
        /// It is done, and there is something to be shown this once.
        case show(Notice)
        /// An answer of its own.
        case response(Response)
    }

    func answer(_ inquiry: Inquiry) throws -> Response {
        var inquiry = inquiry
        inquiry.surroundings.audience = .readers
        if [.readOwnData, .eraseOwnData].contains(inquiry.match.route.action) { return try ownData(inquiry) }
        guard inquiry.match.route.method == .post else {
            return try show(inquiry, Done.notice(in: inquiry.request.query), status: 200)
        }
        let outcome: Outcome
        do throws(AccountError) {
            outcome = try change(inquiry, Form(inquiry.request))
        } catch {
            guard case .invalid(let message) = error else { throw error }
            return try show(inquiry, .problem(message, at: inquiry.match.route), status: 422)
        }
        switch outcome {
        case .done(let address, let done):
            return Response.seeOther(done.map { "\(address)?done=\($0.rawValue)" } ?? address)
        case .show(let notice): return try show(inquiry, notice, status: 200)
        case .response(let response): return response
        }
    }

    /// Makes a change.
    private func change(_ inquiry: Inquiry, _ form: Form) throws(AccountError) -> Outcome {
        if inquiry.match.route.isArrival { return try arrive(inquiry, form) }
        // Everything else takes somebody who is signed in, as `authorize` has seen to.
        guard let person = inquiry.person else { throw .invalid("you are signed out") }
        let actor = Actor(person, network: NetworkWords.of(inquiry.address))
        if let question = try ask(inquiry, form, actor) { return .response(question) }
        if let site = inquiry.site { return try changeSite(site, inquiry, form, actor) }
        if let organisation = inquiry.organisation { return try changeOrganisation(organisation, inquiry, form, actor) }
        return try changeAccount(inquiry, form, actor)
    }

    /// The page of a route, or the one on which its form stands.
    private func show(_ inquiry: Inquiry, _ notice: Notice?, status: Int) throws -> Response {
        if inquiry.match.route.isArrival { return try arrivalPage(inquiry, notice, status: status) }
        if inquiry.match.route == .auditFile { return try auditFile(inquiry) }
        let html: HTML?
        if let site = inquiry.site {
            html = try siteSettingsPage(site, inquiry, notice)
        } else if let organisation = inquiry.organisation {
            html = try organisationPage(organisation, inquiry, notice)
        } else {
            html = try accountPage(inquiry, notice)
        }
        guard let html else {
            let error = ErrorPage(
                title: "There is no such page", advice: "It may have been removed meanwhile.",
                surroundings: inquiry.surroundings)
            return Response.page(status: 404, error.html)
        }
        return Response.page(status: status, html)
    }
}
