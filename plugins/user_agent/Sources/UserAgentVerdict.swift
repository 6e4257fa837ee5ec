extension UserAgentScan {
    /// What the words come to. `touch` is the page's own word that the screen takes more than one finger.
    func client(touch: Bool) -> Client {
        var client = Client()
        client.system = system(touch: touch)
        (client.browser, client.major) = browser(on: client.system)
        client.systemMajor = systemMajor(client.system, client.browser)
        client.device = device(client.system, client.browser)
        if client.device == .bot {
            client.browser = .unknown
            client.major = -1
        }
        return client
    }

    private func system(touch: Bool) -> System {
        if has(.harmony) { return .harmonyOS }
        if has(.kaiOS) { return .kaiOS }
        if has(.console) { return .console }
        if has(.windowsPhone) { return .windows }
        // "iPhone OS 9_3 … Outlook-iOS-Android": who names its version has the system.
        if has(.android), os < 0 || !has([.iPhone, .iPad]) { return .android }
        if has([.iPhone, .iPad]) { return has(.tvSystem) ? .television : .iOS }
        if has(.tvSystem) || has(.tizen) && has(.tv) { return .television }
        if has(.chromeOS) { return .chromeOS }
        if has(.silk) { return .android }
        if has(.windows) { return .windows }
        if has(.wearable) { return .other }
        if has(.iosApp) { return .iOS }
        // No Mac has a touch screen, and no browser of an iPad is Chromium.
        if has([.mac, .macModel]) { return touch && has(.mac) && chrome < 0 ? .iOS : .macOS }
        if has(.darwin) { return has(.intel) ? .macOS : .iOS }
        if has([.otherPhone, .otherDesktop, .tizen]) { return has(.tv) && !has(.otherDesktop) ? .television : .other }
        if has(.linux) { return has(.tv) ? .television : .linux }
        if has(.tv) { return .television }
        // Firefox OS says nothing but this.
        return has(.gecko) && has([.mobile, .tablet]) ? .other : .unknown
    }

    private func browser(on system: System) -> (Browser, Int16) {
        switch browser {
        case .safari: return webKit(on: system)
        case .chrome:
            let isWebView = has(.webView) || version >= 0 && system == .android
            return (isWebView ? .androidWebView : .chrome, major)
        case .internetExplorer: return (.internetExplorer, internetExplorer)
        // Since 10, Opera says 9.80 and the true version elsewhere.
        case .opera: return (.opera, major == 9 && version > 9 ? version : major)
        case .facebook, .messenger: return (browser, fbav)
        case .silk where system == .console: return (.unknown, -1)
        case .unknown:
            let isWebView = system == .iOS && has(.webKit) && has([.iPhone, .iPad])
            return (isWebView ? .iosWebView : .unknown, -1)
        default: return (browser, major)
        }
    }

    /// Whose browser it is that only says "Safari".
    private func webKit(on system: System) -> (Browser, Int16) {
        switch system {
        case .iOS: version >= 0 || !has([.iPhone, .iPad]) ? (.safari, version) : (.iosWebView, -1)
        case .android: (.androidBrowser, android)
        case .macOS, .windows, .linux, .unknown: (.safari, version)
        default: (.unknown, -1)
        }
    }

    /// Internet Explorer pretends to be 7 for the sake of old pages; its engine tells the truth.
    private var internetExplorer: Int16 {
        if ieMobile >= 0 { return ieMobile }
        return trident >= 4 ? min(11, trident &+ 4) : msie
    }

    private func systemMajor(_ system: System, _ browser: Browser) -> Int16 {
        if system == .iOS { return iosMajor(browser) }
        guard system == .android else { return -1 }
        if stated >= 0 { return stated }
        switch browser {
        case .firefox, .firefoxFocus: return has(.gecko) ? android : -1
        case .androidBrowser: return android
        // Chromium has frozen its version at 10; a WebView still tells it where it tells the device's model.
        default: return has(.webView) && !has(.reduced) ? android : -1
        }
    }

    /// Safari comes with the system and has its number. Since 26 the number of the system itself stands still at 18.6 or
    /// 18.7, so that these say nothing unless Safari's own version is there.
    private func iosMajor(_ browser: Browser) -> Int16 {
        if stated >= 0 { return stated }
        if browser == .safari, version >= 26 || os < 0 { return version >= 13 ? version : -1 }
        if os == 18, osMinor >= 6, browser != .safari { return -1 }
        return os
    }

    private func device(_ system: System, _ browser: Browser) -> Device {
        if has(.bot) { return .bot }
        if has([.console, .xbox]) { return .console }
        if has(.wearable) { return .wearable }
        if has(.tv) { return .tv }
        if has(.oddDevice) { return .other }
        switch system {
        case .windows: return has(.windowsPhone) ? .mobile : .desktop
        case .macOS, .chromeOS: return .desktop
        case .iOS: return has(.iPad) || has(.mac) && !has(.iPhone) ? .tablet : .mobile
        case .android: return android(browser)
        case .linux:
            return has(.tablet) ? .tablet : has(.mobile) ? .mobile : .desktop
        case .harmonyOS:
            return has(.tablet) ? .tablet : has(.personalComputer) && !has(.phone) ? .desktop : .mobile
        case .kaiOS: return .mobile
        case .television: return .tv
        case .console: return .console
        case .other: return has(.tablet) ? .tablet : has(.otherDesktop) ? .desktop : .mobile
        case .unknown: return has(.tablet) ? .tablet : has(.mobile) ? .mobile : .unknown
        }
    }

    /// A browser of an Android phone says "Mobile", that of a tablet does not; what is no browser says neither.
    private func android(_ browser: Browser) -> Device {
        if has(.tablet) { return .tablet }
        if has(.mobile) || browser == .operaMini || !has([.gecko, .webKit]) { return .mobile }
        return .tablet
    }
}
