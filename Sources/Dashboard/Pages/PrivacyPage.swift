import EventModel

/// `/dashboard/SITE/privacy`, and `/footfall/privacy/DOMAIN` for everybody: what is kept of visitors, made from what the
/// plugins of the chain that runs declare. It says what happens and never what that means in law.
struct PrivacyPage {
    /// Who reads it.
    enum Reader {
        /// Somebody who may see the dashboard, which was opened at `origin`.
        case owner(isPublic: Bool, origin: String)
        /// A visitor of the site, who may look at their own data or not.
        case visitor(hasSelfService: Bool)
    }

    /// The site.
    let place: Place
    /// What is kept.
    let record: PrivacyRecord
    /// Who reads it.
    let reader: Reader

    private var site: Site { place.site }

    /// The whole document.
    var html: HTML {
        switch reader {
        case .owner:
            PageFrame(
                surroundings: place.surroundings, title: "What is kept · \(site.domain)",
                navigation: siteNavigation(place, current: .privacy),
                content: content
            ).html
        case .visitor:
            PageFrame(
                surroundings: place.surroundings, title: "What is kept · \(site.domain)", content: content,
                foot: "Written by Footfall, which counts the visits of <bdi>\(site.domain)</bdi>."
            ).html
        }
    }

    private var content: HTML {
        """
        <div class="headline"><div><h1>What is kept</h1>
        <p class="range">of visits to <bdi>\(site.domain)</bdi></p></div></div>
        \(whereabouts)<section class="card block prose" aria-labelledby="short-title">
        <h2 id="short-title">In short</h2>
        <p><bdi>\(site.domain)</bdi> counts how often its pages are visited. For that, your browser sends a short message when \
        you open a page. The program that receives it looks at the message, makes it smaller in \
        \(Format.count(record.steps.count, "step", "steps")), and keeps what is listed below, and nothing else.</p>
        <p>Nobody has to keep this page up to date: the program writes it from the very settings with which it runs. Sums \
        without any detail of an event, such as how many arrived on a day, are kept longer.</p>
        <dl class="facts">
        <div><dt>Events and visits are kept for</dt><dd>\(Format.count(record.retentionMonths, "month", "months"))</dd></div>
        <div><dt>Events that could not be stored, or wait for a person’s look, for</dt>\
        <dd>\(Format.count(record.deadLetterDays, "day", "days"))</dd></div>
        <div><dt>Settings</dt><dd>\(mode)</dd></div>
        </dl>
        </section>
        \(ownVisit)\(kept)\(forgotten)\(steps)<section class="card block prose" aria-labelledby="rights-title">
        <h2 id="rights-title">What this page does not say</h2>
        <p>This page says what happens, not what the law makes of it: that depends on where you are and on what the site does \
        besides. Questions about your data are answered by whoever is responsible for <bdi>\(site.domain)</bdi>.</p>
        </section>
        """
    }

    private var mode: HTML {
        switch record.mode {
        case "strict":
            "strict: every step is set as the French regulator (CNIL) asks of plain audience measurement"
        case "standard": "standard: every step is set as the site’s operator chose"
        default: "<bdi>\(record.mode)</bdi>"
        }
    }

    // MARK: For the site's own people

    private var whereabouts: HTML {
        guard case .owner(let isPublic, let origin) = reader else { return .empty }
        guard isPublic else {
            return """
                <p class="notice">Only readers of this dashboard see this page. With <code>privacy: { public_record: true }</code> \
                in the configuration, visitors can read it, too, at \
                <code>\(origin)\(DashboardPath.publicRecord(site.domain))</code>.</p>

                """
        }
        let address = origin + DashboardPath.publicRecord(site.domain)
        return """
            <p class="notice">Everybody can read this page at <a href="\(url: address)">\(address)</a>: \
            link to it where you tell your visitors about privacy.</p>

            """
    }

    // MARK: For visitors

    /// Without a secret of forms: caches keep the page for everybody.
    private var ownVisit: HTML {
        guard case .visitor(hasSelfService: true) = reader else { return .empty }
        let address = DashboardPath.ownData(site.domain)
        return """
            <section class="card block prose" aria-labelledby="own-title">
            <h2 id="own-title">Your visit of today</h2>
            <p>The program can find your own visit of today again, by the address and the browser with which you come, and no \
            other: whoever shares both with you is found, too.</p>
            <form class="form" method="post" action="\(url: address)/erase">
            <p><a href="\(url: address)">Take it along as a file</a>, or have it erased for good:</p>
            <div><button class="danger">Erase my visit</button></div></form>
            </section>

            """
    }

    // MARK: Lists

    private var kept: HTML {
        """
        <section class="card block" aria-labelledby="kept-title">
        <h2 id="kept-title">What is kept</h2>
        <p class="about">With each event, as far as it is known:</p>
        \(record.kept.isEmpty ? "<p class=\"nothing\">Nothing.</p>" : table(record.kept, of: "kept"))
        </section>

        """
    }

    private var forgotten: HTML {
        """
        <section class="card block" aria-labelledby="forgotten-title">
        <h2 id="forgotten-title">What is looked at, and forgotten</h2>
        <p class="about">Browsers send this with every message, or it follows from that. It is used for a moment, to find out \
        what is kept above, and is then gone; the last column says when:</p>
        \(record.forgotten.isEmpty ? "<p class=\"nothing\">Nothing.</p>" : table(record.forgotten, of: "forgotten"))
        </section>

        """
    }

    /// Roles are written out because narrow windows show rows as blocks, which makes some browsers forget the table.
    private func table(_ entries: [PrivacyRecord.Entry], of id: StaticString) -> HTML {
        let areReduced = entries.contains { !$0.reductions.isEmpty }
        func column(_ title: StaticString) -> HTML {
            "<th role=\"columnheader\" scope=\"col\">\(title.description)</th>"
        }
        func part(_ text: String) -> HTML { "<span class=\"part\">\(text)</span> " }
        func row(_ entry: PrivacyRecord.Entry) -> HTML {
            let reductions: HTML = entry.reductions.isEmpty ? "kept as it is" : "\(each: entry.reductions, part)"
            let reduced: HTML =
                areReduced ? "<td role=\"cell\" data-label=\"How it is made smaller\">\(reductions)</td>" : .empty
            return """
                <tr role="row"><th role="rowheader" scope="row">\(RecordWords.title(entry.name)) \
                <code>\(entry.name)</code></th><td role="cell" data-label="What it is">\(meaning(entry))</td>\
                <td role="cell" data-label="Where it comes from">\(each: origins(entry), part)</td>\(reduced)\
                <td role="cell" data-label="How long">\(entry.kept)</td></tr>

                """
        }
        return """
            <table class="record" role="table" aria-labelledby="\(id.description)-title">
            <thead role="rowgroup"><tr role="row">\(column("Name"))\(column("What it is"))\
            \(column("Where it comes from"))\(areReduced ? column("How it is made smaller") : .empty)\
            \(column("How long"))</tr></thead>
            <tbody role="rowgroup">
            \(each: entries, row)</tbody>
            </table>
            """
    }

    private func meaning(_ entry: PrivacyRecord.Entry) -> String {
        let meaning = RecordWords.explanation(entry.name)?.description ?? entry.meaning
        guard record.kept.contains(entry), let warning = RecordWords.warning(entry.sensitivity) else { return meaning }
        return "\(meaning) \(warning)"
    }

    private func origins(_ entry: PrivacyRecord.Entry) -> [String] {
        entry.origins.map { $0 == "request" ? "your browser’s message" : "step \($0)" }
    }

    private var steps: HTML {
        func step(_ step: PrivacyRecord.Step) -> HTML {
            "<li><code>\(step.id)</code> \(step.summary)</li>\n"
        }
        return """
            <section class="card block" aria-labelledby="steps-title">
            <h2 id="steps-title">The steps, in order</h2>
            <p class="about">Every message goes through all of them; the last ones keep what is left.</p>
            <ol class="chain">
            \(each: record.steps, step)</ol>
            </section>

            """
    }
}
