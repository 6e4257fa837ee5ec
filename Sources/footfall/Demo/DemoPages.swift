/// A page of the demo's site.
struct DemoPage {
    var path: String
    var title: String
    /// What the plugin `page_group` would call its kind; empty for a page of its own.
    var group: String
}

/// The pages of the demo's site by number: the ten that every site has, then articles, documentation and goods, the
/// popular ones first.
struct DemoPages {
    /// What somebody came for.
    enum Section: Sendable {
        case blog, docs, shop
    }

    static let home = 0
    static let pricing = 1
    static let signup = 5
    static let cart = 8
    static let thanks = 9
    /// Fewer pages than those that every site has are no site.
    static let fewest = fixed.count

    let count: Int
    /// Most hits are of few pages; the texts of the others are made when they are asked for, so that a million pages
    /// need no memory.
    private let popular: [DemoPage]

    init(count: Int) {
        self.count = max(count, DemoPages.fewest)
        popular = (0..<min(self.count, 4096)).map { DemoPages.make($0) }
    }

    subscript(number: Int) -> DemoPage {
        number < popular.count ? popular[number] : DemoPages.make(number)
    }

    /// Which section a page belongs to; `nil` for those that every site has.
    func section(of number: Int) -> Section? {
        number < DemoPages.fixed.count ? nil : DemoPages.sections[(number - DemoPages.fixed.count) % 5]
    }

    /// A page of a section, popular ones more often.
    func page(in section: Section, _ random: inout DemoRandom) -> Int {
        guard count > DemoPages.fixed.count else { return random.rank(of: count) }
        let groups = (count - DemoPages.fixed.count + 4) / 5
        let group = random.rank(of: groups)
        let offset =
            switch section {
            case .blog: random.chance(0.5) ? 0 : 3
            case .docs: random.chance(0.5) ? 1 : 4
            case .shop: 2
            }
        return min(DemoPages.fixed.count + group * 5 + offset, count - 1)
    }

    /// A page that every section links to.
    func main(for section: Section, _ random: inout DemoRandom) -> Int {
        // Cart, sign-up and thanks have their own way.
        let doors = [0, 1, section == .blog ? 3 : 2, 4, 6, 7]
        return doors[random.rank(of: doors.count)]
    }

    private static let site = "Kettle & Kiln"
    private static let fixed: [(path: String, title: String)] = [
        ("/", "Things for tea, thrown by hand"), ("/pricing", "Pricing"), ("/docs", "Documentation"),
        ("/blog", "Blog"), ("/features", "Features"), ("/signup", "Sign up"), ("/about", "About us"),
        ("/contact", "Contact"), ("/cart", "Your cart"), ("/thanks", "Thank you"),
    ]
    private static let sections: [Section] = [.blog, .docs, .shop, .blog, .docs]

    private static func make(_ number: Int) -> DemoPage {
        guard number >= fixed.count else {
            return DemoPage(path: fixed[number].path, title: "\(fixed[number].title) · \(site)", group: "")
        }
        let rest = number - fixed.count
        switch sections[rest % 5] {
        // Two of five pages are articles: their numbers have no gaps.
        case .blog: return article(rest / 5 * 2 + (rest % 5 == 0 ? 0 : 1))
        case .docs: return chapter(rest / 5 * 2 + (rest % 5 == 1 ? 0 : 1))
        case .shop: return product(rest / 5)
        }
    }

    private static func article(_ number: Int) -> DemoPage {
        let name = name(number)
        return DemoPage(
            path: "/blog/\(2026 - number % 6)/\(name.slug)", title: "\(name.words), a story · Blog · \(site)",
            group: "/blog/:year/:article")
    }

    private static func chapter(_ number: Int) -> DemoPage {
        // Names of its own as long as there are any, so that lists do not repeat themselves.
        let name = name(number + 1217)
        return DemoPage(
            path: "/docs/\(topics[number % topics.count])/\(name.slug)",
            title: "\(name.words) · Documentation · \(site)", group: "/docs/:topic/:chapter")
    }

    private static func product(_ number: Int) -> DemoPage {
        let name = name(number + 806)
        return DemoPage(
            path: "/shop/\(kinds[number % kinds.count])/\(name.slug)", title: "\(name.words) · \(site)",
            group: "/shop/:kind/:product")
    }

    /// Two words for each number, and none twice: seven has no divisor in common with the forty words of a list.
    private static func name(_ number: Int) -> (slug: String, words: String) {
        let first = adjectives[number * 7 % adjectives.count]
        let second = nouns[(number / adjectives.count * 7 + number) % nouns.count]
        let round = number / (adjectives.count * nouns.count)
        let capital = first.prefix(1).uppercased() + first.dropFirst()
        return round == 0
            ? ("\(first)-\(second)", "\(capital) \(second)")
            : ("\(first)-\(second)-\(round + 1)", "\(capital) \(second), part \(round + 1)")
    }

    private static let topics = words("start install glazes clays firing orders shipping care billing teams api help")
    private static let kinds = words("cups bowls pots plates jars vases tea tools")
    private static let adjectives = words(
        """
        quiet morning rainy harvest winter amber early slow little golden plain river garden evening northern blue rustic \
        honest summer hollow tall autumn mossy speckled salted copper wild gentle folded pale smoky warm round crooked \
        patient ancient young bright hidden lunar
        """)
    private static let nouns = words(
        """
        cup bowl pot kettle kiln glaze clay wheel leaf whisk spoon tray shelf plate jar lid handle spout saucer teapot \
        strainer caddy vase pitcher mug bench apron brush stamp mould slip ember chimney shard thumb rim foot lamp basket \
        drawer
        """)

    private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}
