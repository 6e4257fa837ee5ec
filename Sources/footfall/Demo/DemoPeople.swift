import EventModel

/// A device with a country, as the plugins `user_agent`, `language`, `screen` and `geo` would describe it.
struct DemoDevice {
    /// The facts of the user agent.
    var agent: [Property]
    /// Language and screen, which the chain finds out later.
    var rest: [Property]
    var country: String
    var width: Int32
}

/// Devices and countries with their shares.
struct DemoPeople {
    private let declared: Set<String>

    /// People of whom those facts are known that the chain declares.
    init(declared: Set<String>) {
        self.declared = declared
    }

    /// The device of somebody.
    func pick(_ random: inout DemoRandom) -> DemoDevice {
        let agent = DemoPeople.agents.pick(&random)
        let country = DemoPeople.countries.pick(&random)
        let width = random.one(of: agent.widths)
        // Safari comes with its system, and there was none between 18 and 26.
        let lag = agent.browser == "Safari" ? 0 : min(random.rank(of: 4), agent.version)
        // Every tenth browser speaks English wherever it is.
        let language = random.chance(0.1) ? "en" : country.language
        return DemoDevice(
            agent: kept([
                ("browser", agent.browser), ("browser_version", agent.version > 0 ? "\(agent.version - lag)" : ""),
                ("os", agent.system), ("os_version", agent.systemVersion), ("device", agent.device),
            ]),
            rest: kept([("language", language), ("screen", DemoPeople.screen(width))]), country: country.code,
            width: width)
    }

    private func kept(_ facts: [(String, String)]) -> [Property] {
        facts.compactMap { name, text in
            text.isEmpty || !declared.contains(name) ? nil : Property(name, .text(text))
        }
    }

    private static func screen(_ width: Int32) -> String {
        if width < 576 { return "phone" }
        if width < 992 { return "tablet" }
        return width < 1440 ? "laptop" : "desktop"
    }

    private struct Agent {
        var browser: String
        var version: Int
        var system: String
        var systemVersion = ""
        var device: String
        /// As `screen` rounds them.
        var widths: [Int32]
    }

    private static let phone: [Int32] = [400, 400, 400, 400]
    private static let tablet: [Int32] = [800, 800, 1000, 1200]
    private static let notebook: [Int32] = [1300, 1300, 1400, 1500, 1500, 1700]
    private static let desk: [Int32] = [1300, 1400, 1500, 1900, 1900, 1900, 2500]

    private static let agents: DemoChoice<Agent> = {
        func row(
            _ weight: Double, _ browser: String, _ version: Int, _ system: String, _ systemVersion: String,
            _ device: String, _ widths: [Int32]
        ) -> (Agent, Double) {
            (
                Agent(
                    browser: browser, version: version, system: system, systemVersion: systemVersion, device: device,
                    widths: widths), weight
            )
        }
        return DemoChoice([
            row(25, "Chrome", 149, "Android", "", "mobile", phone),
            row(14, "Safari", 26, "iOS", "26", "mobile", phone),
            row(6, "Safari", 18, "iOS", "18", "mobile", phone),
            row(2, "Safari", 17, "iOS", "17", "mobile", phone),
            row(18, "Chrome", 149, "Windows", "", "desktop", desk),
            row(6, "Chrome", 149, "macOS", "", "desktop", notebook),
            row(4, "Safari", 26, "macOS", "", "desktop", notebook),
            row(1.3, "Safari", 18, "macOS", "", "desktop", notebook),
            row(5, "Edge", 149, "Windows", "", "desktop", desk),
            row(4, "Firefox", 150, "Windows", "", "desktop", desk),
            row(1.5, "Firefox", 150, "macOS", "", "desktop", notebook),
            row(1.8, "Firefox", 150, "Linux", "", "desktop", desk),
            row(1.4, "Chrome", 149, "Linux", "", "desktop", desk),
            row(2.4, "Samsung Internet", 29, "Android", "", "mobile", phone),
            row(1.2, "Firefox", 150, "Android", "15", "mobile", phone),
            row(1, "Opera", 125, "Windows", "", "desktop", desk),
            row(0.6, "Opera", 96, "Android", "", "mobile", phone),
            row(0.7, "Brave", 149, "Windows", "", "desktop", desk),
            row(0.4, "Vivaldi", 8, "Linux", "", "desktop", desk),
            row(1.1, "Chrome", 149, "iOS", "26", "mobile", phone),
            row(1.6, "Safari", 26, "iOS", "26", "tablet", tablet),
            row(0.9, "Chrome", 149, "Android", "", "tablet", tablet),
            row(0.8, "Instagram", 0, "iOS", "26", "mobile", phone),
            row(0.7, "Instagram", 0, "Android", "14", "mobile", phone),
            row(0.6, "Facebook", 0, "iOS", "18", "mobile", phone),
            row(0.5, "Chrome", 149, "Chrome OS", "", "desktop", notebook),
            row(0.1, "Chrome", 120, "Smart TV", "", "tv", [1900]),
        ])
    }()

    /// Sixty countries in the order of their visits, with the language that most browsers there ask for first.
    private static let countries: DemoChoice<(code: String, language: String)> = {
        let list = """
            DE:de US:en GB:en FR:fr AT:de NL:nl CA:en IN:en CH:de ES:es IT:it PL:pl AU:en BR:pt SE:sv BE:nl JP:ja DK:da \
            NO:nb IE:en CZ:cs FI:fi PT:pt MX:es NZ:en TR:tr KR:ko RO:ro HU:hu GR:el SG:en ZA:en UA:uk AR:es IL:he TW:zh \
            SK:sk HK:zh PH:en ID:id BG:bg HR:hr MY:en CL:es CO:es VN:vi TH:th LT:lt SI:sl AE:en EE:et LV:lv LU:fr RS:sr \
            PK:en EG:ar NG:en KE:en IS:is PE:es
            """
        let entries = list.split(separator: " ").map { $0.split(separator: ":").map(String.init) }
        return DemoChoice(
            entries.enumerated().map { place, entry in
                ((code: entry[0], language: entry[1]), 1 / (Double(place) + 1.5))
            })
    }()
}
