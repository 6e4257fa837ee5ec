import EventModel

/// `/dashboard/SITE` before the first event: what to do, and the promise that it turns by itself.
struct WaitingPage {
    /// The site that nobody has visited yet.
    let place: Place
    /// Where this dashboard was opened, such as `https://stats.example`.
    let origin: String

    private var site: Site { place.site }

    /// Who has a shared link, or comes to a public site, has nothing to install.
    private var isForPeople: Bool { place.pages.contains(.inspector) }

    /// The whole document.
    var html: HTML {
        PageFrame(
            surroundings: place.surroundings, title: site.domain, navigation: siteNavigation(place, current: .overview),
            content: isForPeople ? guide : nothingYet
        ).html
    }

    private var nothingYet: HTML {
        """
        <section class="card guide" aria-labelledby="waiting">
        <p class="about"><span class="pulse" aria-hidden="true"></span><bdi>\(site.domain)</bdi></p>
        <h1 id="waiting">Nothing has been counted yet</h1>
        <p>This page shows the first visit by itself.</p>
        </section>
        """
    }

    private var guide: HTML {
        """
        <section class="card guide" aria-labelledby="waiting">
        <p class="about"><span class="pulse" aria-hidden="true"></span><bdi>\(site.domain)</bdi></p>
        <h1 id="waiting">Waiting for the first event…</h1>
        <p>Paste these two lines into the <code>&lt;head&gt;</code> of every page of \
        <bdi>\(site.domain)</bdi>, then open one of them.</p>
        \(snippet(site, origin: origin, brand: place.surroundings.brand))
        <p>This page looks again every few seconds and shows the first visit by itself.</p>
        <details class="help"><summary>I pasted it, and nothing comes</summary>
        <ul>
        <li>Visits are taken from pages on \(hosts). Other hosts have to be added to the site.</li>
        <li>Ad blockers in your own browser may hold the script back: try a private window.</li>
        <li>The browser’s network panel shows a request to <code>/e</code> for every page view; its answer \
        says what is wrong with it.</li>
        <li>The <a href="\(url: place.address(.inspector))">live inspector</a> shows what \
        becomes of each event.</li>
        </ul></details>
        </section>
        """
    }

    private var hosts: HTML {
        var list: HTML = .empty
        for host in site.hosts {
            let separator: HTML = list.isEmpty ? "" : ", "
            list += "\(separator)<code>\(host)</code>"
        }
        return list.isEmpty ? "<code>\(site.domain)</code>" : list
    }
}
