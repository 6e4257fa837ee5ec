import Reports

/// The filters as chips, each with a way out, and a form for one more.
struct FilterBar {
    /// What the address says.
    let state: ReportState
    /// The names of the site's goals.
    let goals: [String]

    /// The bar as markup.
    var html: HTML {
        """
        <div class="filters" role="group" aria-label="Filters">\(each: state.locked, lockedChip)\(each: Array(state.filters.enumerated()), chip)\(goalChip)\
        <details class="more add"><summary>+ Filter</summary><div class="sheet">
        <form method="get">\(hiddenInputs(state.with { $0.turned = 0 }, without: []))
        <label>What <select name="dimension">\(each: FilterBar.groups, group)</select></label>
        <label>How <select name="operator">\(each: Filter.Comparison.allCases, option)</select></label>
        <label>Value <input name="value" required maxlength="500" autocomplete="off" placeholder="/blog/*"></label>
        <button>Add</button></form>\(goalLinks)
        </div></details></div>
        """
    }

    private func chip(_ index: Int, _ test: Filter.Test) -> HTML {
        let rest = state.with { state in
            state.filters.remove(at: index)
            state.turned = 0
        }
        let values = test.values.map { test.dimension.words($0) }.joined(separator: " or ")
        return """
            <span class="chip">\(test.dimension.singular) \(test.comparison.words.description) <strong><bdi>\(values)</bdi></strong>\
            <a href="\(url: rest.query)" aria-label="Remove the filter \(test.dimension.singular) \(values)">×</a></span>

            """
    }

    /// What a shared link is locked to has no way out.
    private func lockedChip(_ test: Filter.Test) -> HTML {
        let values = test.values.map { test.dimension.words($0) }.joined(separator: " or ")
        return """
            <span class="chip locked">\(test.dimension.singular) \(test.comparison.words.description) \
            <strong><bdi>\(values)</bdi></strong></span>

            """
    }

    private var goalChip: HTML {
        guard !state.goal.isEmpty else { return .empty }
        return """
            <span class="chip">Goal <strong><bdi>\(state.goal)</bdi></strong>\
            <a href="\(url: state.with { $0.goal = "" }.query)" aria-label="Show no goal">×</a></span>

            """
    }

    private var goalLinks: HTML {
        guard !goals.isEmpty else { return .empty }
        func link(_ name: String) -> HTML {
            "<a href=\"\(url: state.with { $0.goal = name }.query)\"><bdi>\(name)</bdi></a>"
        }
        return
            "<nav class=\"presets\" aria-label=\"Conversions of a goal\"><span>Conversions of</span>\(each: goals, link)</nav>"
    }

    private static let groups: [(title: StaticString, dimensions: [Dimension])] = [
        ("Pages", [.page, .entryPage, .exitPage, .pageGroup, .title, .hostname]),
        ("Where from", [.source, .referrer, .channel, .utmCampaign, .utmSource, .utmMedium, .utmTerm, .utmContent]),
        ("Place", [.country, .region, .city, .language]),
        ("Device", [.browser, .os, .device, .screen, .browserVersion, .osVersion]),
        ("What happened", [.event, .searchTerm]),
    ]

    private func group(_ group: (title: StaticString, dimensions: [Dimension])) -> HTML {
        func option(_ dimension: Dimension) -> HTML {
            "<option value=\"\(dimension.name)\">\(dimension.singular)</option>"
        }
        return "<optgroup label=\"\(group.title.description)\">\(each: group.dimensions, option)</optgroup>"
    }

    private func option(_ comparison: Filter.Comparison) -> HTML {
        "<option value=\"\(comparison.rawValue)\">\(comparison.words.description)</option>"
    }
}
