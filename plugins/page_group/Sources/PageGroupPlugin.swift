public import Configuration
public import EventModel
public import PluginAPI

/// Counts pages of one kind together: the first of the operator's path templates that fits says which kind a page is.
public struct PageGroup: Enricher {
    /// The plugin's name in the configuration.
    public static let name: StaticString = "page_group"
    /// What it does.
    public static let summary: StaticString = "pages of one kind counted together, by path templates such as /user/:id"

    /// Which pages belong together.
    public struct Settings: ValidatedSettings {
        /// Templates such as `/user/:id`, `/shop/*` and `/docs/:section/**`. The first that fits wins.
        public var templates: [String] = []
        /// Names by template: `{ "/shop/*": "Shop" }`. Without one, the template is the name.
        public var names: [String: String] = [:]
        /// Whether the template takes the path's place, so that what the path identifies is not stored.
        public var replace_path = false
        /// Whether numbers, UUIDs and long hexadecimal segments become `:id` where no template fits.
        public var automatic = false

        /// Every default.
        public init() {}

        /// Templates can be read and reached, names have their template.
        public func problems() -> [SettingProblem] {
            guard templates.count <= PathTemplate.maximumCount else {
                return [SettingProblem("templates", "must be at most \(PathTemplate.maximumCount)")]
            }
            return templateProblems + nameProblems
        }

        private var templateProblems: [SettingProblem] {
            var earlier: [PathTemplate] = []
            var problems: [SettingProblem] = []
            for (index, text) in templates.enumerated() {
                do throws(PathTemplate.Mistake) {
                    let template = try PathTemplate(text)
                    if let other = earlier.first(where: { $0.covers(template) }) {
                        problems.append(
                            SettingProblem(
                                "templates[\(index)]",
                                "never fits, for \"\(other.text)\" stands before it and fits all of its paths: move "
                                    + "\"\(text)\" before it"))
                    }
                    earlier.append(template)
                } catch {
                    problems.append(SettingProblem("templates[\(index)]", "\"\(text)\" \(error.message)"))
                }
            }
            return problems
        }

        private var nameProblems: [SettingProblem] {
            names.keys.sorted().compactMap { template in
                if !templates.contains(template) {
                    let hint = ConfigProblem.suggestion(for: template, among: templates)
                    return SettingProblem("names.\(template)", "is not one of the templates\(hint)")
                }
                let length = names[template]?.utf8.count ?? 0
                return (1...200).contains(length)
                    ? nil : SettingProblem("names.\(template)", "must be a name of 1 to 200 bytes")
            }
        }
    }

    /// Reads the path, adds one fact, and writes the path where templates take its place.
    public static func declaration(for settings: Settings) -> Declaration {
        var declaration = Declaration(
            reads: [.path],
            facts: [
                Fact(
                    name: "page_group", sensitivity: settings.automatic ? .content : .anonymous,
                    meaning: "kind of page, by the operator's path templates", subject: .event)
            ])
        if settings.replace_path {
            declaration.writes = [.path]
            let pages = settings.automatic ? "with ids and those that fit a template" : "that fit a template"
            declaration.reductions = [Reduction(.path, "of pages \(pages) only the template is kept")]
        }
        return declaration
    }

    private let templates: PathTemplates
    /// What the group of each template is called, and what takes the path's place.
    private let groups: [(name: String, template: String)]
    private let replacesPath: Bool
    private let isAutomatic: Bool

    /// Ready at once. Throws for a template that cannot be read.
    public init(_ settings: Settings, in context: PluginContext) throws(PluginError) {
        var parsed: [PathTemplate] = []
        for text in settings.templates {
            do throws(PathTemplate.Mistake) {
                parsed.append(try PathTemplate(text))
            } catch {
                throw PluginError.settings(key: "templates", "\"\(text)\" \(error.message)")
            }
        }
        templates = PathTemplates(parsed)
        groups = settings.templates.map { (settings.names[$0] ?? $0, $0) }
        replacesPath = settings.replace_path
        isAutomatic = settings.automatic
    }

    /// Sets the fact `page_group`; a page that fits nothing has none.
    public func enrich(_ event: inout Event) throws(PluginError) {
        let path = event.hit.path
        if let index = templates.first(fitting: path.utf8.span), index < groups.count {
            let group = groups[index]
            event.hit.setFact("page_group", group.name)
            if replacesPath { event.hit.path = group.template }
        } else if isAutomatic, let template = IdentifierSegments.replaced(in: path) {
            event.hit.setFact("page_group", template)
            if replacesPath { event.hit.path = template }
        }
    }
}
