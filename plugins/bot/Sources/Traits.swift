/// What a user agent says of itself, as far as the judgement needs it.
struct Traits: OptionSet, Sendable, Equatable {
    let rawValue: UInt32

    static let chrome = Traits(rawValue: 1 << 0)
    static let firefox = Traits(rawValue: 1 << 1)
    static let version = Traits(rawValue: 1 << 2)
    static let safari = Traits(rawValue: 1 << 3)
    static let windows = Traits(rawValue: 1 << 4)
    static let mac = Traits(rawValue: 1 << 5)
    static let android = Traits(rawValue: 1 << 6)
    static let linux = Traits(rawValue: 1 << 7)
    static let chromeOS = Traits(rawValue: 1 << 8)
    static let iOS = Traits(rawValue: 1 << 9)
    /// An Android app that shows pages, and that sends client hints or not, as its maker likes.
    static let webView = Traits(rawValue: 1 << 10)
    /// A word that browsers use, and few others.
    static let browser = Traits(rawValue: 1 << 11)
    static let slash = Traits(rawValue: 1 << 12)
    static let bracket = Traits(rawValue: 1 << 13)
    /// `(compatible`, by which old Internet Explorers, and since then programs, begin their comment.
    static let compatible = Traits(rawValue: 1 << 14)
    /// What stands with `(compatible` where it is a browser.
    static let oldBrowser = Traits(rawValue: 1 << 15)
    /// The operator says that this is a person's.
    static let person = Traits(rawValue: 1 << 16)

    /// The words and what they say. `mozilla/` alone makes nobody a browser: programs say it, too.
    static let tokens: [(text: String, traits: Traits)] = [
        ("chrome/", .chrome), ("firefox/", .firefox), ("version/", .version), ("safari/", .safari),
        ("windows", .windows), ("macintosh", .mac), ("android", [.android, .browser]), ("linux", .linux),
        ("x11; cros", .chromeOS), ("iphone", .iOS), ("ipad", .iOS), ("ipod", .iOS), ("; wv)", .webView), ("/", .slash),
        ("(", .bracket), ("(compatible", .compatible), ("msie", [.browser, .oldBrowser]), ("trident/", .oldBrowser),
        ("konqueror", [.browser, .oldBrowser]), ("googletoolbar", .oldBrowser),
        ("applewebkit", [.browser, .oldBrowser]), ("gecko/", .browser), ("presto/", .browser), ("opera", .browser),
        ("ucbrowser", .browser), ("ucweb", .browser), ("mqqbrowser", .browser), ("up.browser", .browser),
        ("midp", .browser), ("obigo", .browser), ("netfront", .browser), ("symbian", .browser), ("series60", .browser),
        ("polaris", .browser), ("teleca", .browser), ("maui", .browser), ("dolfin", .browser),
        ("windows ce", [.browser, .windows]), ("cfnetwork", .browser), ("links (", .browser), ("elinks/", .browser),
        ("lynx/", .browser), ("w3m/", .browser), ("dalvik", .browser), ("blackberry", .browser), ("nokia", .browser),
        ("samsung", .browser), ("sonyericsson", .browser), ("playstation", .browser), ("nintendo", .browser),
    ]
}
