import Testing

@testable import Configuration

private struct Sample: ValidatedSettings {
    var name = "default"
    var count = 3
    var ratio = 1.0
    var nested = Nested()
    var list: [String] = []
    var open: [String: String] = [:]

    struct Nested: Codable {
        var ttl_ms = 50
        var mode = Mode.fast
    }

    enum Mode: String, Codable { case fast, safe }

    func problems() -> [SettingProblem] {
        count > 100 ? [SettingProblem("count", "must be at most 100")] : []
    }
}

private func problems(_ text: String) throws -> [String] {
    let value = try ConfigValue(json5: text)
    do throws(ConfigProblems) {
        _ = try Sample.decode(value, at: "chain[0].settings")
        return []
    } catch {
        return error.all.map(\.description)
    }
}

@Suite struct SettingsTests {
    @Test func missingKeysKeepTheirDefaults() throws {
        let sample = try Sample.decode(try ConfigValue(json5: "{ nested: { ttl_ms: 7 }, /* hi */ }"), at: "")
        #expect(sample.nested.ttl_ms == 7)
        #expect(sample.nested.mode == .fast)
        #expect(sample.count == 3)
    }

    @Test(arguments: [
        ("{ cuont: 1 }", "chain[0].settings.cuont: is not a setting (did you mean \"count\"?)"),
        ("{ nested: { tll_ms: 1 } }", "chain[0].settings.nested.tll_ms: is not a setting (did you mean \"ttl_ms\"?)"),
        ("{ name: 7 }", "chain[0].settings.name: must be a text, not a whole number"),
        ("{ nested: [] }", "chain[0].settings.nested: must be a table, not a list"),
        ("{ count: 101 }", "chain[0].settings.count: must be at most 100"),
        ("{ nested: { mode: \"quick\" } }", "chain[0].settings.nested.mode: has a value that is not allowed here"),
        ("{ count: 1.5 }", "chain[0].settings.count: must be a whole number"),
    ])
    func aWrongSettingIsNamedWithItsPlaceAndItsMend(text: String, message: String) throws {
        #expect(try problems(text) == [message])
    }

    @Test func allProblemsAreReportedAtOnce() throws {
        #expect(try problems("{ a: 1, b: 2, name: true }").count == 3)
    }

    @Test func openTablesTakeAnyKey() throws {
        #expect(try problems("{ open: { \"example.com\": \"Example\" } }") == [])
    }

    @Test(arguments: [("visitor", "visitor_id", 3), ("ab", "ba", 1), ("", "abc", 3), ("same", "same", 0)])
    func editDistanceCountsTransposedNeighboursOnce(left: String, right: String, distance: Int) {
        #expect(ConfigProblem.editDistance(left, right) == distance)
    }
}

@Suite struct ConfigSourcesTests {
    private let defaults = ConfigValue.table([
        "database": .table(["url": .text("x"), "pool": .integer(4)]), "debug": .flag(false), "hosts": .list([]),
    ])

    private func resolve(
        _ text: String, environment: [String: String] = [:], files: [String: String] = [:]
    ) throws -> Result<ConfigValue, ConfigProblems> {
        let value = try ConfigValue(json5: text)
        let sources = ConfigSources(environment: environment) { files[$0] }
        do throws(ConfigProblems) {
            return .success(try sources.resolve(value, defaults: defaults))
        } catch {
            return .failure(error)
        }
    }

    private func expect(
        _ result: Result<ConfigValue, ConfigProblems>, problems: [String], _ location: SourceLocation = #_sourceLocation
    ) {
        guard case .failure(let error) = result else {
            Issue.record("expected problems", sourceLocation: location)
            return
        }
        #expect(error.all.map(\.description) == problems, sourceLocation: location)
    }

    @Test func variablesInTextsAreReplaced() throws {
        let tree = try resolve("{ database: { url: \"a${B}c${B}\" } }", environment: ["B": "-"]).get()
        #expect(tree == .table(["database": .table(["url": .text("a-c-")])]))
    }

    @Test func aVariableThatIsNotSetIsNamed() throws {
        expect(
            try resolve("{ database: { url: \"${NO}\" } }"),
            problems: ["database.url: names the variable ${NO}, which is not set"])
    }

    @Test func anOptionIsOverriddenByTheVariableOfItsPath() throws {
        let tree = try resolve(
            "{ database: { url: \"file\" } }",
            environment: ["FOOTFALL_DATABASE_URL": "env", "FOOTFALL_DATABASE_POOL": "9", "FOOTFALL_DEBUG": "true"]
        ).get()
        #expect(
            tree
                == .table([
                    "database": .table(["url": .text("env"), "pool": .integer(9)]), "debug": .flag(true),
                ]))
    }

    @Test func aSecretComesFromAFileWithoutItsLineBreak() throws {
        let tree = try resolve("{ database: { url_file: \"/s\" } }", files: ["/s": "secret\n"]).get()
        #expect(tree == .table(["database": .table(["url": .text("secret")])]))
        let variable = try resolve(
            "{}", environment: ["FOOTFALL_DATABASE_URL_FILE": "/s"], files: ["/s": "secret\n"]
        ).get()
        #expect(variable == .table(["database": .table(["url": .text("secret")])]))
    }

    @Test func aFileThatCannotBeReadIsAProblemAndItsContentIsNeverShown() throws {
        expect(
            try resolve("{ database: { url_file: \"/s\" } }"),
            problems: ["database.url_file: names a file that cannot be read: /s"])
    }

    @Test func aMisspeltVariableIsNotIgnored() throws {
        expect(
            try resolve("{}", environment: ["FOOTFALL_DATABSE_URL": "x"]),
            problems: ["FOOTFALL_DATABSE_URL: names no option (did you mean \"FOOTFALL_DATABASE_URL\"?)"])
    }

    @Test func aVariableOfTheWrongKindIsRefused() throws {
        expect(
            try resolve("{}", environment: ["FOOTFALL_DATABASE_POOL": "many"]),
            problems: ["FOOTFALL_DATABASE_POOL: must be a whole number"])
    }

    @Test func reservedVariablesAreNoOptions() throws {
        #expect(throws: Never.self) {
            _ = try resolve("{}", environment: ["FOOTFALL_PORT": "1", "FOOTFALL_TEST_DATABASE_URL": "x"]).get()
        }
    }
}
