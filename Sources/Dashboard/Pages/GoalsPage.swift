import EventModel
import Reports

/// `/dashboard/SITE/goals`: who reached what.
struct GoalsPage {
    let place: Place
    let state: ReportState
    let goals: [Goal]
    /// One answer for each goal, in order.
    let answers: [ReportAnswer]
    /// An answer about the days, for a site without goals as well.
    let frame: ReportAnswer

    /// What is asked of each goal.
    static let metrics: [Metric] = [.conversions, .conversionRate, .revenue]

    private var site: Site { place.site }

    /// The whole document.
    var html: HTML {
        ReportFrame(
            place: place, page: .goals, title: "Goals", state: state, goals: goals.map(\.name), answer: frame,
            content: goals.isEmpty ? guide : list
        ).html
    }

    private var guide: HTML {
        """
        <section class="card guide" aria-labelledby="none">
        <h2 id="none">No goal yet</h2>
        <p>A goal is a page that people should reach, or an event that they should cause. Where Footfall runs:</p>
        <pre class="snippet" tabindex="0" role="region" aria-label="Commands to run"><code>\
        footfall goal add \(site.domain) "Signed up" --event signup
        footfall goal add \(site.domain) "Thank you" --page /thanks --revenue amount</code></pre>
        <p>The numbers are there at once, for the past as well.</p>
        </section>
        """
    }

    private var list: HTML {
        func row(_ index: Int, _ goal: Goal) -> HTML {
            let answer = answers[index]
            let next = state.carried.with { $0.goal = goal.name }
            let money: HTML = goal.revenue.isEmpty ? "–" : "\(Metric.revenue.words(answer.totals[2]))"
            return """
                <tr><th scope="row"><a href="\(url: place.address() + next.query)"><bdi>\(goal.name)</bdi></a> \
                <small>\(goal.words)</small></th>\
                <td>\(Metric.conversions.figure(answer.totals[0]))</td><td>\(change(answer))</td>\
                <td>\(Metric.conversionRate.figure(answer.totals[1]))</td><td>\(money)</td></tr>

                """
        }
        return """
            <section class="card block" aria-labelledby="goals-title">
            <header class="tabled"><h2 id="goals-title">Goals</h2>\(hint("Conversions", Metric.conversions.definition))</header>
            <div class="wideTable"><table class="plain"><thead><tr><th scope="col">Goal</th><th scope="col">Conversions</th>\
            <th scope="col">Change</th><th scope="col">Conversion rate</th><th scope="col">Revenue</th></tr></thead><tbody>
            \(each: Array(goals.enumerated()), row)</tbody></table></div>
            </section>
            """
    }

    private func change(_ answer: ReportAnswer) -> HTML {
        guard let before = answer.before else { return "–" }
        return Change(
            from: before.totals[0], to: answer.totals[0], moreIsBetter: true, write: { Metric.conversions.words($0) }
        ).html(comparedWith: before.words)
    }
}

extension Goal {
    /// What has to happen, in words.
    var words: HTML {
        let properties = self.properties.map { "\($0.name) \($0.values.joined(separator: " or "))" }.joined(
            separator: ", ")
        let rest: HTML = properties.isEmpty ? .empty : " with <bdi>\(properties)</bdi>"
        return switch target {
        case .page(let path): "page <code>\(path)</code>\(rest)"
        case .event(let name): "event <code>\(name)</code>\(rest)"
        }
    }
}
