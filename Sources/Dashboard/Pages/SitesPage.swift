import EventModel
import Reports

/// `/dashboard`: all sites at a glance.
struct SitesPage {
    /// The sites, by domain.
    let sites: [SiteSummary]

    /// The whole document.
    var html: HTML {
        PageFrame(title: "Sites", content: sites.isEmpty ? noSites : list).html
    }

    private var list: HTML {
        func card(_ summary: SiteSummary) -> HTML {
            let number: HTML =
                summary.hasData
                ? """
                <span class="figure">\(figure(summary.total))</span> \
                <span class="unit">\(summary.total == 1 ? "visitor" : "visitors") in 7 days</span>
                """
                : "<span class=\"unit\">Waiting for the first event…</span>"
            return """
                <li class="card site"><h2><a href="\(url: DashboardPath.site(summary.site.domain))">\
                <bdi>\(summary.site.domain)</bdi></a></h2>
                <p>\(number)</p>\(summary.hasData ? sparkline(summary.visitors) : .empty)</li>

                """
        }
        return """
            <div class="headline"><div><h1>Sites</h1></div></div>
            <ul class="sites">
            \(each: sites, card)</ul>
            """
    }

    private var noSites: HTML {
        """
        <section class="card guide" aria-labelledby="none">
        <h1 id="none">No site yet</h1>
        <p>Add the first one where Footfall runs:</p>
        <pre class="snippet" tabindex="0" role="region" aria-label="Command to run"><code>\
        footfall site add example.com</code></pre>
        <p>It prints the key of the site. This page then shows what to paste.</p>
        </section>
        """
    }
}
