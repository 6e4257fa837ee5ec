import EventModel
import Platform
import Reports

/// `/dashboard/SITE/quality`: what became of everything that arrived, and whether the books balance.
struct QualityPage {
    /// The site.
    let place: Place
    /// The ledger.
    let report: QualityReport
    /// What the collecting process says; `nil` when it does not answer.
    let state: IngestState?

    private var totals: QualityReport.Counts { report.totals }

    private var site: Site { place.site }

    /// The whole document.
    var html: HTML {
        PageFrame(
            surroundings: place.surroundings, title: "Data quality · \(site.domain)",
            navigation: siteNavigation(place, current: .quality),
            content: content, foot: foot
        ).html
    }

    private var content: HTML {
        """
        <div class="headline"><div><h1>Data quality</h1>
        <p class="range"><bdi>\(site.domain)</bdi> · \(dates) \
        <span class="zone" title="Days begin at midnight in this time zone">UTC</span></p></div></div>
        \(silence)<section class="card lead" aria-label="Totals">
        \(countTiles(tiles))
        \(balance)</section>
        <section class="card block" aria-labelledby="days-title">
        <h2 id="days-title">Day by day</h2>
        <p class="about">Deliveries, on the day on which they arrived: every single event, and also what was refused or came \
        twice. That is more than visits, and the days are those of UTC, so the numbers differ from the overview’s.</p>
        \(days)
        </section>
        <div class="cards">
        \(reasons)\(bots)\(unattributed)\(notes)</div>
        """
    }

    private var dates: String {
        guard let first = report.days.first.flatMap({ LocalMoment($0.date) }),
            let last = report.days.last.flatMap({ LocalMoment($0.date) })
        else { return "" }
        return LocalMoment.range(from: first, to: last)
    }

    private var foot: HTML {
        let moment = CivilTime(milliseconds: report.computedAt.milliseconds)
        let time = "\(moment.date) \(Format.twoDigits(moment.hour)):\(Format.twoDigits(moment.minute))"
        return "Read at <time datetime=\"\(moment.description)\">\(time) UTC</time>."
    }

    private var silence: HTML {
        guard state == nil else { return .empty }
        return """
            <p class="notice bad"><strong>The collecting process does not answer.</strong> What follows is what is in the \
            database. Whoever runs this server should look whether <code>footfall serve</code> is running.</p>

            """
    }

    // MARK: Totals

    private var tiles: [CountTile] {
        let received = totals.received
        func share(_ count: Int) -> HTML {
            guard received > 0 else { return "–" }
            return "\(Format.percent(Double(count) / Double(received))) of what arrived"
        }
        let lost = totals.dropped &+ totals.rejected
        let apart = totals.quarantined &+ totals.dead
        return [
            CountTile(
                title: "Received", definition: "Every event that arrived, whatever became of it.",
                value: figure(received), note: "in \(QualityReport.days) days"),
            CountTile(
                title: "From people", definition: "Stored, and counted in the reports.", value: figure(totals.people),
                note: share(totals.people)),
            CountTile(
                title: "From programs",
                definition: "Stored apart from people’s: crawlers, monitors and the like. They are in no other number.",
                value: figure(totals.bots), note: share(totals.bots)),
            CountTile(
                title: "Not kept",
                definition: "Dropped by a privacy filter, or rejected because it could never be stored.",
                value: figure(lost), note: share(lost)),
            CountTile(
                title: "Set aside",
                definition: """
                    In quarantine until a person has looked at it, or impossible to store. It is kept with the reason and \
                    can still be stored.
                    """,
                value: figure(apart), note: "\(Format.grouped(totals.dead)) could not be stored"),
            CountTile(
                title: "On the way",
                definition: """
                    Safe in the journal of the gateway and not yet in the database, of all sites together. They are counted \
                    here once they are stored.
                    """,
                value: state.map { figure($0.pending) } ?? "–",
                note: state == nil ? "no answer" : "of all sites, right now"),
        ]
    }

    private var balance: HTML {
        guard totals != QualityReport.Counts() || report.days.contains(where: { $0.counts.unaccounted != 0 }) else {
            return "<p class=\"balance\">Nothing has arrived in these \(QualityReport.days) days.</p>\n"
        }
        let parts: [(Int, StaticString)] = [
            (totals.people, "from people"), (totals.bots, "from programs"), (totals.dropped, "dropped"),
            (totals.rejected, "rejected"), (totals.duplicates, "delivered twice"), (totals.quarantined, "set aside"),
            (totals.dead, "impossible to store"),
        ]
        let sum = parts.filter { $0.0 != 0 }.map { "\(Format.grouped($0.0)) \($0.1)" }.joined(separator: " + ")
        let books = sum.isEmpty ? "0" : sum
        let odd = report.days.count { $0.counts.unaccounted != 0 }
        guard odd > 0 else {
            return """
                <p class="balance good"><span aria-hidden="true">✓</span> <strong>Every event is accounted for:</strong> \
                <span>\(Format.grouped(totals.received)) received = \(books)</span></p>

                """
        }
        let difference = totals.unaccounted
        let finding =
            difference > 0
            ? "\(Format.count(difference, "event is", "events are")) not accounted for"
            : difference < 0
                ? "\(Format.count(0 &- difference, "event", "events")) more ended than arrived"
                : "The days do not balance, though their sum does"
        return """
            <p class="balance bad"><span aria-hidden="true">⚠</span> <strong>\(finding):</strong> \
            <span>\(Format.grouped(totals.received)) received, but \(books). This must never happen. \
            \(Format.count(odd, "day is", "days are")) marked below; please report it to whoever runs this server.</span></p>

            """
    }

    // MARK: Tables

    private var days: HTML {
        let isOdd = report.days.contains { $0.counts.unaccounted != 0 }
        func cell(_ count: Int) -> HTML {
            count == 0 ? "<td class=\"none\">0</td>" : "<td>\(Format.grouped(count))</td>"
        }
        func row(_ day: QualityReport.Day) -> HTML {
            let counts = day.counts
            let mark: HTML = counts.unaccounted == 0 ? "" : " class=\"odd\""
            let odd: HTML = isOdd ? cell(counts.unaccounted) : .empty
            return """
                <tr\(mark)><th scope="row">\(LocalMoment(day.date)?.long ?? day.date)</th>\(cell(counts.received))\
                \(cell(counts.people))\(cell(counts.bots))\(cell(counts.dropped))\(cell(counts.rejected))\
                \(cell(counts.duplicates))\(cell(counts.quarantined))\(cell(counts.dead))\(odd)</tr>

                """
        }
        let odd: HTML = isOdd ? "<th scope=\"col\">Unaccounted</th>" : .empty
        return """
            <div class="scroller" tabindex="0" role="region" aria-label="Deliveries by day"><table>
            <thead><tr><th scope="col">Day</th><th scope="col">Received</th><th scope="col">People</th>\
            <th scope="col">Programs</th><th scope="col">Dropped</th><th scope="col">Rejected</th>\
            <th scope="col">Twice</th><th scope="col">Set aside</th><th scope="col">Not storable</th>\(odd)</tr></thead>
            <tbody>
            \(each: report.days.reversed(), row)</tbody>
            </table></div>
            """
    }

    private var reasons: HTML {
        """
        <section class="card" aria-labelledby="reasons-title">
        <header><h2 id="reasons-title">Why events were not kept</h2></header>
        \(report.reasons.isEmpty
            ? "<p class=\"nothing\">Nothing was dropped, rejected or set aside.</p>" : reasonTable(report.reasons))
        </section>

        """
    }

    private var unattributed: HTML {
        guard !report.unattributed.isEmpty else { return .empty }
        return """
            <section class="card" aria-labelledby="nobody-title">
            <header><h2 id="nobody-title">Of no site</h2>\(hint("Of no site", """
                Requests that name no site of this server, of all senders together. They are in none of the sums above. \
                A wrong key in your pages would show here.
                """))</header>
            \(reasonTable(report.unattributed))
            </section>

            """
    }

    private func reasonTable(_ reasons: [QualityReport.Reason]) -> HTML {
        func row(_ reason: QualityReport.Reason) -> HTML {
            let meaning = ReasonWords.of(reason.word)
            let title: HTML = meaning.map { "\($0.title.description)" } ?? "<bdi>\(reason.word)</bdi>"
            let word: HTML? = meaning.map { _ in " <code>\(reason.word)</code>" }
            let explanation: HTML? = meaning.map { "<span class=\"explained\">\($0.explanation.description)</span>" }
            return """
                <tr><th scope="row">\(title)\(word)\(explanation)</th><td>\(badge(ReasonWords.outcome(reason.outcome)))</td>\
                <td>\(figure(reason.count))</td></tr>

                """
        }
        return """
            <table class="list">
            <thead><tr><th scope="col">Reason</th><th scope="col">Outcome</th><th scope="col">Events</th></tr></thead>
            <tbody>
            \(each: reasons, row)</tbody>
            </table>
            """
    }

    private var bots: HTML {
        func row(_ bot: QualityReport.Bot) -> HTML {
            let explanation: HTML? = BotWords.explanation(bot.name).map {
                "<span class=\"explained\">\($0.description)</span>"
            }
            return """
                <tr><th scope="row"><bdi>\(BotWords.name(bot.name))</bdi>\(explanation)</th>\
                <td class="why">\(bot.reasons.map(BotWords.reason).joined(separator: ", "))</td>\
                <td>\(figure(bot.count))</td></tr>

                """
        }
        let table: HTML = """
            <table class="list">
            <thead><tr><th scope="col">Class</th><th scope="col">Recognised by</th><th scope="col">Events</th></tr></thead>
            <tbody>
            \(each: report.bots, row)</tbody>
            </table>
            """
        return """
            <section class="card" aria-labelledby="bots-title">
            <header><h2 id="bots-title">Programs</h2>\(hint("Programs", """
                Events that are kept apart, by the day on which they happened. The chain’s plugins decide what a program is.
                """))</header>
            \(report.bots.isEmpty ? "<p class=\"nothing\">No program’s event is kept.</p>" : table)
            </section>

            """
    }

    private var notes: HTML {
        guard let state, !state.notes.isEmpty else { return .empty }
        func note(_ text: String) -> HTML { "<li>\(text)</li>\n" }
        return """
            <section class="card" aria-labelledby="notes-title">
            <header><h2 id="notes-title">Notes of the gateway</h2></header>
            <ul class="notes">
            \(each: state.notes, note)</ul>
            </section>

            """
    }
}
