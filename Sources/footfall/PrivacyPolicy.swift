import Configuration
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

    /// What the strict mode cannot do without, whatever the settings.
    var problems: [ConfigProblem] {
        ["opt_out", "url_scrub", "pii"].filter { step($0) == nil }.map { name in
            ConfigProblem(
                path: "chain",
                message: "has no \"\(name)\", without which privacy.mode \"strict\" would promise too much: "
                    + "add { plugin: \"\(name)\" }, or set the mode to \"standard\"")
        }
    }

    private func step(_ plugin: String) -> ChainPlan.PlannedStep? {
        plan.steps.first { $0.factory.name == plugin }
    }

    /// A setting of a plugin as it is in use; `nil` without the plugin.
    private func setting(_ plugin: String, _ key: String) -> ConfigValue? {
        guard case .table(let settings)? = step(plugin)?.prepared.settings else { return nil }
        return settings[key]
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
        if step("lookup") != nil {
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
            "visitors can object", setting("opt_out", "opted_out") == .text("drop"),
            "opt_out drops the events of who has objected",
            otherwise: "add opt_out with opted_out: \"drop\", and offer the switch on your site")
    }

    private var signals: Finding {
        let values = [setting("opt_out", "dnt"), setting("opt_out", "gpc")]
        return judge(
            "Do Not Track and Global Privacy Control are heard",
            values.allSatisfy { $0 == .text("limit") || $0 == .text("drop") },
            "opt_out limits or drops them", otherwise: "set dnt and gpc of opt_out to \"limit\" or \"drop\"")
    }

    private var lifetime: Finding {
        let identity = setting("visitor_id", "identity")
        return judge(
            "a pseudonym changes with time",
            identity == nil || identity == .text("none") || identity == .text("daily"),
            "it lives for a day at most, and is not lengthened by visits",
            otherwise: "set identity of visitor_id to \"daily\" or \"none\"")
    }

    private var retention: Finding {
        let months = configuration.settings.privacy.retention_months
        return judge(
            "data are kept for 25 months at most", months <= 25, "they are deleted after \(months) months",
            otherwise: "set privacy.retention_months to 25 or less")
    }

    private var address: Finding {
        Finding(
            condition: "the address is not kept", judgment: .pass,
            reason: "discard erases it before anything is stored; the chain is proven to do so at every start")
    }

    private var place: Finding {
        let precision = setting("geo", "precision")
        return judge(
            "places are no smaller than a country", precision == nil || precision == .text("country"),
            "the country at most is kept",
            otherwise: "set precision of geo to \"country\": smaller places need a least number of people in each")
    }

    private var referrer: Finding {
        let keep = setting("referrer", "keep")
        return judge(
            "of the referring page only the site is kept",
            keep == nil || keep == .text("host") || keep == .text("none"), "its path is left out",
            otherwise: "set keep of referrer to \"host\"")
    }

    private var query: Finding {
        let isEmpty = setting("page_url", "keep_query").map { $0 == .list([]) } ?? true
        let isList = setting("url_scrub", "mode") == .text("allow")
        return judge(
            "addresses of pages are kept without parameters", isEmpty && isList,
            "url_scrub lets only listed parameters pass, and page_url keeps none",
            otherwise: "use url_scrub with mode: \"allow\", and leave keep_query of page_url empty")
    }

    private var campaigns: Finding {
        let values = setting("campaign", "values")
        return judge(
            "names of campaigns are masked", values == nil || values == .text("mask"),
            "only source and medium are kept", otherwise: "set values of campaign to \"mask\"")
    }

    private var search: Finding {
        judge(
            "what visitors search for is not kept", setting("site_search", "keep") != .flag(true),
            "no term is kept", otherwise: "set keep of site_search to false, or leave the plugin out")
    }

    private var fingerprint: Finding {
        let agent = setting("visitor_id", "user_agent")
        let width = setting("screen", "width")
        let isCoarse = (agent == nil || agent == .text("family")) && (width == nil || width == .text("none"))
        return judge(
            "nothing makes a fingerprint", isCoarse,
            "the pseudonym is made of the browser's family, so that many share one, and no exact width is kept",
            otherwise: "set user_agent of visitor_id to \"family\" and width of screen to \"none\"")
    }

    private var personalData: Finding {
        judge(
            "personal data in texts are taken out", step("pii") != nil, "pii looks for them in every text",
            otherwise: "add pii")
    }
}
