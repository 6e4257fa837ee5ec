import Reports

/// The days: a few presets at hand, the others, dates of one's own and the comparison behind a button. Works as links and a
/// form, without a script.
struct RangePicker {
    /// What the address says.
    let state: ReportState
    /// First and last date shown.
    let first: LocalDate
    let last: LocalDate

    private static let atHand: [Period] = [.today, .sevenDays, .thirtyDays]

    /// The picker as markup.
    var html: HTML {
        """
        <div class="picker"><nav class="periods" aria-label="Days">\(each: RangePicker.atHand, link)</nav>
        <details class="more"><summary>\(isAtHand ? "More" : "\(state.range.title)")</summary><div class="sheet">
        <nav class="presets" aria-label="More days">\(each: others, link)</nav>
        <form method="get"><fieldset><legend>From one day to another</legend>
        \(hiddenInputs(state, without: ["period", "from", "to", "compare", "turned"]))\
        <label>From <input type="date" name="from" value="\(first.description)" required></label>
        <label>To <input type="date" name="to" value="\(last.description)" required></label>
        <label>Compared with <select name="compare">\(each: RangePicker.comparisons, option)</select></label>
        <button>Show</button></fieldset></form>
        <nav class="presets" aria-label="Compared with">\(each: RangePicker.comparisons, comparisonLink)</nav>
        </div></details></div>
        """
    }

    private var isAtHand: Bool {
        if case .period(let period) = state.range { RangePicker.atHand.contains(period) } else { false }
    }

    private var others: [Period] { Period.allCases.filter { !RangePicker.atHand.contains($0) } }

    private func link(_ period: Period) -> HTML {
        let current: HTML = state.range == .period(period) ? " aria-current=\"page\"" : ""
        let next = state.with { state in
            (state.range, state.interval, state.turned) = (.period(period), nil, 0)
        }
        return "<a href=\"\(url: next.query)\"\(current)>\(period.title)</a>"
    }

    private struct Choice {
        var comparison: ReportQuery.Comparison?
        var title: StaticString
    }

    private static let comparisons = [
        Choice(comparison: .previousPeriod, title: "the time before"),
        Choice(comparison: .previousYear, title: "a year ago"), Choice(comparison: nil, title: "nothing"),
    ]

    private func option(_ choice: Choice) -> HTML {
        let selected: HTML = choice.comparison == state.comparison ? " selected" : ""
        return """
            <option value="\(choice.comparison?.rawValue ?? "none")"\(selected)>\(choice.title.description)</option>
            """
    }

    private func comparisonLink(_ choice: Choice) -> HTML {
        let current: HTML = choice.comparison == state.comparison ? " aria-current=\"true\"" : ""
        let next = state.with { $0.comparison = choice.comparison }
        return "<a href=\"\(url: next.query)\"\(current)>Compared with \(choice.title.description)</a>"
    }
}

/// The state as fields of a form, but for some.
func hiddenInputs(_ state: ReportState, without names: Set<String>) -> HTML {
    func field(_ parameter: (name: String, value: String)) -> HTML {
        // A filter's commas and codes are part of its value, which the browser encodes once more.
        let value = parameter.name == "filter" ? parameter.value : PercentText.decoded(parameter.value.utf8)
        return "<input type=\"hidden\" name=\"\(parameter.name)\" value=\"\(value)\">"
    }
    return "\(each: state.parameters.filter { !names.contains($0.name) }, field)"
}
