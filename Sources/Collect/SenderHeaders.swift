import EventModel
import FastCGI

/// What a request's parameters say about its sender, besides address and user agent.
extension Parameters {
    /// The low-entropy client hints. High-entropy ones are never asked for, and not looked at when they come.
    var clientHints: ClientHints {
        guard let brands = slice("HTTP_SEC_CH_UA") else { return ClientHints() }
        var hints = ClientHints(brands: String(decoding: brands, as: UTF8.self).prefix(bytes: 512))
        hints.platform = (self["HTTP_SEC_CH_UA_PLATFORM"] ?? "").prefix(bytes: 64)
        if let mobile = slice("HTTP_SEC_CH_UA_MOBILE") {
            if mobile.elementsEqual("?1".utf8) { hints.isMobile = true }
            if mobile.elementsEqual("?0".utf8) { hints.isMobile = false }
        }
        return hints
    }

    /// Where nginx's geoip2 module, or an edge before it, places the address.
    var edgePlace: EdgePlace {
        var place = EdgePlace()
        place.country = text("GEOIP_COUNTRY_CODE", 8)
        if !place.country.isEmpty {
            place.region = text("GEOIP_REGION", 16)
            place.city = text("GEOIP_CITY", 100)
        }
        for header in Parameters.edgeHeaders {
            let country = text(header.parameter, 8)
            if !country.isEmpty { place.byHeader.append(Property(header.name, .text(country))) }
        }
        return place
    }

    private static let edgeHeaders = EdgePlace.headers.map { (name: $0, parameter: "HTTP_" + $0) }

    private func text(_ name: String, _ limit: Int) -> String {
        guard let value = slice(name) else { return "" }
        return String(decoding: value.prefix(limit), as: UTF8.self)
    }

    /// Opt-out, prefetch, fetch metadata and the kind of network.
    var signals: Signals {
        var signals: Signals = []
        if has("HTTP_DNT", "1") || has("HTTP_X_DO_NOT_TRACK", "1") { signals.insert(.doNotTrack) }
        // Exactly this value, says the draft (https://www.w3.org/TR/gpc/).
        if has("HTTP_SEC_GPC", "1") { signals.insert(.globalPrivacyControl) }
        if isPrefetch { signals.insert(.prefetch) }
        if let destination = slice("HTTP_SEC_FETCH_DEST") {
            signals.insert(.fetchMetadata)
            // `empty` is fetch and sendBeacon, `image` the pixel; `script` and `report` are of pages, too.
            let own = ["empty", "image", "script", "report"]
            if !own.contains(where: { destination.elementsEqual($0.utf8) }) { signals.insert(.navigation) }
        } else if slice("HTTP_SEC_FETCH_SITE") != nil || slice("HTTP_SEC_FETCH_MODE") != nil {
            signals.insert(.fetchMetadata)
        }
        if let secure = slice("HTTPS"), !secure.isEmpty, !secure.elementsEqual("off".utf8) { signals.insert(.secure) }
        if has("FOOTFALL_ADDRESS_TYPE", "hosting") { signals.insert(.hostingNetwork) }
        if has("FOOTFALL_ADDRESS_TYPE", "anonymous") { signals.insert(.anonymousNetwork) }
        return signals
    }

    /// `Sec-Purpose` is the standard's; the others are those of older Chrome, Safari and Firefox.
    private var isPrefetch: Bool {
        if let purpose = slice("HTTP_SEC_PURPOSE"), purpose.starts(with: "prefetch".utf8) { return true }
        for name in ["HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ"] {
            guard let purpose = slice(name) else { continue }
            for word in ["prefetch", "preview", "instant"] where purpose.elementsEqual(word.utf8) { return true }
        }
        return false
    }

    private func has(_ name: String, _ value: String) -> Bool {
        slice(name)?.elementsEqual(value.utf8) ?? false
    }
}
