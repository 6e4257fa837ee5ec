import Configuration
import Pipeline
import PluginAPI

/// Settings of two plugins that are right by themselves and cannot work together: what the proof of the chain, which knows
/// fields and no settings, cannot see.
struct ChainConflicts {
    let plan: ChainPlan

    /// Each conflict at its place, with the mend.
    var problems: [ConfigProblem] {
        lostParameters + lostEvents
    }

    private func place(_ plugin: String) -> Int? {
        plan.steps.firstIndex { $0.factory.name == plugin }
    }

    private func settings(_ place: Int) -> [String: ConfigValue] {
        guard case .table(let settings) = plan.steps[place].prepared.settings else { return [:] }
        return settings
    }

    private func texts(_ value: ConfigValue?) -> [String] {
        guard case .list(let values)? = value else { return [] }
        return values.compactMap { if case .text(let text) = $0 { text.lowercased() } else { nil } }
    }

    /// Parameters that belong to a page's identity, and that `url_scrub` has taken away before.
    private var lostParameters: [ConfigProblem] {
        guard let scrub = place("url_scrub"), let page = place("page_url"), scrub < page,
            settings(scrub)["mode"] == .text("allow")
        else { return [] }
        let allowed = texts(settings(scrub)["allow"])
        let lost = texts(settings(page)["keep_query"]).filter { name in
            !allowed.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 }
        }
        return lost.map { name in
            ConfigProblem(
                path: "\(plan.steps[page].path).settings.keep_query",
                message:
                    "names \"\(name)\", which \"\(plan.steps[scrub].id)\" takes away before: add it to its \"allow\", "
                    + "or move \"\(plan.steps[page].id)\" before it")
        }
    }

    /// Events that `clock` puts into a past of which the store believes nothing.
    private var lostEvents: [ConfigProblem] {
        guard let clock = place("clock"), case .integer(let late)? = settings(clock)["max_late_days"] else { return [] }
        return plan.steps.indices.compactMap { index in
            guard plan.steps[index].factory.name == "postgres",
                case .integer(let oldest)? = settings(index)["maximum_age_days"], late >= oldest
            else { return nil }
            return ConfigProblem(
                path: "\(plan.steps[clock].path).settings.max_late_days",
                message:
                    "is \(late), but \"\(plan.steps[index].id)\" refuses events of \(oldest) days and more: make it smaller, or "
                    + "maximum_age_days larger")
        }
    }
}
