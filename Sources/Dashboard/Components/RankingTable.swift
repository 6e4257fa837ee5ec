import Reports

/// A list of pages, sources, countries or events with a bar behind each name, as long as its share of the first.
struct RankingTable {
    /// What the rows are.
    let dimension: Dimension
    /// Heading of the second number.
    let countTitle: String
    /// The rows, most visitors first.
    let rows: [OverviewReport.Row]
    /// What to show when there is no row.
    let empty: HTML
    /// The name that people read instead of the one in the database.
    var name: (String) -> HTML = { "<bdi>\($0)</bdi>" }

    /// The list as markup.
    var html: HTML {
        let id = dimension.rawValue
        let most = rows.map(\.visitors).max() ?? 0
        return """
            <section class="card" aria-labelledby="\(id)-title">
            <header><h2 id="\(id)-title">\(dimension.title)</h2>\(hint(dimension.title, dimension.definition))</header>
            \(rows.isEmpty ? "<p class=\"nothing\">\(empty)</p>" : table(most: most))
            </section>

            """
    }

    private func table(most: Int) -> HTML {
        func row(_ row: OverviewReport.Row) -> HTML {
            let share = most > 0 ? Double(row.visitors) / Double(most) * 100 : 0
            return """
                <tr><th scope="row"><div class="named"><svg aria-hidden="true"><rect width="\(share)%" height="100%" \
                rx="4"/></svg><span title="\(row.name)">\(name(row.name))</span></div></th>\
                <td>\(figure(row.visitors))</td><td>\(figure(row.count))</td></tr>

                """
        }
        return """
            <table class="ranking">
            <thead><tr><th scope="col">\(dimension.singular)</th><th scope="col">Visitors</th>\
            <th scope="col">\(countTitle)</th></tr></thead>
            <tbody>
            \(each: rows, row)</tbody>
            </table>
            """
    }
}
