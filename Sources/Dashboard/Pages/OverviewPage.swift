import EventModel
import Platform
import Reports

/// `/dashboard/SITE`: how it goes, on one page.
struct OverviewPage {
    /// The numbers.
    let report: OverviewReport
    /// What the address says.
    let state: OverviewState

    /// The whole document.
    var html: HTML {
        PageFrame(
            title: report.domain, place: siteNavigation(report.domain, current: .overview), content: content, foot: foot
        ).html
    }

    private var content: HTML {
        """
        <div class="headline">
        <div><h1><bdi>\(report.domain)</bdi></h1>
        <p class="range">\(dates)</p></div>
        \(periodPicker(state))
        </div>
        <section class="card lead" aria-label="Totals and course">
        \(metricTiles(report, state: state))
        \(TrafficChart(report, metric: state.metric).html)</section>
        <div class="cards">
        \(pages)\(sources)\(each: [.channel], facts)\(countries)\(each: [.browser, .os, .device], facts)\(events)</div>
        """
    }

    private var dates: HTML {
        guard let first = LocalMoment(report.firstDate), let last = LocalMoment(report.lastDate) else {
            return "\(report.firstDate) – \(report.lastDate)"
        }
        return """
            \(LocalMoment.range(from: first, to: last)) \
            <span class="zone" title="Days begin at midnight in this time zone">\(report.timeZone)</span>
            """
    }

    private var pages: HTML {
        RankingTable(
            dimension: .page, countTitle: "Views", rows: report.pages, empty: "No page was viewed in this period."
        ).html
    }

    private var sources: HTML {
        RankingTable(
            dimension: .source, countTitle: "Visits", rows: report.sources, empty: "No visit began in this period.",
            name: { $0.isEmpty ? "<span class=\"direct\">Direct</span>" : "<bdi>\($0)</bdi>" }
        ).html
    }

    /// Countries exist once a plugin finds them out; until then there is nothing to say.
    private var countries: HTML {
        guard !report.countries.isEmpty else { return .empty }
        return RankingTable(
            dimension: .country, countTitle: "Visits", rows: report.countries, empty: .empty,
            name: { "\(CountryName.of($0))" }
        ).html
    }

    /// What plugins found out about visits; a list of which nothing is known is not shown.
    private func facts(_ dimension: Dimension) -> HTML {
        guard let rows = report.facts[dimension], !rows.isEmpty else { return .empty }
        return RankingTable(dimension: dimension, countTitle: "Visits", rows: rows, empty: .empty).html
    }

    private var events: HTML {
        RankingTable(
            dimension: .event, countTitle: "Times", rows: report.events,
            empty: """
                Count what matters with one line in your pages: <code>footfall("signup", {plan: "pro"})</code>
                """
        ).html
    }

    private var foot: HTML {
        let moment = CivilTime(milliseconds: report.computedAt.milliseconds)
        let time = "\(moment.date) \(Format.twoDigits(moment.hour)):\(Format.twoDigits(moment.minute))"
        return """
            Numbers of <time datetime="\(moment.description)">\(time) UTC</time>. \
            No cookies, no addresses, nobody is followed.
            """
    }
}
