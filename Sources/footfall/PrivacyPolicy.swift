import Configuration
import EventModel
import Pipeline
import PluginAPI

/// A configuration judged against the conditions under which the French regulator (CNIL) exempts audience measurement from
/// consent: its page of 4 July 2025 on article 82, its developers' guide (sheet 16) and its criteria for proxies of
/// 7 June 2022. What no program can know is said to be unknown; nothing here is legal advice.
struct PrivacyPolicy {
    /// How a condition is met.
    enum Judgment: String {
        case pass, fail, unknown
    }

    /// A condition with what was found.
    struct Finding {
        var condition: String
        var judgment: Judgment
        var reason: String
    }

    let configuration: GatewayConfiguration

    /// The regulator's 25 months, without the running one, which is kept beyond the months of the setting.
    static let mostMonths = 24

    private var plan: ChainPlan { configuration.plan }

    /// Every condition, in the order of the regulator's texts.
    var findings: [Finding] {
        [
            Finding(
                condition: "measures the audience of this site only, for its publisher only", judgment: .unknown,
                reason: "only you know what the numbers are used for"),
            thirdParties, acrossSites,
            Finding(
                condition: "visitors are informed", judgment: .unknown,
                reason: configuration.settings.privacy.public_record
                    ? "/footfall/privacy/DOMAIN says what is kept: link to it"
                    : "say it on your site; privacy.public_record: true makes a page of what is kept"),
            objection, signals, lifetime, retention, address, place, referrer, query, campaigns, search, fingerprint,
            personalData,
            Finding(
                condition: "no log of single visitors", judgment: .pass,
                reason: "no page, and no report, shows one visitor's way"),
            Finding(
                condition: "no address in the web server's log", judgment: .unknown,
                reason: "nginx/footfall-server.conf logs none for what it collects; look at what else your nginx logs"),
        ]
    }

    /// What the strict mode cannot do without, whatever the settings: its filters, each where it sees what it is for.
    var problems: [ConfigProblem] {
        let missing = ["opt_out", "url_scrub", "pii"].filter { places(of: $0).isEmpty }.map { name in
            ConfigProblem(
                path: "chain",
                message: "has no \"\(name)\", without which privacy.mode \"strict\" would promise too much: "
                    + "add { plugin: \"\(name)\" }, or set the mode to \"standard\"")
        }
        return missing + unscrubbed + unscanned
    }

    /// Steps that take texts out of addresses which nobody has scrubbed yet.
    private var unscrubbed: [ConfigProblem] {
        guard let scrub = places(of: "url_scrub").first else { return [] }
        return plan.steps[..<scrub].filter { step in
            let declaration = step.prepared.declaration
            return step.factory.kind == .enrich && !declaration.writes.isEmpty
                && !declaration.reads.isDisjoint(with: [.pageURL, .referrerURL])
        }.map { step in
            ConfigProblem(
                path: "\(step.path) (\(step.id))",
                message:
                    "reads addresses that \"url_scrub\" has not seen, which the strict mode does not allow: move it "
                    + "after \(plan.steps[scrub].path)")
        }
    }

    /// Steps that add texts which nobody looks through for personal data any more.
    private var unscanned: [ConfigProblem] {
        guard let scan = places(of: "pii").last else { return [] }
        return plan.steps[scan...].filter { $0.factory.kind == .enrich }.map { step in
            ConfigProblem(
                path: "\(step.path) (\(step.id))",
                message: "adds to events after \"pii\" has looked through them, which the strict mode does not allow: "
                    + "move it before \(plan.steps[scan].path)")
        }
    }

    private func places(of plugin: String) -> [Int] { plan.places(of: plugin) }

    private func settings(_ plugin: String, _ key: String) -> [ConfigValue] { plan.settings(of: plugin, key) }

    /// Whether every entry of a plugin has one of these values, or there is none.
    private func each(_ plugin: String, _ key: String, is values: ConfigValue...) -> Bool {
        settings(plugin, key).allSatisfy(values.contains)
    }

    /// Whether some entry of a plugin has one of these values.
    private func some(_ plugin: String, _ key: String, is values: ConfigValue...) -> Bool {
        settings(plugin, key).contains(where: values.contains)
    }

    private func judge(_ condition: String, _ isMet: Bool, _ met: String, otherwise: String) -> Finding {
        Finding(condition: condition, judgment: isMet ? .pass : .fail, reason: isMet ? met : otherwise)
    }

    private var thirdParties: Finding {
        let condition = "nothing is crossed with other data or handed to others"
        let stores = plan.steps.filter { $0.factory.kind == .store }.map(\.factory.name)
        guard stores.allSatisfy({ $0 == "postgres" }) else {
            return Finding(
                condition: condition, judgment: .unknown,
                reason: "\(stores.joined(separator: ", ")) keep events: who reads what they write?")
        }
        if !places(of: "lookup").isEmpty {
            return Finding(
                condition: condition, judgment: .unknown,
                reason: "lookup joins events with a file of yours: does it say anything about persons?")
        }
        return Finding(condition: condition, judgment: .pass, reason: "events go to your PostgreSQL and nowhere else")
    }

    private var acrossSites: Finding {
        Finding(
            condition: "nobody is followed from one site to another", judgment: .pass,
            reason: "every site has salts of its own; no cookie and no storage is used")
    }

    private var objection: Finding {
        judge(
            "visitors can object", some("opt_out", "opted_out", is: .text("drop")),
            "opt_out drops the events of who has objected",
            otherwise: "add opt_out with opted_out: \"drop\", and offer the switch on your site")
    }

    private var signals: Finding {
        judge(
            "Do Not Track and Global Privacy Control are heard",
            ["dnt", "gpc"].allSatisfy { some("opt_out", $0, is: .text("limit"), .text("drop")) },
            "opt_out limits or drops them", otherwise: "set dnt and gpc of opt_out to \"limit\" or \"drop\"")
    }

    private var lifetime: Finding {
        judge(
            "a pseudonym changes with time", each("visitor_id", "identity", is: .text("none"), .text("daily")),
            "it lives for a day at most, and is not lengthened by visits",
            otherwise: "set identity of visitor_id to \"daily\" or \"none\"")
    }

    private var retention: Finding {
        let months = configuration.settings.privacy.retention_months
        return judge(
            "data are kept for 25 months at most", months <= PrivacyPolicy.mostMonths,
            "they are deleted after \(months) months and the running one",
            otherwise:
                "set privacy.retention_months to \(PrivacyPolicy.mostMonths) or less: the running month comes on top")
    }

    private var address: Finding {
        Finding(
            condition: "the address is not kept", judgment: .pass,
            reason: "discard erases it before anything is stored; the chain is proven to do so at every start")
    }

    private var place: Finding {
        judge(
            "places are no smaller than a country", each("geo", "precision", is: .text("country")),
            "the country at most is kept",
            otherwise: "set precision of geo to \"country\": smaller places need a least number of people in each")
    }

    private var referrer: Finding {
        judge(
            "of the referring page only the site is kept", each("referrer", "keep", is: .text("host"), .text("none")),
            "its path is left out",
            otherwise: "set keep of referrer to \"host\"")
    }

    private var query: Finding {
        judge(
            "addresses of pages are kept without parameters",
            each("page_url", "keep_query", is: .list([])) && some("url_scrub", "mode", is: .text("allow")),
            "url_scrub lets only listed parameters pass, and page_url keeps none",
            otherwise: "use url_scrub with mode: \"allow\", and leave keep_query of page_url empty")
    }

    private var campaigns: Finding {
        judge(
            "names of campaigns are masked", each("campaign", "values", is: .text("mask")),
            "only source and medium are kept", otherwise: "set values of campaign to \"mask\"")
    }

    private var search: Finding {
        judge(
            "what visitors search for is not kept", each("site_search", "keep", is: .flag(false)),
            "no term is kept", otherwise: "set keep of site_search to false, or leave the plugin out")
    }

    private var fingerprint: Finding {
        judge(
            "nothing makes a fingerprint",
            each("visitor_id", "user_agent", is: .text("family")) && each("screen", "width", is: .text("none")),
            "the pseudonym is made of the browser's family, so that many share one, and no exact width is kept",
            otherwise: "set user_agent of visitor_id to \"family\" and width of screen to \"none\"")
    }

    private var personalData: Finding {
        judge(
            "personal data in texts are taken out", !places(of: "pii").isEmpty, "pii looks for them in every text",
            otherwise: "add pii")
    }
}
