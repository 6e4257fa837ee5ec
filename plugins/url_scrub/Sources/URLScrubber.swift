/// Cuts out of a URL what may stay of it. A pure function of the text: equal URLs give equal results, and a result is its
/// own result.
struct URLScrubber: Sendable {
    private let rule: ParameterRule
    private let keepsFragment: Bool

    init(_ settings: URLScrub.Settings) {
        rule = ParameterRule(mode: settings.mode, allow: NameList(settings.allow), deny: NameList(settings.deny))
        keepsFragment = settings.keep_fragment
    }

    /// What may stay of the URL; `nil` when that is all of it, empty when the text is no URL.
    func scrub(_ url: String) -> String? {
        let text = url.utf8
        let bytes = text.span
        guard !bytes.isEmpty else { return nil }
        guard let parts = URLParts(bytes) else { return "" }
        let isPlain = parts.host == parts.authority && parts.pathEnd == bytes.count && !parts.hasPathParameters
        if isPlain { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        append(bytes, 0..<parts.authority, to: &output)
        append(bytes, parts.host..<parts.path, to: &output)
        if parts.hasPathParameters {
            appendPath(bytes, parts.path..<parts.pathEnd, to: &output)
        } else {
            append(bytes, parts.path..<parts.pathEnd, to: &output)
        }
        if parts.pathEnd < parts.queryEnd { appendQuery(bytes, parts.pathEnd + 1..<parts.queryEnd, to: &output) }
        if keepsFragment, parts.queryEnd < bytes.count {
            appendRoute(bytes, parts.queryEnd + 1..<bytes.count, to: &output)
        }
        // Nothing is ever added, so what is as long as before is the same.
        return output.count == bytes.count ? nil : String(decoding: output, as: UTF8.self)
    }

    private func append(_ bytes: Span<UInt8>, _ range: Range<Int>, to output: inout [UInt8]) {
        for index in range { output.append(bytes[index]) }
    }

    /// Parameters of the path end where the next one begins, or at a slash.
    private func appendPath(_ bytes: Span<UInt8>, _ path: Range<Int>, to output: inout [UInt8]) {
        var index = path.lowerBound
        while index < path.upperBound {
            let character = PercentCode.character(bytes, at: index)
            var end = character.end
            guard URLParts.beginsPathParameter(character.byte) else {
                append(bytes, index..<end, to: &output)
                index = end
                continue
            }
            while end < path.upperBound {
                // An encoded slash is part of the value: `;jsessionid=a%2Fb`.
                if bytes[end] == UInt8(ascii: "/") || bytes[end] == UInt8(ascii: "\\") { break }
                let next = PercentCode.character(bytes, at: end)
                if URLParts.beginsPathParameter(next.byte) { break }
                end = next.end
            }
            if !rule.denies(bytes, character.end..<end) { append(bytes, index..<end, to: &output) }
            index = end
        }
    }

    /// Ampersands separate parameters, and semicolons, as HTML 4 once advised.
    private func appendQuery(_ bytes: Span<UInt8>, _ query: Range<Int>, to output: inout [UInt8]) {
        var start = query.lowerBound
        var separator = UInt8(ascii: "?")
        var isFirst = true
        while start < query.upperBound {
            var end = start
            while end < query.upperBound, bytes[end] != UInt8(ascii: "&"), bytes[end] != UInt8(ascii: ";") { end += 1 }
            if rule.keeps(bytes, start..<end) {
                output.append(isFirst ? UInt8(ascii: "?") : separator)
                append(bytes, start..<end, to: &output)
                isFirst = false
            }
            if end < query.upperBound { separator = bytes[end] }
            start = end + 1
        }
    }

    /// A route ends where something like a query begins: single-page applications put tokens behind `?`, `&`, `;`, or a
    /// second `#`, and some have nothing but `#/access_token=…`.
    private func appendRoute(_ bytes: Span<UInt8>, _ fragment: Range<Int>, to output: inout [UInt8]) {
        var first = fragment.lowerBound
        if !fragment.isEmpty, bytes[first] == UInt8(ascii: "!") { first += 1 }
        guard first < fragment.upperBound, bytes[first] == UInt8(ascii: "/") else { return }
        var end = fragment.lowerBound
        while end < fragment.upperBound {
            let character = PercentCode.character(bytes, at: end)
            if "?#&;=".utf8.contains(character.byte) { break }
            end = character.end
        }
        append(bytes, fragment.lowerBound - 1..<end, to: &output)
    }
}
