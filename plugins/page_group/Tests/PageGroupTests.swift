import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import PageGroupPlugin

@Suite struct PageGroupTests {
    private func enriched(
        _ path: String, _ templates: [String], _ change: (inout PageGroup.Settings) -> Void = { _ in }
    ) throws -> Hit {
        var settings = PageGroup.Settings()
        settings.templates = templates
        change(&settings)
        #expect(settings.problems() == [])
        var event = HostileEvents.ordinary()
        event.hit.path = path
        try PageGroup(settings, in: PluginChecks.context).enrich(&event)
        return event.hit
    }

    private func group(_ path: String, _ templates: [String]) throws -> String {
        try enriched(path, templates).text(ofFact: "page_group")
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: PageGroup.self, factory: PluginFactory(PageGroup.self), folder: pluginFolder())
                == [])
        for replaces in [false, true] {
            var settings = PageGroup.Settings()
            settings.templates = ["/shop", "/http:/*", "/**"]
            settings.replace_path = replaces
            settings.automatic = true
            #expect(
                PluginChecks.accessFailures(of: PageGroup.self, settings: settings) { plugin, event in
                    try? plugin.enrich(&event)
                } == [])
        }
    }

    @Test(arguments: [
        ("/user/7", "/user/:id"), ("/user/anna", "/user/:id"), ("/user/7/", "/user/:id"), ("//user//7", "/user/:id"),
        ("/user", ""), ("/user/7/edit", ""), ("/User/7", ""), ("/shop/shoes", "/shop/*"), ("/shop", ""),
        ("/shop/shoes/red", ""), ("/docs/api", "/docs/:section/**"), ("/docs/api/a/b/c", "/docs/:section/**"),
        ("/docs", ""), ("/", "/"), ("", "/"), ("/article?id=7", "/article"), ("/café/ü", "/café/:x"), ("/other", ""),
        ("/user/7?x=/a/b", "/user/:id"),
    ])
    func pathsFitTemplates(path: String, template: String) throws {
        let templates = ["/", "/user/:id", "/shop/*", "/docs/:section/**", "/article", "/café/:x"]
        #expect(try group(path, templates) == template)
    }

    @Test func theFirstThatFitsWinsWhereverTheHolesAre() throws {
        let templates = ["/a/x/c", "/:a/b/c", "/a/*/d", "/a/b/*", "/a/**", "/**"]
        #expect(try group("/a/x/c", templates) == "/a/x/c")
        #expect(try group("/a/b/c", templates) == "/:a/b/c")
        #expect(try group("/a/b/d", templates) == "/a/*/d")
        #expect(try group("/a/b/e", templates) == "/a/b/*")
        #expect(try group("/a/c/e", templates) == "/a/**")
        #expect(try group("/a", templates) == "/a/**")
        #expect(try group("/z/b", templates) == "/**")
    }

    @Test func groupsHaveNames() throws {
        let hit = try enriched("/shop/shoes", ["/shop/*"]) {
            $0.names = ["/shop/*": "Shop"]
            $0.replace_path = true
        }
        #expect(hit.text(ofFact: "page_group") == "Shop")
        #expect(hit.path == "/shop/*")
    }

    @Test func thePathStaysUnlessTheTemplateReplacesIt() throws {
        #expect(try enriched("/user/7", ["/user/:id"]).path == "/user/7")
        #expect(try enriched("/user/7", ["/user/:id"]) { $0.replace_path = true }.path == "/user/:id")
        #expect(try enriched("/other/7", ["/user/:id"]) { $0.replace_path = true }.path == "/other/7")
    }

    @Test(arguments: [
        ("/order/4711", "/order/:id"), ("/order/4711/item/2", "/order/:id/item/:id"),
        ("/7", "/:id"), ("/order/4711/?page=2", "/order/:id/"), ("/a1b2c3d4e5f60718", "/:id"),
        ("/file/0189D3C2-7b1a-7c33-8f00-9a9b9c9d9e9f/raw", "/file/:id/raw"),
        ("/order/4711a", ""), ("/about", ""), ("/", ""), ("", ""), ("/a1b2c3d4e5f6071", ""), ("/deadbeefdeadbeef", ""),
        ("/0189d3c2-7b1a-7c33-8f00-9a9b9c9d9e9", ""), ("/0189d3c27-b1a-7c33-8f00-9a9b9c9d9e9f", ""), ("/1.5", ""),
        ("/--------", ""), ("/２", ""),
    ])
    func identifiersAreFoundWithoutATemplate(path: String, group: String) throws {
        let hit = try enriched(path, ["/known/:id"]) { $0.automatic = true }
        #expect(hit.text(ofFact: "page_group") == group)
        #expect(hit.path == path)
        let replaced = try enriched(path, ["/known/:id"]) {
            $0.automatic = true
            $0.replace_path = true
        }
        #expect(replaced.path == (group.isEmpty ? path : group))
        #expect(try enriched(path, ["/known/:id"]).fact("page_group") == nil)
    }

    @Test func aTemplateWinsOverTheAutomaticRule() throws {
        #expect(
            try enriched("/known/7", ["/known/:name"]) { $0.automatic = true }.text(ofFact: "page_group")
                == "/known/:name")
    }

    @Test(arguments: [
        "user", "", "https://example.com/", "/a//b", "/**/a", "/a/***", "/a/b*", "/a/:", "/a/:b-c", "/a?b",
        "/" + String(repeating: "a", count: 500), String(repeating: "/a", count: 33),
    ])
    func aTemplateThatIsNoneIsRefused(template: String) {
        var settings = PageGroup.Settings()
        settings.templates = ["/fine", template]
        #expect(settings.problems().map(\.key) == ["templates[1]"])
        #expect(throws: PluginError.self) { try PageGroup(settings, in: PluginChecks.context) }
    }

    @Test(arguments: [
        ("/user/:id", "/user/:name"), ("/shop/**", "/shop/*"), ("/shop/**", "/shop"), ("/*/b", "/a/b"),
        ("/a/*", "/a/b/"), ("/**", "/a/**"),
    ])
    func aTemplateThatCanNeverFitIsRefused(first: String, second: String) {
        var settings = PageGroup.Settings()
        settings.templates = [first, second]
        #expect(settings.problems().map(\.key) == ["templates[1]"])
        settings.templates = [second, first]
        #expect(settings.problems().count == (first == "/user/:id" ? 1 : 0))
    }

    @Test func aNameWithoutItsTemplateIsRefused() {
        var settings = PageGroup.Settings()
        settings.templates = ["/shop/*"]
        settings.names = ["/shop/**": "Shop", "/shop/*": ""]
        #expect(settings.problems().map(\.key) == ["names./shop/*", "names./shop/**"])
    }

    @Test func theTrieFindsWhatOneByOneFinds() throws {
        var random = SeededRandom(4)
        for _ in 0..<300 {
            let templates = randomTemplates(&random)
            let trie = PathTemplates(templates)
            for _ in 0..<60 {
                let path = randomPath(&random)
                let expected = templates.firstIndex { fits(path, $0) }
                #expect(trie.first(fitting: path.utf8.span) == expected, "\(path) in \(templates.map(\.text))")
            }
        }
    }

    private func randomTemplates(_ random: inout SeededRandom) -> [PathTemplate] {
        let parts = ["a", "b", "c", "long-segment-of-a-path", "*", ":x", "**"]
        return (0..<Int.random(in: 0...40, using: &random)).compactMap { _ in
            let count = Int.random(in: 0...5, using: &random)
            let chosen = (0..<count).map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }
            return try? PathTemplate("/" + chosen.joined(separator: "/"))
        }
    }

    private func randomPath(_ random: inout SeededRandom) -> String {
        let parts = ["a", "b", "c", "d", "long-segment-of-a-path", "", "?"]
        let count = Int.random(in: 0...6, using: &random)
        return "/"
            + (0..<count).map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }.joined(separator: "/")
    }

    /// The meaning of a template, said as simply as it goes.
    private func fits(_ path: String, _ template: PathTemplate) -> Bool {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        for (place, segment) in template.segments.enumerated() {
            if segment == .rest { return true }
            guard place < parts.count else { return false }
            if case .literal(let text) = segment, text != parts[place] { return false }
        }
        return parts.count == template.segments.count
    }

    @Test func aThousandTemplatesAreFoundEach() throws {
        let templates = try (0..<1000).map { number throws in try PathTemplate("/section-\(number)/:id") }
        let trie = PathTemplates(templates)
        for number in 0..<1000 { #expect(trie.first(fitting: "/section-\(number)/7".utf8.span) == number) }
    }

    @Test func hostileEventsDoNotTrap() throws {
        var settings = PageGroup.Settings()
        settings.templates = ["/shop", "/*/*/c", "/a/**"]
        settings.automatic = true
        settings.replace_path = true
        let plugin = try PageGroup(settings, in: PluginChecks.context)
        for var event in HostileEvents.all {
            try plugin.enrich(&event)
            event.hit.path = String(repeating: "/a", count: 4000)
            try plugin.enrich(&event)
            event.hit.path = String(repeating: "/7", count: 4000)
            try plugin.enrich(&event)
        }
    }
}
