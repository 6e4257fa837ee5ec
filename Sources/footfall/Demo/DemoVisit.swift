/// One event of a visit that is planned.
struct DemoStep {
    enum Kind {
        case pageview, outbound, addToCart, download, signup, purchase
    }

    var kind: Kind
    /// Number of the page on which it happens.
    var page: Int
    /// Milliseconds since the beginning of the visit.
    var after: Int64
    /// Milliseconds in which the page was in use; 0 for what is not a page view.
    var engaged: Int64 = 0
    /// Decides what was bought.
    var luck: Int = 0
    /// Whether the visit has not left the page on which it began.
    var isLanding = true
}

/// Plans visits: most look at one page and go, some read on, a few sign up or buy.
struct DemoVisitPlanner {
    let pages: DemoPages

    /// Where a visit is to end.
    private enum Goal {
        case nothing, signup, purchase

        /// Pages that it takes.
        var pages: Int { self == .nothing ? 0 : self == .signup ? 3 : 2 }
    }

    /// The events of a visit in order; at least one, and about five on average.
    func plan(from source: DemoSource, _ random: inout DemoRandom) -> [DemoStep] {
        let luck = random.unit()
        let section = DemoVisitPlanner.sections.pick(&random)
        let entry = random.chance(source.beginsAtHome) ? DemoPages.home : pages.page(in: section, &random)
        if luck < 0.55 {
            return [DemoStep(kind: .pageview, page: entry, after: 0, engaged: 400 + Int64(random.below(9500)))]
        }
        if luck < 0.58 {
            let engaged = 10_000 + Int64(min(random.wait(mean: 60_000), 900_000))
            return [DemoStep(kind: .pageview, page: entry, after: 0, engaged: engaged)]
        }
        return visit(entering: entry, in: section, pages: DemoVisitPlanner.lengths.pick(&random), &random)
    }

    private func visit(
        entering entry: Int, in section: DemoPages.Section, pages count: Int, _ random: inout DemoRandom
    ) -> [DemoStep] {
        let goal = DemoVisitPlanner.goal(count, &random)
        var steps: [DemoStep] = []
        steps.reserveCapacity(count + 4)
        var after: Int64 = 0
        for number in 0..<count {
            let left = count - number
            let page =
                number == 0
                ? entry
                : left <= goal.pages
                    ? DemoVisitPlanner.page(towards: goal, left: left) : nextPage(in: section, &random)
            // Well below half an hour, at which a visit would end.
            let stay = 2000 + Int64(min(random.wait(mean: 42_000), 900_000))
            let engaged = Int64(Double(stay) * (0.3 + 0.65 * random.unit()))
            steps.append(DemoStep(kind: .pageview, page: page, after: after, engaged: engaged, isLanding: number == 0))
            if let kind = event(on: page, goal, left: left, &random) {
                let later = after + 500 + Int64(Double(stay - 1000) * random.unit())
                steps.append(
                    DemoStep(
                        kind: kind, page: page, after: later, luck: random.below(1000), isLanding: number == 0))
            }
            after += stay
        }
        return steps
    }

    private func nextPage(in section: DemoPages.Section, _ random: inout DemoRandom) -> Int {
        random.chance(0.3) ? pages.main(for: section, &random) : pages.page(in: section, &random)
    }

    private static func goal(_ pages: Int, _ random: inout DemoRandom) -> Goal {
        guard pages > 3 else { return .nothing }
        let luck = random.unit()
        return luck < 0.1 ? .signup : luck < 0.18 ? .purchase : .nothing
    }

    private static func page(towards goal: Goal, left: Int) -> Int {
        switch (goal, left) {
        case (_, 1): DemoPages.thanks
        case (.signup, 2): DemoPages.signup
        case (.signup, _): DemoPages.pricing
        default: DemoPages.cart
        }
    }

    /// What somebody does on a page beside looking at it.
    private func event(
        on page: Int, _ goal: Goal, left: Int, _ random: inout DemoRandom
    ) -> DemoStep.Kind? {
        if left == 2, goal != .nothing { return goal == .signup ? .signup : .purchase }
        let luck = random.unit()
        switch pages.section(of: page) {
        case .shop: return luck < 0.22 ? .addToCart : luck < 0.26 ? .outbound : nil
        case .docs: return luck < 0.07 ? .download : luck < 0.17 ? .outbound : nil
        case .blog: return luck < 0.15 ? .outbound : nil
        case nil: return luck < 0.08 ? .outbound : nil
        }
    }

    private static let sections = DemoChoice<DemoPages.Section>([(.blog, 42), (.shop, 33), (.docs, 25)])
    /// How many pages somebody looks at who looks at more than one: two more often than three, and so on to twenty.
    private static let lengths = DemoChoice<Int>((2...20).map { ($0, 7 + Double(21 - $0)) })
}
