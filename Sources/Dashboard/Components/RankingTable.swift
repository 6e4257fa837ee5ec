import Reports

/// A list of values with a bar behind each name, as long as its share of the first. A click on a row filters by it.
struct RankingTable {
    /// What the rows are.
    let dimension: Dimension
    /// The numbers beside each name; the bar shows the first.
    let metrics: [Metric]
    /// The rows.
    let rows: [ReportAnswer.Row]
    /// What the address says.
    let state: ReportState
    /// Where the rows' links lead to; empty for the page itself.
    var target = ""
    /// Whether the numbers are compared with those of the time before.
    var isCompared = false
    /// Whether the heads of columns sort.
    var isSortable = false

    /// The table as markup.
    var html: HTML {
        let most = rows.compactMap { $0.values.first ?? nil }.max() ?? 0
        func head(_ metric: Metric) -> HTML {
            guard isSortable else { return "<th scope=\"col\" title=\"\(metric.definition)\">\(metric.title)</th>" }
            let isSorted = metric == (state.sort ?? metrics.first)
            let sorted: HTML = isSorted ? " aria-sort=\"descending\"" : ""
            let next = state.with { ($0.sort, $0.turned) = (metric, 0) }
            return """
                <th scope="col"\(sorted) title="\(metric.definition)"><a href="\(url: next.query)">\(metric.title)</a></th>
                """
        }
        func line(_ row: ReportAnswer.Row) -> HTML { self.row(row, most: most) }
        let kind: HTML = isSortable ? "ranking wide" : "ranking"
        return """
            <table class="\(kind)">
            <thead><tr><th scope="col">\(dimension.singular)</th>\(each: metrics, head)</tr></thead>
            <tbody>
            \(each: rows, line)</tbody>
            </table>
            """
    }

    private func row(_ row: ReportAnswer.Row, most: Double) -> HTML {
        let value = row.keys.first ?? ""
        let share = most > 0 ? max(0, (row.values.first ?? nil) ?? 0) / most * 100 : 0
        let name = dimension.words(value)
        func cell(_ place: Int) -> HTML {
            let now = row.values[place]
            guard isCompared, place < row.before.count else { return "<td>\(metrics[place].figure(now))</td>" }
            return "<td title=\"\(metrics[place].words(row.before[place])) before\">\(metrics[place].figure(now))</td>"
        }
        let link = target + state.filtered(dimension, value).query
        return """
            <tr><th scope="row"><div class="named"><svg aria-hidden="true"><rect width="\(share)%" height="100%" \
            rx="4"/></svg><a href="\(url: link)" title="\(name)"><bdi>\(name)</bdi></a></div></th>\
            \(each: row.values.indices, cell)</tr>

            """
    }
}

/// A table in a card, with what it is about above and a way to all of it.
struct RankingCard {
    let table: RankingTable
    /// What to show when there is no row.
    let empty: HTML
    /// Where all rows are; empty for nowhere.
    var more = ""

    /// The card as markup.
    var html: HTML {
        let dimension = table.dimension
        let id = PercentText.encoded(dimension.name)
        let link: HTML =
            more.isEmpty
            ? .empty
            : "<a class=\"all\" href=\"\(url: more)\">All<span class=\"hidden\"> of \(dimension.title)</span></a>"
        return """
            <section class="card" aria-labelledby="\(id)-title">
            <header><h2 id="\(id)-title">\(dimension.title)</h2>\(hint(dimension.title, dimension.definition))\(link)</header>
            \(table.rows.isEmpty ? "<p class=\"nothing\">\(empty)</p>" : table.html)
            </section>

            """
    }
}
