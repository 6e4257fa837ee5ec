/// What is known of the program and machine behind an event: a few bytes, without a trace of the user agent.
struct Client: Sendable, Equatable {
    /// The browser's family.
    var browser = Browser.unknown
    /// The browser's major version; negative when unknown.
    var major: Int16 = -1
    /// The operating system's family.
    var system = System.unknown
    /// The system's major version where it can be believed; negative elsewhere.
    var systemMajor: Int16 = -1
    /// The kind of device.
    var device = Device.unknown
}

/// Browser families that are told apart.
enum Browser: UInt8, Sendable, CaseIterable {
    case unknown, chrome, safari, firefox, edge, samsungInternet, opera, operaMini, internetExplorer, yandex, uc, brave,
        vivaldi, duckDuckGo, androidBrowser, androidWebView, iosWebView, silk, qq, miui, huawei, whale, chromium,
        puffin,
        firefoxFocus, ecosia, cocCoc, baidu, maxthon, heyTap, vivo, seznam, aloha, metaQuest, electron, googleApp,
        facebook, messenger, instagram, threads, snapchat, pinterest, linkedIn, tikTok, x, weChat, line, kakaoTalk,
        naver

    /// The name that people know; empty for none.
    var name: String {
        switch self {
        case .unknown: ""
        case .chrome: "Chrome"
        case .safari: "Safari"
        case .firefox: "Firefox"
        case .edge: "Edge"
        case .samsungInternet: "Samsung Internet"
        case .opera: "Opera"
        case .operaMini: "Opera Mini"
        case .internetExplorer: "Internet Explorer"
        case .yandex: "Yandex Browser"
        case .uc: "UC Browser"
        case .brave: "Brave"
        case .vivaldi: "Vivaldi"
        case .duckDuckGo: "DuckDuckGo"
        case .androidBrowser: "Android Browser"
        case .androidWebView: "Android WebView"
        case .iosWebView: "iOS WebView"
        case .silk: "Silk"
        case .qq: "QQ Browser"
        case .miui: "MIUI Browser"
        case .huawei: "Huawei Browser"
        case .whale: "Whale"
        case .chromium: "Chromium"
        case .puffin: "Puffin"
        case .firefoxFocus: "Firefox Focus"
        case .ecosia: "Ecosia"
        case .cocCoc: "Coc Coc"
        case .baidu: "Baidu"
        case .maxthon: "Maxthon"
        case .heyTap: "HeyTap Browser"
        case .vivo: "vivo Browser"
        case .seznam: "Seznam"
        case .aloha: "Aloha"
        case .metaQuest: "Meta Quest"
        case .electron: "Electron"
        case .googleApp: "Google App"
        case .facebook: "Facebook"
        case .messenger: "Messenger"
        case .instagram: "Instagram"
        case .threads: "Threads"
        case .snapchat: "Snapchat"
        case .pinterest: "Pinterest"
        case .linkedIn: "LinkedIn"
        case .tikTok: "TikTok"
        case .x: "X"
        case .weChat: "WeChat"
        case .line: "LINE"
        case .kakaoTalk: "KakaoTalk"
        case .naver: "Naver"
        }
    }

    /// Whether a user agent of this family may hide a browser that only its client hints name.
    var isGeneric: Bool {
        switch self {
        case .unknown, .chrome, .chromium, .androidWebView: true
        default: false
        }
    }
}

/// Families of operating systems. What is built into a television or a console is named after the device.
enum System: UInt8, Sendable, CaseIterable {
    case unknown, windows, macOS, iOS, android, linux, chromeOS, harmonyOS, kaiOS, television, console, other

    /// The name that people know; empty for none.
    var name: String {
        switch self {
        case .unknown: ""
        case .windows: "Windows"
        case .macOS: "macOS"
        case .iOS: "iOS"
        case .android: "Android"
        case .linux: "Linux"
        case .chromeOS: "Chrome OS"
        case .harmonyOS: "HarmonyOS"
        case .kaiOS: "KaiOS"
        case .television: "Smart TV"
        case .console: "Game console"
        case .other: "Other"
        }
    }
}

/// Kinds of devices.
enum Device: UInt8, Sendable, CaseIterable {
    case unknown, desktop, mobile, tablet, tv, console, wearable, bot, other

    /// The value of the fact; empty for none.
    var name: String {
        switch self {
        case .unknown: ""
        case .desktop: "desktop"
        case .mobile: "mobile"
        case .tablet: "tablet"
        case .tv: "tv"
        case .console: "console"
        case .wearable: "wearable"
        case .bot: "bot"
        case .other: "other"
        }
    }
}
