import EventModel

/// The brands of `Sec-CH-UA` (https://wicg.github.io/ua-client-hints/): a structured-field list of quoted names, each with
/// its version, such as `"Google Chrome";v="138", "Not)A;Brand";v="8"`.
///
/// Made-up brands ("Not A;Brand", there to keep servers from relying on the list) and names that we do not know are passed
/// over. Of the others the last one counts, and Chromium only where it stands alone.
struct BrandList {
    private(set) var browser = Browser.unknown
    private(set) var major: Int16 = -1
    /// A browser without a window, which a program drives.
    private(set) var isHeadless = false
    /// Whether the list named any brand that we do not know and nobody made up.
    private(set) var hasUnknown = false

    /// Brands that are looked at.
    static let limit = 8
    /// Bytes that are looked at.
    static let byteLimit = 512

    /// Reads the list as far as it is one.
    init(_ text: String) {
        guard !text.isEmpty else { return }
        read(text.utf8.span)
    }

    private mutating func read(_ bytes: Span<UInt8>) {
        let end = min(bytes.count, BrandList.byteLimit)
        var place = 0
        var count = 0
        while place < end, count < BrandList.limit {
            guard let name = BrandList.quoted(bytes, end, &place) else { return }
            let version = BrandList.version(bytes, end, &place)
            take(name, version)
            count &+= 1
        }
    }

    /// The letters of the next quoted text; `nil` when there is none, or it does not end.
    private static func quoted(_ bytes: Span<UInt8>, _ end: Int, _ place: inout Int) -> PackedLetters? {
        while place < end, bytes[place] != UInt8(ascii: "\"") { place &+= 1 }
        place &+= 1
        var letters = PackedLetters()
        while place < end {
            let byte = bytes[place]
            place &+= 1
            if byte == UInt8(ascii: "\"") { return letters }
            if byte == UInt8(ascii: "\\") {
                if place < end, bytes[place].isLetter { letters.append(bytes[place]) }
                place &+= 1
            } else if byte.isLetter {
                letters.append(byte)
            }
        }
        return nil
    }

    /// The major version in the parameters behind a brand; moves to the comma that ends them.
    private static func version(_ bytes: Span<UInt8>, _ end: Int, _ place: inout Int) -> Int16 {
        var version: Int16 = -1
        var isQuoted = false
        while place < end {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: ","), !isQuoted { break }
            if byte.isDigit, version == -1 {
                version = 0
                while place < end, bytes[place].isDigit {
                    version = version < 0 || version > 999 ? -2 : version &* 10 &+ Int16(bytes[place] &- 0x30)
                    place &+= 1
                }
                continue
            }
            place &+= 1
        }
        return max(-1, version)
    }

    private mutating func take(_ name: PackedLetters, _ version: Int16) {
        guard name.count > 0, !BrandList.isMadeUp(name) else { return }
        let found = name.count <= 16 ? KnownBrands.all.browser(name.head, name.tail) : nil
        switch found {
        case .known(let browser):
            if browser == .chromium, self.browser != .unknown { return }
            self.browser = browser
            major = version
        case .headless: isHeadless = true
        case nil: hasUnknown = true
        }
    }

    /// "Not A;Brand", "Not)A;Brand", "(Not(A:Brand": letters that begin with "not" and end with "brand".
    private static func isMadeUp(_ name: PackedLetters) -> Bool {
        guard name.ends(with: 0x62_7261_6e64, count: 5) else { return false }
        return name.count > 8 ? name.head >> 40 == 0x6e6f74 : name.count >= 8 && name.beginning == 0x6e6f74
    }
}

/// The brands that we know, by their letters.
struct KnownBrands: Sendable {
    enum Brand: Sendable {
        case known(Browser)
        case headless
    }

    static let all = KnownBrands()

    private let brands: [(head: UInt64, tail: UInt64, brand: Brand)]

    private init() {
        let names: [(String, Brand)] = [
            ("Chromium", .known(.chromium)), ("Google Chrome", .known(.chrome)), ("Microsoft Edge", .known(.edge)),
            ("Opera", .known(.opera)), ("Opera GX", .known(.opera)), ("OperaMobile", .known(.opera)),
            ("Opera Mini", .known(.operaMini)), ("OperaMini Android", .known(.operaMini)),
            ("Yandex", .known(.yandex)), ("YaBrowser", .known(.yandex)), ("Brave", .known(.brave)),
            ("Vivaldi", .known(.vivaldi)), ("Samsung Internet", .known(.samsungInternet)),
            ("DuckDuckGo", .known(.duckDuckGo)), ("Android WebView", .known(.androidWebView)),
            ("Whale", .known(.whale)), ("Huawei Browser", .known(.huawei)), ("Miui Browser", .known(.miui)),
            ("Coc Coc", .known(.cocCoc)), ("Silk", .known(.silk)), ("Amazon Silk", .known(.silk)),
            ("Ecosia", .known(.ecosia)), ("Oculus Browser", .known(.metaQuest)),
            ("Meta Quest Browser", .known(.metaQuest)), ("HeyTap Browser", .known(.heyTap)),
            ("HeadlessChrome", .headless),
        ]
        brands = names.map {
            let (head, tail) = WordTable.pack($0)
            return (head, tail, $1)
        }
    }

    func browser(_ head: UInt64, _ tail: UInt64) -> Brand? {
        for brand in brands where brand.tail == tail && brand.head == head { return brand.brand }
        return nil
    }
}

extension Client {
    /// Adds what the client hints say: the brand where the user agent only says Chrome, the platform, mobile or not.
    mutating func merge(_ hints: ClientHints) {
        guard !hints.isEmpty else { return }
        mergeBrand(BrandList(hints.brands))
        mergePlatform(hints)
        if hints.isMobile == true, device == .unknown || device == .tablet && system == .android { device = .mobile }
    }

    private mutating func mergeBrand(_ brands: BrandList) {
        if brands.isHeadless {
            device = .bot
            browser = .unknown
            major = -1
        }
        guard brands.browser != .unknown, browser.isGeneric, device != .bot else { return }
        switch brands.browser {
        // The family that the user agent names, or a narrower one: its own version is the better one.
        case browser: if major < 0 { major = brands.major }
        case .chrome where browser != .unknown: break
        case .chromium where browser == .androidWebView || brands.hasUnknown: break
        default:
            browser = brands.browser
            major = brands.major
        }
    }

    private mutating func mergePlatform(_ hints: ClientHints) {
        let (head, tail) = WordTable.pack(hints.platform)
        let platform = System.platform(head, tail)
        // A television's Linux, or HarmonyOS, is told by the user agent alone.
        guard platform != .unknown, platform != system, system != .television, system != .harmonyOS, system != .console,
            platform != .linux || system == .unknown
        else { return }
        let isFirst = system == .unknown && device == .unknown
        system = platform
        systemMajor = -1
        guard isFirst || device == .desktop || device == .mobile || device == .tablet else { return }
        switch platform {
        case .android, .iOS: device = hints.isMobile == false ? .tablet : .mobile
        default: device = .desktop
        }
    }
}

extension System {
    /// The family of a name in `Sec-CH-UA-Platform`, by its letters.
    fileprivate static func platform(_ head: UInt64, _ tail: UInt64) -> System {
        for (name, system) in platforms where name.tail == tail && name.head == head { return system }
        return .unknown
    }

    private static let platforms: [(name: (head: UInt64, tail: UInt64), system: System)] = [
        ("Windows", System.windows), ("macOS", .macOS), ("Android", .android), ("Linux", .linux), ("iOS", .iOS),
        ("Chrome OS", .chromeOS), ("Chromium OS", .chromeOS), ("HarmonyOS", .harmonyOS), ("OpenHarmony", .harmonyOS),
    ].map { (WordTable.pack($0), $1) }
}
