import EventModel

/// The channels, in the order of their rules.
enum ChannelName: String, CaseIterable {
    case crossNetwork = "Cross-network"
    case paidShopping = "Paid Shopping"
    case paidSearch = "Paid Search"
    case paidSocial = "Paid Social"
    case paidVideo = "Paid Video"
    case display = "Display"
    case paidOther = "Paid Other"
    case organicShopping = "Organic Shopping"
    case organicSocial = "Organic Social"
    case organicVideo = "Organic Video"
    case assistants = "AI Assistants"
    case organicSearch = "Organic Search"
    case email = "Email"
    case affiliates = "Affiliates"
    case audio = "Audio"
    case sms = "SMS"
    case mobilePush = "Mobile Push Notifications"
    case referral = "Referral"
    case direct = "Direct"
}

/// What is known of how a visit came, and which channel that is. The rules are Google Analytics' default channel group
/// (support.google.com/analytics/answer/9756891) in the order in which Plausible applies them, with a channel for AI
/// assistants.
struct Acquisition {
    /// As it is stored.
    let source: String
    let referrerHost: String
    /// Lower case, like medium and campaign.
    private(set) var utmSource = ""
    private(set) var medium = ""
    private(set) var campaign = ""
    private var click = ""
    /// `search`, `social`, …, as `referrer` says; empty for none of those.
    private var kind = ""

    init(_ hit: Hit) {
        source = hit.source
        referrerHost = hit.referrerHost
        for fact in hit.facts {
            guard case .text(let text) = fact.value else { continue }
            switch fact.name {
            case "utm_source": utmSource = text.lowercasedASCII
            case "utm_medium": medium = text.lowercasedASCII
            case "utm_campaign": campaign = text.lowercasedASCII
            case "click_id": click = text
            case "source_kind": kind = text
            default: continue
            }
        }
    }

    /// Whether nothing is known at all.
    var isEmpty: Bool {
        source.isEmpty && referrerHost.isEmpty && utmSource.isEmpty && medium.isEmpty && campaign.isEmpty
            && click.isEmpty
    }

    /// The first rule that fits.
    var channel: ChannelName {
        paid ?? organic ?? other
    }

    private var paid: ChannelName? {
        if campaign.holds("cross-network") { return .crossNetwork }
        let isShopping = kind == "shopping" || isShopCampaign
        if isShopping, isPaidMedium { return .paidShopping }
        if kind == "search", isPaidMedium || isPaidSource { return .paidSearch }
        // The kind of a click tells who was paid, whatever the medium says.
        if click == "gclid" && (source == "Google" || source.isEmpty) { return .paidSearch }
        if click == "msclkid" && (source == "Bing" || source.isEmpty) { return .paidSearch }
        if kind == "social", isPaidMedium || isPaidSource { return .paidSocial }
        if kind == "video", isPaidMedium || isPaidSource { return .paidVideo }
        switch medium {
        case "display", "banner", "expandable", "interstitial", "cpm": return .display
        default: break
        }
        return isPaidMedium || isPaidSource || kind == "paid" ? .paidOther : nil
    }

    private var organic: ChannelName? {
        if kind == "shopping" || isShopCampaign { return .organicShopping }
        if kind == "social" || isSocial(medium) || isSocial(utmSource) { return .organicSocial }
        if kind == "video" || medium.holds("video") { return .organicVideo }
        // Google's channel of May 2026 goes by this medium and this campaign.
        if kind == "ai" || medium == "ai-assistant" || campaign == "(ai-assistant)" { return .assistants }
        return kind == "search" || medium == "organic" ? .organicSearch : nil
    }

    private var other: ChannelName {
        if kind == "email" || namesMail(utmSource) || namesMail(medium) { return .email }
        if medium.holds("affiliate") { return .affiliates }
        if medium == "audio" { return .audio }
        if medium == "sms" || utmSource == "sms" { return .sms }
        if medium.ends(in: "push") || medium.holds("mobile") || medium.holds("notification")
            || utmSource == "firebase"
        {
            return .mobilePush
        }
        if !source.isEmpty || !utmSource.isEmpty || medium == "referral" || medium == "app" || medium == "link" {
            return .referral
        }
        return referrerHost.isEmpty ? .direct : .referral
    }

    /// `cpc`, `cpm`, `ppc`, `retargeting`, `paid…`: Google's `^(.*cp.*|ppc|retargeting|paid.*)$`.
    private var isPaidMedium: Bool {
        medium.holds("cp") || medium == "ppc" || medium == "retargeting" || medium.hasPrefix("paid")
    }

    /// A source that names itself an advertisement. Of a site that is known every name that ends so is one (`googleads`,
    /// `tiktok-ads`), but not the site's own (`threads`) or a host (`google.ad`). Of others the ending is a word of its
    /// own: `partner-ads`, but not `download`.
    private var isPaidSource: Bool {
        if utmSource == "adwords" { return true }
        guard let before = utmSource.beforeAdvertisement else { return false }
        if let last = before.last, last == UInt8(ascii: ".") { return false }
        let isWord = before.last.map { !(97...122).contains($0) } ?? true
        return isWord || (!kind.isEmpty && utmSource != source.lowercasedASCII)
    }

    /// Google's `^(.*(([^a-df-z]|^)shop|shopping).*)$`: `shop`, `e-shop` and `eshop`, but not `workshop`.
    private var isShopCampaign: Bool {
        if campaign.holds("shopping") { return true }
        return campaign.holds("shop") { before in before == UInt8(ascii: "e") || !(97...122).contains(before) }
    }

    private func isSocial(_ text: String) -> Bool {
        switch text {
        case "social", "social-network", "social-media", "sm", "social network", "social media": true
        default: false
        }
    }

    private func namesMail(_ text: String) -> Bool {
        text.holds("newsletter") || text.holds("email") || text.holds("e-mail") || text.holds("e_mail")
            || text.holds("e mail")
    }
}

extension String {
    /// The bytes before an ending `ad` or `ads`; `nil` without one.
    var beforeAdvertisement: Substring.UTF8View? {
        if ends(in: "ads") { return utf8.dropLast(3) }
        return ends(in: "ad") ? utf8.dropLast(2) : nil
    }

    /// Whether the text ends so, byte for byte.
    func ends(in word: String) -> Bool {
        utf8.suffix(word.utf8.count).elementsEqual(word.utf8)
    }

    /// Whether a word occurs in the text, byte for byte; `isAllowed` may refuse one by the byte before it. The library's
    /// `contains` compares characters, which takes a hundred times as long.
    func holds(_ word: String, where isAllowed: (UInt8) -> Bool = { _ in true }) -> Bool {
        let (text, word) = (utf8.span, word.utf8.span)
        guard !word.isEmpty, text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where text[start] == word[0] {
            var length = 1
            while length < word.count, text[start + length] == word[length] { length += 1 }
            if length == word.count, start == 0 || isAllowed(text[start - 1]) { return true }
        }
        return false
    }
}
