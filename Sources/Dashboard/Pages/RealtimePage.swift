import EventModel
import Platform
import Reports

/// `/dashboard/SITE/realtime`: who is there now. A script fetches the page again every few seconds and changes what
/// differs; without one the browser loads it anew.
struct RealtimePage {
    let place: Place
    let state: ReportState
    let report: RealtimeReport

    /// Seconds between two looks.
    static let seconds = 10

    private var site: Site { place.site }

    /// The whole document.
    var html: HTML {
        PageFrame(
            surroundings: place.surroundings, title: "Realtime · \(site.domain)",
            navigation: siteNavigation(place, current: .realtime, state: state),
            refreshSeconds: RealtimePage.seconds,
            content: """
                <div class="headline"><div><h1>Realtime</h1>
                <p class="range"><bdi>\(site.domain)</bdi> · the last \(RealtimeReport.minutes) minutes</p></div></div>
                \(FilterBar(state: state, goals: []).html)
                <div id="live" data-refresh="\(RealtimePage.seconds)">
                \(live)</div>
                """
        ).html
    }

    private var live: HTML {
        let moment = CivilTime(milliseconds: report.computedAt.milliseconds)
        let time = [moment.hour, moment.minute, moment.second].map(Format.twoDigits).joined(separator: ":")
        let views = report.pageviews.reduce(0, +)
        return """
            <section class="card lead" aria-label="Now"><div class="now">
            <p class="figure"><span class="pulse" aria-hidden="true"></span>\(figure(report.current))</p>
            <p>current \(report.current == 1 ? "visitor" : "visitors") <small>with something done in the last 5 minutes</small></p>
            <p class="beside">\(Format.count(views, "page view", "page views")) in \(RealtimeReport.minutes) minutes · looked at \
            <time datetime="\(moment.description)">\(time) UTC</time></p></div>
            \(bars)</section>
            <div class="cards">
            \(list(.page, report.pages, "Visitors", empty: "Nobody is on a page."))\
            \(list(.source, report.sources, "Visitors", empty: "Nobody came."))\
            \(list(.country, report.countries, "Visitors", empty: "Nobody came."))\
            \(list(.event, report.events, "Times", empty: "Nothing but page views."))</div>

            """
    }

    /// A bar for each minute.
    private var bars: HTML {
        let most = max(1, report.pageviews.max() ?? 1)
        let width = 100.0 / Double(max(1, report.pageviews.count))
        func bar(_ index: Int, _ value: Int) -> HTML {
            let height = value == 0 ? 1 : max(3, Double(value) / Double(most) * 88)
            let ago = report.pageviews.count - 1 - index
            let when: HTML = ago == 0 ? "this minute" : "\(Format.count(ago, "minute", "minutes")) ago"
            return """
                <g><title>\(when): \(Format.count(value, "page view", "page views"))</title>\
                <rect x="\(Double(index) * width + width * 0.12)%" y="\(90 - height)" width="\(width * 0.76)%" height="\(height)" rx="2"/></g>

                """
        }
        return """
            <svg class="bars" width="100%" height="92" role="img" aria-label="Page views by minute, at most \(most)">
            \(each: Array(report.pageviews.enumerated()), bar)</svg>
            """
    }

    private func list(_ dimension: Dimension, _ rows: [RealtimeReport.Row], _ head: StaticString, empty: HTML) -> HTML {
        let most = rows.map(\.count).max() ?? 0
        func row(_ row: RealtimeReport.Row) -> HTML {
            let share = most > 0 ? Double(row.count) / Double(most) * 100 : 0
            let name = dimension.words(row.name)
            let link = state.carried.filtered(dimension, row.name).query
            return """
                <tr><th scope="row"><div class="named"><svg aria-hidden="true"><rect width="\(share)%" height="100%" rx="4"/></svg>\
                <a href="\(url: link)" title="\(name)"><bdi>\(name)</bdi></a></div></th><td>\(figure(row.count))</td></tr>

                """
        }
        let id = dimension.name
        let table: HTML = """
            <table class="ranking"><thead><tr><th scope="col">\(dimension.singular)</th><th scope="col">\(head.description)</th></tr></thead>
            <tbody>
            \(each: rows, row)</tbody></table>
            """
        return """
            <section class="card" aria-labelledby="\(id)-title">
            <header><h2 id="\(id)-title">\(dimension.title)</h2></header>
            \(rows.isEmpty ? "<p class=\"nothing\">\(empty)</p>" : table)
            </section>

            """
    }
}
