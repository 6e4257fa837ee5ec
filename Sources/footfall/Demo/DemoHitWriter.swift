import EventModel

/// Writes events as hits, with what the chain would have found out about them.
struct DemoHitWriter {
    let site: SiteID
    let host: String
    let pages: DemoPages
    /// What events say of their source once the visit has left the page on which it began.
    let afterLanding: DemoSource
    let hasGroups: Bool

    /// The next event of a visit.
    func hit(_ id: EventID, _ visit: DemoVisit, _ visitors: DemoVisitors) -> Hit {
        let step = visit.steps[visit.place]
        let page = pages[step.page]
        let device = visit.visitor.device
        let source = step.isLanding ? visit.source : afterLanding
        let time = Timestamp(milliseconds: visit.next)
        var hit = Hit(site: site, id: id, name: DemoHitWriter.name(step.kind), receivedAt: time, time: time)
        hit.hostname = host
        hit.path = page.path
        hit.title = page.title
        hit.source = source.source
        hit.referrerHost = source.host
        hit.referrerPath = source.path
        hit.country = device.country
        hit.viewportWidth = device.width
        identify(&hit, visit, visitors)
        hit.properties = properties(step, page)
        hit.facts = facts(step, page, device, source)
        return hit
    }

    /// A visit that goes on over midnight goes on under the new day's pseudonym, and for half an hour says which one it
    /// had.
    private func identify(_ hit: inout Hit, _ visit: DemoVisit, _ visitors: DemoVisitors) {
        let time = hit.time.milliseconds
        let today = time / DemoShape.day
        let began = visit.start / DemoShape.day
        hit.visitor = visitors.pseudonym(of: visit.visitor.number, on: today)
        if began < today, time % DemoShape.day < 30 * 60_000 {
            hit.visitorBefore = visitors.pseudonym(of: visit.visitor.number, on: began)
        }
    }

    private func facts(_ step: DemoStep, _ page: DemoPage, _ device: DemoDevice, _ source: DemoSource) -> [Property] {
        var facts: [Property] = []
        facts.reserveCapacity(device.agent.count + source.facts.count + device.rest.count + 2)
        facts += device.agent
        facts += source.facts
        facts += device.rest
        if hasGroups, !page.group.isEmpty { facts.append(Property("page_group", .text(page.group))) }
        // No plugin's: the store gives it a meaning of its own.
        if step.engaged > 0 { facts.append(Property("engaged_ms", .number(Double(step.engaged)))) }
        return facts
    }

    private static func name(_ kind: DemoStep.Kind) -> String {
        switch kind {
        case .pageview: Hit.pageview
        case .outbound: "outbound"
        case .addToCart: "add_to_cart"
        case .download: "download"
        case .signup: "signup"
        case .purchase: "purchase"
        }
    }

    private func properties(_ step: DemoStep, _ page: DemoPage) -> [Property] {
        switch step.kind {
        case .pageview: return []
        case .outbound: return [Property("host", .text(DemoHitWriter.hosts[step.luck % DemoHitWriter.hosts.count]))]
        case .addToCart:
            let product = page.path.split(separator: "/").last.map(String.init) ?? ""
            return [Property("product", .text(product)), Property("price", .number(price(step.page)))]
        case .download: return [Property("file", .text("glaze-chart-\(step.luck % 9 + 1).pdf"))]
        case .signup: return [Property("plan", .text(plan(step).name))]
        case .purchase:
            let plan = plan(step)
            let months = Double([1, 1, 3, 12][step.luck % 4])
            return [Property("plan", .text(plan.name)), Property("amount", .number(plan.price * months))]
        }
    }

    private func plan(_ step: DemoStep) -> (name: String, price: Double) {
        step.luck < 620 ? ("cup", 9) : step.luck < 910 ? ("pot", 29) : ("kiln", 99)
    }

    private func price(_ page: Int) -> Double { Double(9 + page * 13 % 70) }

    private static let hosts = [
        "github.com", "instagram.com", "youtube.com", "clay-club.example", "tea-lovers.example", "en.wikipedia.org",
        "maps.example", "pottery-museum.example",
    ]
}
