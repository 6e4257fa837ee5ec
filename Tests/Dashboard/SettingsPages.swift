import EventModel
import OneTimePassword
import Reports

@testable import Accounts
@testable import Dashboard

/// The pages of forms, as Ada sees them.
extension PageCase {
    static let settings: [PageCase] = [
        PageCase(file: "sign-in", html: SignInPage(email: word, next: "/dashboard", surroundings: stranger).html),
        PageCase(
            file: "sign-in-refused",
            html: SignInPage(
                email: word, notice: .problem("address or password are not right", at: .signIn),
                surroundings: stranger
            ).html),
        PageCase(file: "sign-in-code", html: SignInCodePage(codeToken: "CODE", next: "", surroundings: stranger).html),
        PageCase(file: "nobody", html: NobodyPage(surroundings: stranger).html),
        PageCase(file: "set-up", html: SetUpPage(token: "LINK", form: form, surroundings: stranger).html),
        PageCase(
            file: "join",
            html: JoinPage(
                token: "LINK", invitation: invitation, organisation: word, form: form, surroundings: stranger
            ).html),
        PageCase(
            file: "join-as-myself",
            html: JoinPage(
                token: "LINK", invitation: invitation, organisation: word, form: form, surroundings: own
            ).html),
        PageCase(file: "password", html: NewPasswordPage(token: "LINK", email: word, surroundings: stranger).html),
        PageCase(
            file: "shared-password",
            html: SharedPasswordPage(
                link: SharedLink(number: 3, site: SiteID(rawValue: 1), token: "board", passwordHash: ""),
                surroundings: branded
            ).html),
        PageCase(file: "waiting-for-strangers", html: WaitingPage(place: publicPlace, origin: "").html),
        PageCase(file: "account", html: account(hasSecondFactor: false, waiting: nil)),
        PageCase(
            file: "account-waiting",
            html: account(
                hasSecondFactor: false,
                waiting: TOTPSecret(bytes: Array(repeating: 7, count: TOTPSecret.length)))),
        PageCase(file: "account-codes", html: account(hasSecondFactor: true, waiting: nil)),
        PageCase(
            file: "account-without-password", html: account(hasSecondFactor: false, waiting: nil, hasPassword: false)),
        PageCase(file: "confirmation", html: asked(nil)),
        PageCase(file: "confirmation-word", html: asked(word)),
        PageCase(file: "settings-limited", html: siteSettings(.admin, limit: limit)),
        PageCase(file: "organisation", html: OrganisationPage(frame: frame(.owner), graceDays: 14).html),
        PageCase(file: "organisation-guest", html: OrganisationPage(frame: frame(.guest), graceDays: 14).html),
        PageCase(file: "people", html: PeoplePage(frame: frame(.admin)).html),
        PageCase(file: "keys", html: KeysPage(frame: frame(.owner), keys: keys).html),
        PageCase(file: "brand", html: BrandPage(frame: frame(.owner)).html),
        PageCase(file: "audit", html: AuditPage(frame: frame(.owner), entries: entries, isFirst: false).html),
        PageCase(file: "settings", html: siteSettings(.owner)),
        PageCase(file: "settings-editor", html: siteSettings(.editor)),
    ]

    /// What somebody else chose.
    private static let word = "<b>&\"'"

    private static let moment = Timestamp(milliseconds: 1_795_533_660_000)
    private static let stranger = Surroundings(formToken: "TOKEN")
    private static let form = Form(query: "email=ada%40example.com&organisation=%3Cb%3E&name=Ada".utf8)
    private static let ada = SignedIn(
        person: 1, session: 7, email: "ada@example.com", name: word,
        memberships: [
            Membership(organisation: 1, name: word, role: .owner),
            Membership(organisation: 2, name: "Club", role: .admin),
        ])
    private static let own = Surroundings(person: ada, formToken: "TOKEN")

    private static var branded: Surroundings {
        var brand = Brand()
        (brand.name, brand.colour, brand.logo, brand.logoType) = (word, "#aa0000", [1], "image/png")
        brand.version = "36a33750c3f15d27133233e8"
        return Surroundings(brand: brand, organisation: 1, formToken: "TOKEN")
    }

    private static let invitation = Invitation(
        number: 5, organisation: 1, email: word, role: .guest, expiresAt: moment,
        grant: SiteGrant(site: SiteID(rawValue: 1), role: .viewer), domain: word)

    private static let entries = [
        AuditEntry(
            number: 9, time: moment, person: word, action: "person_invited", object: word, network: "192.0.2.0/24"),
        AuditEntry(number: 8, time: moment, person: word, action: word, object: "", network: ""),
    ]

    private static let keys = [
        SecretKeyListing(
            number: 4, name: word, beginning: "ff_rk_abc", mayRead: true, sites: [SiteID(rawValue: 1)],
            expiresAt: moment, lastUsedOn: "2026-11-24", createdAt: moment),
        SecretKeyListing(
            number: 5, name: "", beginning: "ff_sk_abc", mayRead: false, sites: nil, expiresAt: nil, lastUsedOn: nil,
            createdAt: moment),
    ]

    private static let limit = LimitState(
        eventsPerSecond: 50, isOwn: false, burst: 180_000, left: 179_000, refused: 12, forged: 3, needsScriptToken: true
    )

    private static func account(hasSecondFactor: Bool, waiting: TOTPSecret?, hasPassword: Bool = true) -> HTML {
        var person = ada
        person.hasSecondFactor = hasSecondFactor
        let notice =
            hasSecondFactor
            ? Notice(kind: .done, words: "The second factor is on.", secrets: ["aaaaa-bbbbb", "ccccc-ddddd"]) : nil
        let sessions = [7, 8].map {
            PersonSession(id: $0, createdAt: moment, seenAt: moment, device: word, network: "192.0.2.0/24")
        }
        return AccountPage(
            person: person,
            account: .init(
                sessions: sessions, hasPassword: hasPassword, recoveryCodes: hasSecondFactor ? 10 : 0, entries: entries),
            waiting: waiting, notice: notice, surroundings: own
        ).html
    }

    private static var publicPlace: Place {
        Place(site: Fixture.site, base: "/dashboard/shop.example", pages: SitePage.shared)
    }

    private static func asked(_ word: String?) -> HTML {
        ConfirmationPage(
            confirmation: Confirmation(
                question: "End \(Self.word)?", consequence: "It does not come back.", button: "End",
                word: word.map { Confirmation.Word(value: $0, label: "Type it") }, needsPassword: word != nil),
            action: "/dashboard/shop.example/settings/links/revoke",
            form: Form(
                query: "link=3&form_token=OLD&old=SECRET&confirmation=\(word == nil ? "" : "wrong")&a=%3Cb%3E".utf8),
            back: "/dashboard/shop.example/settings", surroundings: own
        ).html
    }

    private static func frame(_ role: Role) -> OrganisationFrame {
        var organisation = Organisation(number: 1, name: word)
        if role == .admin { organisation.deleteAt = moment }
        organisation.brand = branded.brand
        var person = ada
        person.memberships[0].role = role
        return OrganisationFrame(
            details: .init(
                organisation: organisation,
                members: [
                    Member(person: 1, email: "ada@example.com", name: word, role: role, hasSecondFactor: true),
                    Member(person: 2, email: word, name: "", role: .owner, hasSecondFactor: false),
                    Member(person: 3, email: "guest@example.com", name: "", role: .guest, hasSecondFactor: false),
                ],
                invitations: [
                    invitation,
                    Invitation(number: 6, organisation: 1, email: nil, role: .viewer, expiresAt: moment),
                ],
                teams: [
                    Team(
                        number: 2, name: word, people: [3],
                        grants: [SiteGrant(site: SiteID(rawValue: 1), role: .viewer)])
                ], sites: [owned, OwnedSite(site: Fixture.site, organisation: 1, isPublic: true, deleteAt: moment)]),
            person: person, role: role,
            notice: role == .admin ? .problem("\(word) is not right") : Notice(kind: .done, words: Done.saved.words),
            surroundings: branded.signedIn(person))
    }

    private static var owned: OwnedSite {
        var site = Fixture.site
        (site.domain, site.hosts) = (word, [word, "*.example.com"])
        return OwnedSite(site: site, organisation: 1, isPublic: true, embedHosts: [word])
    }

    private static func siteSettings(_ role: Role, limit: LimitState? = nil) -> HTML {
        var site = owned
        if role == .editor { site.deleteAt = moment }
        var access = SiteAccess()
        access.grants = [
            GivenGrant(holder: .team(2), name: word, role: .viewer),
            GivenGrant(holder: .person(3), name: word, role: .editor),
        ]
        access.teams = [Team(number: 2, name: word, people: [], grants: [])]
        access.members = [Member(person: 3, email: word, name: "", role: .guest, hasSecondFactor: false)]
        return SiteSettingsPage(
            site: site, role: role, person: ada,
            goals: [
                Goal(name: word, target: .page("/thanks*")),
                Goal(name: "Bought", target: .event(word), revenue: word),
            ],
            links: [
                SharedLink(
                    number: 1, site: site.site.id, name: word, token: "board", passwordHash: "x",
                    filters: "filter=country,is,DE", lastUsedOn: "2026-11-24"),
                SharedLink(number: 2, site: site.site.id, name: "Wall", token: "wall", mayEmbed: true),
            ], access: access, limit: limit, origin: "https://stats.example", graceDays: 14,
            notice: role == .owner ? Notice(kind: .done, words: Done.moved.words) : nil, surroundings: own
        ).html
    }
}

extension Surroundings {
    fileprivate func signedIn(_ person: SignedIn) -> Surroundings {
        var surroundings = self
        surroundings.person = person
        return surroundings
    }
}
