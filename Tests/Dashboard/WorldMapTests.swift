import Testing

@testable import Dashboard

/// The map of the world: its file, its shades, and what it does with countries that it does not know.
struct WorldMapTests {
    private func map(_ values: [(code: String, value: Int)]) -> String {
        let map = WorldMap(
            values: values, link: { "?country=\($0)" },
            describe: { "\(CountryName.of($0)): \(Format.count($1, "visitor", "visitors"))" })
        return String(decoding: map.html.bytes, as: UTF8.self)
    }

    /// The classes of the shapes that are links, by where they lead.
    private func shades(_ page: String) -> [String: String] {
        var shades: [String: String] = [:]
        var target: String?
        for element in Markup(page).elements {
            if element.name == "a" { target = element.attributes["href"] }
            if element.name == "path", let country = target {
                shades[country] = element.attributes["class"]
                target = nil
            }
        }
        return shades
    }

    @Test func everyLineOfTheFileIsACountryThatHasAName() {
        let lines = String(decoding: PackageResources.world_txt, as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "# made by tools/world-map from Natural Earth (public domain)")
        #expect(lines.count == Land.all.count + 1)
        #expect(Land.all.count > 170)
        #expect(Land.byCode.count == Land.all.count, "a country stands twice")
        for land in Land.all { #expect(CountryName.of(land.code) != land.code, "\(land.code)") }
        // Those that the data have no code for, or have as a part of another country.
        for code in ["FR", "NO", "XK", "CY", "SO", "GF", "SJ"] { #expect(Land.byCode[code] != nil, "\(code)") }
        #expect(Land.byCode["AQ"] == nil)
    }

    @Test func anOutlineIsOnlyPathDataAndStaysOnTheMap() {
        for land in Land.all {
            let outline = String(decoding: land.outline.bytes, as: UTF8.self)
            #expect(outline.allSatisfy { "MLHVZmlhvz0123456789 .,-".contains($0) }, "\(land.code)")
            #expect(outline.first == "m" && outline.last == "z", "\(land.code)")
            // All is relative, and after `z` a shape goes on from where it began.
            var (x, y) = (0, 0)
            for shape in outline.split(separator: "z") {
                let numbers = shape.dropFirst().replacing("-", with: " -").split(separator: " ").compactMap { Int($0) }
                #expect(numbers.count >= 6 && numbers.count.isMultiple(of: 2), "\(land.code)")
                var start: (Int, Int)?
                for index in stride(from: 0, to: numbers.count - 1, by: 2) {
                    (x, y) = (x + numbers[index], y + numbers[index + 1])
                    start = start ?? (x, y)
                    #expect((0...10_000).contains(x) && (0...5_000).contains(y), "\(land.code)")
                }
                (x, y) = start ?? (x, y)
            }
        }
    }

    @Test func theMapIsWellFormedAndItsLinksHaveNames() {
        let page = map([("DE", 1234), ("FR", 1)])
        #expect(Markup(page).problems == [])
        #expect(page.contains("<a href=\"?country=DE\"><title>Germany: 1,234 visitors</title><path class=\"land s5\""))
        #expect(page.contains("<title>France: 1 visitor</title><path class=\"land s1\""))
        let paths = Markup(page).elements.filter { $0.name == "path" }
        #expect(paths.count == Land.all.count)
        #expect(paths.filter { $0.attributes["class"] == "land" }.count == Land.all.count - 2)
    }

    @Test func theShadeGrowsWithTheSquareRoot() {
        let page = map([("DE", 2500), ("FR", 1601), ("IT", 1600), ("ES", 900), ("PL", 400), ("SE", 100), ("NO", 1)])
        #expect(
            shades(page) == [
                "?country=DE": "land s5", "?country=FR": "land s5", "?country=IT": "land s4", "?country=ES": "land s3",
                "?country=PL": "land s2", "?country=SE": "land s1", "?country=NO": "land s1",
            ])
        for range in ["none", "1–100", "101–400", "401–900", "901–1.6k", "1.6k–2.5k"] {
            #expect(page.contains("</svg>\(range)</span>"), "\(range)")
        }
    }

    @Test(arguments: [
        (1, [5: 1...1]), (2, [4: 1...1, 5: 2...2]), (3, [3: 1...1, 5: 2...3]),
        (25, [1: 1...1, 2: 2...4, 3: 5...9, 4: 10...16, 5: 17...25]), (0, [:]), (-1, [:]),
    ])
    func theLegendHasOnlyShadesThatANumberCanHave(maximum: Int, shades: [Int: ClosedRange<Int>]) {
        let scale = ShadeScale(maximum: maximum)
        #expect(Dictionary(uniqueKeysWithValues: scale.shades.map { ($0.number, $0.range) }) == shades)
        for (shade, range) in shades {
            #expect(range.allSatisfy { scale.shade(of: $0) == shade })
        }
    }

    @Test func theLargestNumberOverflowsNothing() {
        #expect(shades(map([("DE", .max), ("FR", 1)])) == ["?country=DE": "land s5", "?country=FR": "land s1"])
    }

    @Test func whatHasNoLandOrNoNumberIsIgnored() {
        let page = map([
            ("SG", 100_000), ("EU", 5), ("", 3), ("de", 2), ("AQ", 1), ("DE", 10), ("DE", 999), ("FR", 0), ("IT", -5),
        ])
        #expect(shades(page) == ["?country=DE": "land s5"])
        #expect(!page.contains("100,000"))
        let empty = map([("SG", 1)])
        #expect(Markup(empty).problems == [])
        #expect(!empty.contains("<a "))
        #expect(!empty.contains("legend"))
    }

    @Test func xssAHostileCountryCodeDoesNoHarm() {
        let hostile = "\"><script>alert(1)</script>"
        let page = map([(hostile, 7), ("DE", 1), (hostile, .min)])
        #expect(Markup(page).problems == [])
        #expect(shades(page) == ["?country=DE": "land s5"])
        #expect(!page.contains("script"))
    }

    @Test func xssAHostileNameOrAddressDoesNoHarm() {
        let map = WorldMap(
            values: [("DE", 1), ("FR", 2)],
            link: { $0 == "DE" ? "javascript:alert(1)" : "?a=\"><script>alert(1)</script>" },
            describe: { code, _ in "\(code)</title><script>alert(1)</script>" })
        let page = String(decoding: map.html.bytes, as: UTF8.self)
        #expect(Markup(page).problems == [])
        #expect(!page.contains("<script"))
        #expect(page.contains("<a href=\"#\">"))
    }
}
