import EventModel
import Platform

/// `/dashboard/SITE/inspector`: the newest events on their way through the chain, step by step.
struct InspectorPage {
    /// After so many seconds the page looks again.
    static let seconds = 3

    /// The site.
    let place: Place
    /// What the collecting process says; `nil` when it does not answer.
    let state: IngestState?
    /// Whether the page stays as it is.
    let isPaused: Bool

    private var site: Site { place.site }

    /// The whole document.
    var html: HTML {
        PageFrame(
            surroundings: place.surroundings, title: "Live inspector · \(site.domain)",
            navigation: siteNavigation(place, current: .inspector),
            content: """
                <div class="headline"><div><h1>Live inspector</h1>
                <p class="range"><bdi>\(site.domain)</bdi> · the newest events, step by step</p></div>
                <p class="live">\(refreshing)</p></div>
                <p class="about">Internet addresses, names of browsers and other personal data are masked: of them you see how \
                long they are, and of a visitor’s code how it begins. What is shown here is in memory only, and never kept.</p>
                \(events)
                """
        ).html
    }

    private var refreshing: HTML {
        isPaused
            ? "Paused. <a class=\"button\" href=\"?\">Go on</a>"
            : """
            <span class="pulse" aria-hidden="true"></span>Looks again every \(InspectorPage.seconds) seconds \
            <a class="button" href="?pause=1">Pause</a>
            """
    }

    private var events: HTML {
        guard let state else {
            return """
                <p class="notice bad"><strong>The collecting process does not answer.</strong> Whoever runs this server should \
                look whether <code>footfall serve</code> is running.</p>
                """
        }
        guard !state.traces.isEmpty else {
            return """
                <section class="card guide" aria-labelledby="none">
                <h2 id="none">Waiting for an event…</h2>
                <p>Open a page of <bdi>\(site.domain)</bdi>; the next 20 events appear here. Events are only written down while \
                somebody looks at this page, and for a minute after that.</p>
                <p>If nothing comes, \
                <a href="\(url: place.address(.quality))">data quality</a> shows what was refused, and why.</p>
                </section>
                """
        }
        func event(_ entry: EnumeratedSequence<[EventTrace]>.Element) -> HTML {
            TraceCard(trace: entry.element, isOpen: entry.offset == 0).html
        }
        return """
            <div class="events">
            \(each: state.traces.enumerated(), event)</div>
            """
    }
}
