import Reports

/// The periods as links; the chosen one is marked for eyes and ears.
func periodPicker(_ state: OverviewState) -> HTML {
    func link(_ period: Period) -> HTML {
        let current: HTML = period == state.period ? " aria-current=\"page\"" : ""
        return "<a href=\"\(url: state.link(period: period))\"\(current)>\(period.title)</a>"
    }
    return "<nav class=\"periods\" aria-label=\"Period\">\(each: Period.allCases, link)</nav>"
}
