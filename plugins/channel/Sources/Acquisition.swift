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
    let utmSource: String
    /// Lower case.
    let medium: String
    let campaign: String
    let click: String
    /// `search`, `social`, …, as `referrer` says; empty for none of those.
    let kind: String

    init(_ hit: Hit) {
        source = hit.source
        referrerHost = hit.referrerHost
        // Of most events nobody has found out anything: no look-ups in vain.
        guard hit.facts.contains(where: { Acquisition.facts.contains($0.name) }) else {
            (utmSource, medium, campaign, click, kind) = ("", "", "", "", "")
            return
        }
        utmSource = hit.text(ofFact: "utm_source").lowercasedASCII
        medium = hit.text(ofFact: "utm_medium").lowercasedASCII
        campaign = hit.text(ofFact: "utm_campaign").lowercasedASCII
        click = hit.text(ofFact: "click_id")
        kind = hit.text(ofFact: "source_kind")
    }

    private static let facts: Set<String> = ["utm_source", "utm_medium", "utm_campaign", "click_id", "source_kind"]

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
        if campaign.contains("cross-network") { return .crossNetwork }
        let isShopping = kind == "shopping" || isShopCampaign
        if isShopping, isPaidMedium { return .paidShopping }
        if kind == "search", isPaidMedium || isPaidSource { return .paidSearch }
        // The kind of a click tells who was paid, whatever the medium says.
        if click == "gclid" && (source == "Google" || source.isEmpty) { return .paidSearch }
        if click == "msclkid" && (source == "Bing" || source.isEmpty) { return .paidSearch }
        if kind == "social", isPaidMedium || isPaidSource { return .paidSocial }
        if kind == "video", isPaidMedium || isPaidSource { return .paidVideo }
        if ["display", "banner", "expandable", "interstitial", "cpm"].contains(medium) { return .display }
        return isPaidMedium || isPaidSource || kind == "paid" ? .paidOther : nil
    }

    private var organic: ChannelName? {
        if kind == "shopping" || isShopCampaign { return .organicShopping }
        let social = ["social", "social-network", "social-media", "sm", "social network", "social media"]
        if kind == "social" || social.contains(medium) || social.contains(utmSource) { return .organicSocial }
        if kind == "video" || medium.contains("video") { return .organicVideo }
        // Google's channel of May 2026 goes by this medium and this campaign.
        if kind == "ai" || medium == "ai-assistant" || campaign == "(ai-assistant)" { return .assistants }
        return kind == "search" || medium == "organic" ? .organicSearch : nil
    }

    private var other: ChannelName {
        let mail = ["email", "e-mail", "e_mail", "e mail", "newsletter"]
        if kind == "email" || mail.contains(where: { utmSource.contains($0) || medium.contains($0) }) { return .email }
        if medium.contains("affiliate") { return .affiliates }
        if medium == "audio" { return .audio }
        if medium == "sms" || utmSource == "sms" { return .sms }
        if medium.hasSuffix("push") || medium.contains("mobile") || medium.contains("notification")
            || utmSource == "firebase"
        {
            return .mobilePush
        }
        if ["referral", "app", "link"].contains(medium) || !source.isEmpty || !utmSource.isEmpty { return .referral }
        return referrerHost.isEmpty ? .direct : .referral
    }

    /// `cpc`, `cpm`, `ppc`, `retargeting`, `paid…`: Google's `^(.*cp.*|ppc|retargeting|paid.*)$`.
    private var isPaidMedium: Bool {
        medium.contains("cp") || medium == "ppc" || medium == "retargeting" || medium.hasPrefix("paid")
    }

    /// A source that names itself an advertisement: `facebook-ads`, `ig_ad`, `adwords`.
    private var isPaidSource: Bool {
        if utmSource == "adwords" { return true }
        for ending in ["ad", "ads"] where utmSource.hasSuffix(ending) {
            let before = utmSource.utf8.dropLast(ending.utf8.count).last
            // `reddit` and `download` are none: the word begins at its start, or behind a sign.
            if before.map({ !($0 | 0x20 >= 97 && $0 | 0x20 <= 122) }) ?? true { return true }
        }
        return false
    }

    /// Google's `^(.*(([^a-df-z]|^)shop|shopping).*)$`: `shop`, `e-shop` and `eshop`, but not `workshop`.
    private var isShopCampaign: Bool {
        if campaign.contains("shopping") { return true }
        let bytes = Array(campaign.utf8)
        let word = Array("shop".utf8)
        guard bytes.count >= word.count else { return false }
        for start in 0...(bytes.count - word.count) where bytes[start..<start + word.count].elementsEqual(word) {
            if start == 0 { return true }
            let before = bytes[start - 1]
            if before == UInt8(ascii: "e") || !(97...122).contains(before) { return true }
        }
        return false
    }
}
