/// What all pages have in common: the document, the head, the bar at the top and the foot.
struct PageFrame {
    /// Title of the window.
    let title: String
    /// Who reads the page.
    var audience = Audience.readers
    /// Where one can go from here, shown beside the brand; empty at the top.
    var place: HTML = .empty
    /// Seconds after which a browser without a script loads the page again; 0 for never.
    var refreshSeconds = 0
    /// What the page is about.
    let content: HTML
    /// The last line of the page.
    var foot: HTML = .empty

    /// The whole document.
    var html: HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        \(robots)<title>\(title) · Footfall</title>
        <link rel="stylesheet" href="\(url: Asset.stylesheet.path(for: audience))">
        \(brandIcon)
        \(script)</head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">\(brand)\(place)</header>
        <main id="content">
        \(content)
        </main>
        <footer>\(foot)</footer>
        </body>
        </html>

        """
    }

    /// The public page has no script at all.
    private var script: HTML {
        guard audience == .readers else { return .empty }
        let refresh: HTML =
            refreshSeconds > 0
            ? "<noscript><meta http-equiv=\"refresh\" content=\"\(refreshSeconds)\"></noscript>\n" : .empty
        return "<script src=\"\(url: Asset.script.path(for: audience))\" defer></script>\n\(refresh)"
    }

    private var robots: HTML {
        audience == .everybody ? .empty : "<meta name=\"robots\" content=\"noindex, nofollow\">\n"
    }

    private var brand: HTML {
        audience == .everybody
            ? "<span class=\"brand\">\(brandMark)<span>Footfall</span></span>"
            : "<a class=\"brand\" href=\"/dashboard\">\(brandMark)<span>Footfall</span></a>"
    }
}
