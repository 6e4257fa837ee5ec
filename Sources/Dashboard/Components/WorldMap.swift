/// The countries of the world, each the stronger in colour the larger its number; a table beside it has all of them.
///
/// The shape of a country that is drawn and has a number is a link. Nothing here runs or is styled inline, which the
/// Content-Security-Policy would refuse: the shades are classes, and names and numbers are the titles of the links.
struct WorldMap {
    /// Countries (ISO 3166-1 alpha-2) and their numbers, in the order in which keys reach them. Those without land on
    /// the map and those without a positive number are left out.
    let values: [(code: String, value: Int)]
    /// Where the shape of a country leads.
    let link: (String) -> String
    /// What a country and its number are called, such as `Germany: 1,234 visitors`.
    let describe: (String, Int) -> String

    /// The map and what its shades mean, as markup.
    var html: HTML {
        let drawn = drawn
        let scale = ShadeScale(maximum: drawn.map(\.value).max() ?? 0)
        let numbered = Set(drawn.map(\.land.code))
        func linked(_ country: (land: Land, value: Int)) -> HTML {
            """
            <a href="\(url: link(country.land.code))"><title>\(describe(country.land.code, country.value))</title>\
            <path class="land s\(scale.shade(of: country.value))" d="\(country.land.outline)"/></a>

            """
        }
        // What has a number comes last: its edge lies above those of its plain neighbours when it is pointed at.
        return """
            <svg class="world" viewBox="0 0 1000 500" role="group" \
            aria-label="Map of the world: the larger the number of a country, the stronger its colour">\
            <g transform="scale(0.1)">
            \(each: Land.all.filter { !numbered.contains($0.code) }, plain)\
            \(each: drawn, linked)\
            </g></svg>
            \(drawn.isEmpty ? .empty : legend(scale))
            """
    }

    /// The values that the map can show, each country once.
    private var drawn: [(land: Land, value: Int)] {
        var seen: Set<String> = []
        return values.compactMap { code, value in
            guard value > 0, let land = Land.byCode[code], seen.insert(code).inserted else { return nil }
            return (land, value)
        }
    }

    private func plain(_ land: Land) -> HTML {
        "<path class=\"land\" d=\"\(land.outline)\"/>\n"
    }

    private func legend(_ scale: ShadeScale) -> HTML {
        func entry(_ shade: (number: Int, range: ClosedRange<Int>)) -> HTML {
            let (first, last) = (Format.compact(shade.range.lowerBound), Format.compact(shade.range.upperBound))
            let range = first == last ? first : "\(first)–\(last)"
            return "\n<span>\(swatch(" s\(shade.number)"))\(range)</span>"
        }
        return """
            <p class="legend"><span>\(swatch(.empty))none</span>\(each: scale.shades, entry)</p>
            """
    }

    private func swatch(_ shade: HTML) -> HTML {
        """
        <svg width="14" height="14" aria-hidden="true">\
        <rect class="land\(shade)" width="14" height="14" rx="4"/></svg>
        """
    }
}

/// Which of five shades a number has. The square root of its share of the largest decides: by the share itself, one
/// country with most of the visitors would leave all others in the weakest.
struct ShadeScale {
    /// The largest number.
    let maximum: Int

    private static let count = 5

    /// From 1, the weakest, to 5.
    func shade(of value: Int) -> Int {
        (1..<ShadeScale.count).first { value <= last(of: $0) } ?? ShadeScale.count
    }

    /// The shades that a whole number can have, with the first and the last number of each.
    var shades: [(number: Int, range: ClosedRange<Int>)] {
        guard maximum > 0 else { return [] }
        return (1...ShadeScale.count).compactMap { shade in
            let (first, last) = (shade == 1 ? 1 : last(of: shade - 1) + 1, last(of: shade))
            return first <= last ? (shade, first...last) : nil
        }
    }

    /// The largest number of a shade, in an order of steps that does not overflow.
    private func last(of shade: Int) -> Int {
        let (part, whole) = (shade * shade, ShadeScale.count * ShadeScale.count)
        return maximum / whole * part + maximum % whole * part / whole
    }
}

/// A country's shape on the map, as `tools/world-map` made it.
struct Land {
    /// ISO 3166-1 alpha-2, `XK` for Kosovo.
    let code: String
    /// The data of a path, in tenths of the map's units.
    let outline: HTML

    /// Every country that is large enough to be drawn.
    static let all: [Land] = String(decoding: PackageResources.world_txt, as: UTF8.self)
        .split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { Land(line: $0) }

    /// The same, by their codes.
    static let byCode = Dictionary(all.map { ($0.code, $0) }) { first, _ in first }

    /// A line of the file: code, tab, outline.
    init?(line: Substring) {
        let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard columns.count == 2, columns[0].utf8.count == 2, !columns[1].isEmpty else { return nil }
        code = String(columns[0])
        outline = "\(columns[1])"
    }
}
