import EventModel
import Platform
import Reports

/// What all pages with numbers have in common: heading, days, filters, and when the numbers were computed.
struct ReportFrame {
    let place: Place
    /// Which page it is.
    let page: SitePage
    let title: String
    /// What the address says.
    let state: ReportState
    /// The names of the site's goals.
    let goals: [String]
    /// An answer about the days.
    let answer: ReportAnswer
    let content: HTML

    private var site: Site { place.site }

    /// The whole document.
    var html: HTML {
        PageFrame(
            surroundings: place.surroundings, title: page == .overview ? title : "\(title) · \(site.domain)",
            navigation: siteNavigation(place, current: page, state: state),
            content: """
                <div class="headline">
                <div><h1><bdi>\(title)</bdi></h1>
                <p class="range">\(dates)</p></div>
                \(RangePicker(state: state, first: answer.first, last: answer.last).html)
                </div>
                \(FilterBar(state: state, goals: goals).html)
                \(content)
                """,
            foot: foot
        ).html
    }

    private var dates: HTML {
        guard let first = LocalMoment(answer.first.description), let last = LocalMoment(answer.last.description) else {
            return .empty
        }
        let before: HTML = answer.before.map { ", compared with \($0.words)" } ?? .empty
        return """
            \(LocalMoment.range(from: first, to: last))\(before) \
            <span class="zone" title="Days begin at midnight in this time zone">\(site.timeZone)</span>
            """
    }

    private var foot: HTML {
        let moment = CivilTime(milliseconds: answer.computedAt.milliseconds)
        let time = "\(moment.date) \(Format.twoDigits(moment.hour)):\(Format.twoDigits(moment.minute))"
        return """
            Numbers of <time datetime="\(moment.description)">\(time) UTC</time>. \(answer.identity.words)\
            No cookies, no addresses, nobody is followed.
            """
    }
}
