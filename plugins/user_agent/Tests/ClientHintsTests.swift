import EventModel
import PluginTesting
import Testing

@testable import UserAgentPlugin

private let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
private let chrome = windows + " Chrome/138.0.0.0 Safari/537.36"

@Suite struct ClientHintsTests {
    @Test(arguments: [
        (#""Chromium";v="138", "Brave";v="137", "Not)A;Brand";v="8""#, Browser.brave, Int16(137)),
        (#""Not)A;Brand";v="8", "Chromium";v="138""#, .chromium, 138),
        (#"" Not A;Brand";v="99", "Google Chrome";v="96""#, .chrome, 96),
        (#""(Not(A:Brand";v="8", "Opera";v="120""#, .opera, 120),
        (#"";Not A Brand";v="99", "Vivaldi";v="7.4.1""#, .vivaldi, 7),
        (#""Not?A_Brand";v="24";x="1,2", "Microsoft Edge";v="138""#, .edge, 138),
        (#""\Not\ A;Brand";v="99", "Brave";v="1""#, .brave, 1),
        (#""Opera";v="120", "OperaMobile";v="89", "Chromium";v="135""#, .opera, 89),
        (#""Google Chrome";v="138", "Brave";v="138""#, .brave, 138),
        (#""Unheard Of";v="3", "Chromium";v="138""#, .chromium, 138),
        (#""Brave""#, .brave, -1), (#""Brave";v="""#, .brave, -1), (#""Brave";v="99999""#, .brave, -1),
        (#""Brave"; v = 12 , "Not A Brand""#, .brave, 12),
    ])
    func theLastBrandOfNoMakeBelieveCounts(brands: String, browser: Browser, major: Int16) {
        let list = BrandList(brands)
        #expect(list.browser == browser)
        #expect(list.major == major)
    }

    @Test(arguments: [
        "", " ", "\"", "\"\"", "\"\\", "\"Brave", "Brave;v=1", ",,,,", "\"\\\"", "\u{0}", "\"é\";v=\"1\"",
        "\"Not A;Brand\";v=\"99\"", String(repeating: "\"", count: 4001), String(repeating: "\"\",", count: 5000),
        String(repeating: "\\", count: 5000), "\"" + String(repeating: "Brave", count: 1000) + "\";v=\"1\"",
    ])
    func aListThatIsNoneNamesNobody(brands: String) {
        #expect(BrandList(brands).browser == .unknown)
    }

    @Test func onlyTheFirstEightBrandsCount() {
        let unknown = String(repeating: "\"Unheard Of\";v=\"1\", ", count: 8)
        #expect(BrandList(unknown + "\"Brave\";v=\"138\"").browser == .unknown)
        #expect(BrandList(unknown.dropLast(20) + "\"Brave\";v=\"138\"").browser == .brave)
    }

    @Test func aBrandThatIsNamedInTheUserAgentKeepsItsVersionThere() {
        let hints = ClientHints(brands: #""Opera";v="1", "Chromium";v="135""#, platform: "\"Windows\"", isMobile: false)
        let client = UserAgentParser.parse(
            windows + " Chrome/135.0.0.0 Safari/537.36 OPR/120.0.0.0", hints: hints, touch: false)
        #expect(client.browser == .opera)
        #expect(client.major == 120)
    }

    @Test func hintsDoNotTurnFirefoxIntoChrome() {
        let hints = ClientHints(brands: #""Google Chrome";v="138""#)
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
        #expect(UserAgentParser.parse(firefox, hints: hints, touch: false).browser == .firefox)
    }

    @Test(arguments: [
        ("\"Windows\"", System.windows, Device.desktop), ("\"macOS\"", .macOS, .desktop),
        ("\"Linux\"", .windows, .desktop), ("\"Chrome OS\"", .chromeOS, .desktop),
        ("\"Chromium OS\"", .chromeOS, .desktop), ("\"Android\"", .android, .tablet), ("\"iOS\"", .iOS, .tablet),
        ("\"Unknown\"", .windows, .desktop), ("Windows", .windows, .desktop), ("\"", .windows, .desktop),
        ("\"Amiga\"", .windows, .desktop),
    ])
    func thePlatformIsTheSystem(platform: String, system: System, device: Device) {
        let client = UserAgentParser.parse(
            chrome, hints: ClientHints(platform: platform, isMobile: false), touch: false)
        #expect(client.system == system)
        #expect(client.device == device)
    }

    @Test func aPhoneSaysSo() {
        let android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/138.0.0.0 Safari/537.36"
        #expect(UserAgentParser.parse(android, hints: ClientHints(isMobile: true), touch: false).device == .mobile)
        #expect(UserAgentParser.parse(android, hints: ClientHints(isMobile: false), touch: false).device == .tablet)
    }

    @Test func hostileHintsDoNotTrap() {
        for text in HostileEvents.texts {
            for isMobile in [nil, true, false] {
                _ = UserAgentParser.parse(
                    chrome, hints: ClientHints(brands: text, platform: text, isMobile: isMobile), touch: true)
            }
        }
    }
}
