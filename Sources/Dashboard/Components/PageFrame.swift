import Accounts

/// What all pages have in common: the document, the head, the bar at the top and the foot.
struct PageFrame {
    /// For whom, and how it looks.
    var surroundings = Surroundings()
    /// Title of the window.
    let title: String
    /// Where one can go from here, shown beside the brand; empty at the top.
    var navigation: HTML = .empty
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
        \(robots)<title>\(title) · \(surroundings.brandName)</title>
        <link rel="stylesheet" href="\(url: Asset.stylesheet.path)">
        \(colours)\(icon)
        \(script)</head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">\(brand)\(navigation)\(account)</header>
        <main id="content">
        \(content)
        </main>
        <footer>\(foot)\(powered)</footer>
        </body>
        </html>

        """
    }

    private var isForReaders: Bool { surroundings.audience == .readers }

    /// The public record has no script at all.
    private var script: HTML {
        guard isForReaders else { return .empty }
        let refresh: HTML =
            refreshSeconds > 0
            ? "<noscript><meta http-equiv=\"refresh\" content=\"\(refreshSeconds)\"></noscript>\n" : .empty
        return "<script src=\"\(url: Asset.script.path)\" defer></script>\n\(refresh)"
    }

    private var robots: HTML {
        isForReaders ? "<meta name=\"robots\" content=\"noindex, nofollow\">\n" : .empty
    }

    // MARK: The organisation's looks

    private var colours: HTML {
        guard let file = surroundings.brandFile("colours.css") else { return .empty }
        return "<link rel=\"stylesheet\" href=\"\(url: file)\">\n"
    }

    private var icon: HTML {
        surroundings.brandFile("logo").map { "<link rel=\"icon\" href=\"\(url: $0)\">" } ?? brandIcon
    }

    private var mark: HTML {
        if let logo = surroundings.brandFile("logo") { return "<img class=\"mark\" src=\"\(url: logo)\" alt=\"\">" }
        return surroundings.brand.name.isEmpty ? brandMark : .empty
    }

    private var brand: HTML {
        // Who is not signed in has nothing to see there.
        let isLink = isForReaders && surroundings.person != nil
        return isLink
            ? "<a class=\"brand\" href=\"\(url: DashboardPath.sites)\">\(mark)<span>\(surroundings.brandName)</span></a>"
            : "<span class=\"brand\">\(mark)<span>\(surroundings.brandName)</span></span>"
    }

    private var account: HTML {
        guard let person = surroundings.person else { return .empty }
        return """
            <nav class="account" aria-label="Account"><a href="\(url: DashboardPath.account)">\
            <bdi>\(person.displayName)</bdi></a></nav>
            """
    }

    private var powered: HTML {
        let isOther = !surroundings.brand.name.isEmpty
        return isOther && surroundings.brand.namesFootfall
            ? " <span class=\"powered\">Powered by Footfall</span>" : .empty
    }
}
