import Configuration
import EventModel
import Platform
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import LookupPlugin

@Suite struct LookupTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private var path: String { "\(folder.path)/table.csv" }

    private func write(_ text: String) throws {
        Files.remove(path)
        try Files.append(path, bytes: Array(text.utf8), mode: 0o600)
    }

    private func settings(match: String = "property:sku", columns: [String] = ["category"]) -> Lookup.Settings {
        var settings = Lookup.Settings()
        settings.file = path
        settings.key = "key"
        settings.match = match
        settings.columns = columns
        return settings
    }

    private func started(_ text: String, _ settings: Lookup.Settings) throws -> Lookup {
        try write(text)
        let plugin = try Lookup(settings, in: PluginChecks.context)
        try plugin.start()
        return plugin
    }

    private func enriched(_ plugin: Lookup, _ change: (inout Hit) -> Void) throws -> Hit {
        var event = HostileEvents.ordinary()
        change(&event.hit)
        try plugin.enrich(&event)
        return event.hit
    }

    @Test func passesTheChecksOfEveryPlugin() throws {
        #expect(
            PluginChecks.failures(of: Lookup.self, factory: PluginFactory(Lookup.self), folder: pluginFolder()) == [])
        try write("key,category\n/,x\nhttp,y\n/shop,z\nexample.com,q\npageview,r\nAT,s\ngold,t\n")
        for match in ["property:plan", "path", "hostname", "name", "country"] {
            #expect(
                PluginChecks.accessFailures(of: Lookup.self, settings: settings(match: match)) { plugin, event in
                    if plugin.file?.value == nil { try? plugin.start() }
                    try? plugin.enrich(&event)
                    plugin.stop()
                } == [])
        }
    }

    @Test(arguments: ["path", "hostname", "name", "country", "property:sku"])
    func aRowIsFoundByWhatTheOperatorSays(match: String) throws {
        let plugin = try started("category,key,other\nShoes,k,x\nHats,l,y\n", settings(match: match))
        defer { plugin.stop() }
        let hit = try enriched(plugin) { hit in
            switch match {
            case "path": hit.path = "k"
            case "hostname": hit.hostname = "k"
            case "name": hit.name = "k"
            case "country": hit.country = "k"
            default: hit.properties.append(Property("sku", .text("k")))
            }
        }
        #expect(hit.text(ofFact: "category") == "Shoes")
        #expect(hit.fact("other") == nil)
    }

    @Test func severalColumnsBecomeFactsAndEmptyOnesStayUnknown() throws {
        let plugin = try started(
            "key,category,brand,season\n1,Shoes,,\"Spring, \nearly\"\n",
            settings(columns: ["season", "brand", "category"]))
        defer { plugin.stop() }
        let hit = try enriched(plugin) { $0.properties = [Property("sku", .text("1"))] }
        #expect(hit.text(ofFact: "category") == "Shoes")
        #expect(hit.fact("brand") == nil)
        #expect(hit.text(ofFact: "season") == "Spring,  early")
    }

    @Test(arguments: [
        (PropertyValue.number(4711), "4711"), (.number(-2), "-2"), (.number(1.5), "1.5"), (.flag(true), "true"),
        (.text("4711"), "4711"), (.text("04711"), ""), (.number(.infinity), ""), (.number(.nan), ""),
        (.number(1e300), ""), (.text(""), ""),
    ])
    func numbersAndFlagsAreFoundAsTheTableWritesThem(value: PropertyValue, key: String) throws {
        let plugin = try started("key,category\n4711,4711\n-2,-2\n1.5,1.5\ntrue,true\n", settings())
        defer { plugin.stop() }
        let hit = try enriched(plugin) { $0.properties = [Property("sku", value)] }
        #expect(hit.text(ofFact: "category") == key)
    }

    @Test func whatStandsInNoRowIsCountedAndAddsNothing() throws {
        let plugin = try started("key,category\n1,Shoes\n", settings())
        defer { plugin.stop() }
        #expect(try enriched(plugin) { $0.properties = [Property("sku", .text("2"))] }.fact("category") == nil)
        #expect(try enriched(plugin) { $0.properties = [] }.fact("category") == nil)
        #expect(plugin.counts == [PluginCount("unmatched", 1)])
        #expect(plugin.notes == ["\(path): 1 rows, 0 days old"])
    }

    @Test func aChangedFileIsReadAgainAndABrokenOneLeavesTheOldAtWork() throws {
        let plugin = try started("key,category\n1,Shoes\n", settings())
        defer { plugin.stop() }
        func category() throws -> String {
            try enriched(plugin) { $0.properties = [Property("sku", .text("1"))] }.text(ofFact: "category")
        }
        try write("key,category\n1,Boots and more\n")
        #expect(plugin.file?.look() == true)
        #expect(try category() == "Boots and more")
        try write("key,category\n1,\"broken\n")
        #expect(plugin.file?.look() == false)
        #expect(try category() == "Boots and more")
    }

    @Test func withoutSettingsItDoesNothing() throws {
        let plugin = try Lookup(Lookup.Settings(), in: PluginChecks.context)
        try plugin.start()
        #expect(try enriched(plugin) { _ in }.facts == HostileEvents.ordinary().hit.facts)
        #expect(Lookup.declaration(for: Lookup.Settings()) == Declaration())
        #expect(plugin.notes == [])
    }

    @Test func aMissingFileIsSaidAtTheStart() throws {
        let plugin = try Lookup(settings(), in: PluginChecks.context)
        #expect(throws: PluginError.self) { try plugin.start() }
        plugin.stop()
    }

    @Test(arguments: [
        ("", 1), ("key\n", 1), ("id,category\n", 1), ("key,category,category\n", 1), ("key,category\n1\n", 2),
        ("key,category\n1,a,b\n", 2), ("key,category\n1,a\n\n1,b\n", 4), ("key,category\n,a\n", 2),
        ("key;category\n1;a\n", 1), ("key,category\n1,a\n2,b\n3,c\n4,d\n", 5),
        ("key,category\n1," + String(repeating: "a", count: 201) + "\n", 2),
        ("key,category\n" + String(repeating: "a", count: 513) + ",a\n", 2),
    ])
    func mistakesInTheFileNameTheirLine(text: String, line: Int) {
        let mistake = #expect(throws: CSVReader.Mistake.self) {
            try LookupTable(Array(text.utf8), key: "key", columns: ["category"], maximumRows: 3)
        }
        #expect(mistake?.line == line)
    }

    @Test func aFileThatIsNotUTF8IsRefused() {
        let mistake = #expect(throws: CSVReader.Mistake.self) {
            try LookupTable(
                Array("key,category\n1,".utf8) + [0xfc, 0x0a], key: "key", columns: ["category"], maximumRows: 3)
        }
        #expect(mistake?.line == 2)
    }

    @Test func aMistakeDoesNotRepeatWhatStandsInTheFile() {
        let mistake = #expect(throws: CSVReader.Mistake.self) {
            try LookupTable(
                Array("key,category\nsecret,a\nsecret,b\n".utf8), key: "key", columns: ["category"], maximumRows: 3)
        }
        #expect(mistake?.description == "line 3: has the key of an earlier line")
    }

    @Test func settingsAreAllThereOrNone() {
        var settings = Lookup.Settings()
        settings.match = "property:"
        #expect(settings.problems().map(\.key) == ["file", "key", "match", "columns"])
        settings = self.settings(match: "title", columns: ["Category", "_x", "a", "a", ""])
        #expect(
            settings.problems().map(\.key) == ["match", "columns[0]", "columns[1]", "columns[3]", "columns[4]"])
        settings = self.settings()
        settings.max_rows = 1_000_001
        settings.file = "table.csv"
        #expect(settings.problems().map(\.key) == ["max_rows", "file"])
    }

    @Test func theFactsAreDeclaredFromTheSettings() {
        let declaration = Lookup.declaration(for: settings(columns: ["category", "brand"]))
        #expect(declaration.facts.map(\.name) == ["category", "brand"])
        #expect(declaration.reads == [.properties])
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try started("key,category\n1,Shoes\n/,y\n", settings(match: "path"))
        defer { plugin.stop() }
        for var event in HostileEvents.all { try plugin.enrich(&event) }
    }
}
