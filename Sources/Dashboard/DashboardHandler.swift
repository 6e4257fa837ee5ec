public import Accounts
import EventModel
public import FastCGI
public import Platform
public import Reports

/// Answers everything under `/dashboard` and `/footfall/`, and the reports' API: from a request to a page, and from
/// trouble to a page that says so.
public struct DashboardHandler: Sendable {
    let reports: any ReportSource
    let gateway: GatewaySource
    let access: any AccessSource
    private let publicURL: String
    private let settings: SettingsHandler?
    let log: Log

    /// A handler whose numbers come from `reports`, and what runs at this moment from `gateway`; what goes wrong is
    /// written to `log`.
    ///
    /// - Parameters:
    ///   - access: who asks, and for which site.
    ///   - publicURL: where people open the dashboard, scheme and host; empty where only the request knows.
    ///   - settings: answers the pages on which people change something; `nil` for none of them.
    public init(
        reports: any ReportSource, access: any AccessSource, settings: SettingsHandler? = nil, publicURL: String = "",
        gateway: GatewaySource, log: Log
    ) {
        self.reports = reports
        self.access = access
        self.settings = settings
        self.publicURL = publicURL
        self.gateway = gateway
        self.log = log
    }

    /// The answer to a request. Never throws: whatever happens, the reader gets a page.
    public func respond(to request: Request) -> Response {
        if request.path == QueryEndpoint.path {
            return QueryEndpoint(reports: reports, access: access, log: log).respond(to: request)
        }
        let audience = Audience(path: request.path)
        switch RouteTable.all.find(request.method, request.path) {
        case .found(let match): return respond(to: request, match)
        case .redirect(let path): return redirect(to: path, query: request.query)
        case .unknown: return notFound(Surroundings(audience: audience))
        case .otherMethod(let methods): return otherMethod(methods, audience)
        }
    }

    private func respond(to request: Request, _ match: RouteTable.Match) -> Response {
        var inquiry = Inquiry(request: request, match: match, guarding: FormGuard(seed: ""))
        inquiry.surroundings.audience = Audience(path: request.path)
        do {
            // The same for everybody, and kept by caches: who asks must not be in the answer.
            switch match.route {
            case .asset: return asset(match.parameters["name"] ?? "")
            case .brandFile: return try brandFile(match.parameters)
            case .publicRecord: return try publicRecord(match.parameters["domain"] ?? "")
            default: break
            }
            let decision = try Door(access: access, publicURL: publicURL).decide(request, match)
            inquiry = try dressed(decision)
            var response = try answer(decision, inquiry)
            response.add(cookies: decision.inquiry.cookies)
            return response
        } catch let error as ReportError {
            return failure(error, inquiry)
        } catch let error as AccountError {
            return failure(ReportError(error), inquiry)
        } catch {
            return failure(ReportError(.failed, "\(error)"), inquiry)
        }
    }

    private func answer(_ decision: Door.Decision, _ inquiry: Inquiry) throws -> Response {
        switch decision {
        case .enter: return try enter(inquiry)
        case .signIn: return signInFirst(inquiry)
        case .unknown: return notFound(inquiry.surroundings)
        case .forged: return forged(inquiry)
        case .askPassword(_, let shared):
            var inquiry = inquiry
            inquiry.surroundings.audience = .readers
            return page(status: 200, SharedPasswordPage(link: shared.link, surroundings: inquiry.surroundings).html)
        }
    }

    /// With the looks of an organisation: the one that the page is about, or else the only one that the reader belongs to.
    /// Who may not enter is told nothing of whose page it would have been.
    private func dressed(_ decision: Door.Decision) throws(AccountError) -> Inquiry {
        var inquiry = decision.inquiry
        let own = inquiry.person?.memberships.map(\.organisation) ?? []
        var asked: Int32?
        switch decision {
        case .enter, .askPassword: asked = inquiry.organisation
        case .signIn, .unknown, .forged: asked = inquiry.organisation.flatMap { own.contains($0) ? $0 : nil }
        }
        guard let organisation = asked ?? (own.count == 1 ? own[0] : nil) else { return inquiry }
        inquiry.surroundings.brand = try access.brand(of: organisation)
        inquiry.surroundings.organisation = organisation
        return inquiry
    }

    private func enter(_ inquiry: Inquiry) throws -> Response {
        switch inquiry.match.route {
        case .sites: return try sitesPage(inquiry)
        case .report(let page), .shared(let page):
            guard let site = inquiry.site, let place = place(site, inquiry) else {
                return notFound(inquiry.surroundings)
            }
            return try sitePage(page, place, inquiry)
        case .file(let page), .sharedFile(let page):
            guard let site = inquiry.site, let place = place(site, inquiry) else {
                return notFound(inquiry.surroundings)
            }
            return try file(page, place, inquiry)
        default:
            guard let settings else { return notFound(inquiry.surroundings) }
            return try settings.answer(inquiry)
        }
    }

    /// Where the pages about a site stand for this reader; `nil` behind a link whose filter is not understood any more.
    private func place(_ site: OwnedSite, _ inquiry: Inquiry) -> Place? {
        var place = Place(
            site: site.site, base: DashboardPath.site(site.site.domain), surroundings: inquiry.surroundings)
        place.surroundings.audience = .readers
        switch inquiry.caller {
        case .link(let link):
            place.base = DashboardPath.shared(link.token)
            place.pages = SitePage.shared
            guard let locked = ReportState.allFilters(of: link.filters) else { return nil }
            place.locked = locked
            place.embedHosts = link.mayEmbed ? site.embedHosts : []
        case .person(let person):
            let role = person.role(on: site)
            if role == nil { place.pages = SitePage.shared }
            place.hasSettings = role.map { $0 >= .editor } ?? false
        case .nobody, .key: place.pages = SitePage.shared
        }
        return place
    }

    private func sitesPage(_ inquiry: Inquiry) throws -> Response {
        guard let person = inquiry.person else { return signInFirst(inquiry) }
        var groups: [SitesPage.Group] = []
        for organisation in try access.sites(of: person) {
            let shown = organisation.sites.filter { $0.deleteAt == nil }.map(\.site)
            groups.append(
                SitesPage.Group(
                    membership: organisation.membership, sites: try reports.summaries(of: shown),
                    deleted: organisation.sites.filter { $0.deleteAt != nil }.map { site in
                        let role = person.role(on: site) ?? .guest
                        return SitesPage.Deleted(domain: site.site.domain, hasSettings: role >= .editor)
                    }))
        }
        return page(status: 200, SitesPage(groups: groups, surroundings: inquiry.surroundings).html)
    }

    private func sitePage(_ kind: SitePage, _ place: Place, _ inquiry: Inquiry) throws(ReportError) -> Response {
        let request = inquiry.request
        switch kind {
        case .overview: return try overviewPage(place, request)
        case .pages, .sources, .locations, .devices, .events: return try breakdownPage(kind, place, request)
        case .goals: return try goalsPage(place, request)
        case .realtime:
            let state = ReportState(query: request.query, locked: place.locked)
            let report = try reports.realtime(of: place.site, filter: state.filter)
            return page(status: 200, RealtimePage(place: place, state: state, report: report).html, in: place)
        case .quality:
            let report = try reports.quality(of: place.site)
            return page(status: 200, QualityPage(place: place, report: report, state: gateway.state(nil)).html)
        case .inspector: return inspectorPage(place, request)
        case .privacy:
            let reader = PrivacyPage.Reader.owner(isPublic: gateway.isRecordPublic(), origin: origin(request))
            return page(status: 200, PrivacyPage(place: place, record: record(of: place.site), reader: reader).html)
        }
    }

    /// Looking is what keeps the tracing alive: it ends a minute after nobody has asked any more.
    private func inspectorPage(_ place: Place, _ request: Request) -> Response {
        let isPaused = request.query.split(separator: "&").contains("pause=1")
        let inspector = InspectorPage(place: place, state: gateway.state(place.site.id), isPaused: isPaused)
        var response = page(status: 200, inspector.html)
        if !isPaused { response.addHeader("Refresh", "\(InspectorPage.seconds)") }
        return response
    }

    /// Scheme and host of the dashboard, for what is shown to be copied.
    func origin(_ request: Request) -> String { publicURL.isEmpty ? request.origin : publicURL }

    private func record(of site: Site) -> PrivacyRecord {
        gateway.privacyRecord().keeping(months: site.retentionMonths)
    }

    /// A site that does not exist looks like one whose record is not public: strangers learn no names here.
    private func publicRecord(_ domain: String) throws -> Response {
        guard gateway.isRecordPublic(), let site = try access.site(domain: domain, for: .nobody) else {
            return notFound(Surroundings(audience: .everybody))
        }
        let place = Place(
            site: site.site, base: DashboardPath.site(site.site.domain),
            surroundings: Surroundings(audience: .everybody))
        let html = PrivacyPage(
            place: place, record: record(of: site.site), reader: .visitor(hasSelfService: gateway.isSelfServiceOpen())
        ).html
        var response = Response(status: 200, type: "text/html; charset=utf-8", body: html.bytes)
        response.addHeader("Cache-Control", "public, max-age=300")
        response.addSecurityHeaders(mayBeFound: true)
        return response
    }
}
