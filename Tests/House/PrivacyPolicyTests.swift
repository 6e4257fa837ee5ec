import Configuration
import Platform
import TestSupport
import Testing

@testable import footfall

/// The strict mode, and the judgment of a configuration against the regulator's conditions.
@Suite struct PrivacyPolicyTests {
    private func configuration(_ change: (inout String) -> Void = { _ in }) throws -> GatewayConfiguration {
        let folder = try TemporaryFolder()
        var text = try Files.read("config/footfall.json5")
        change(&text)
        let path = "\(folder.path)/footfall.json5"
        _ = try Files.createOnce(path, bytes: Array(text.utf8), mode: 0o600)
        return try GatewayConfiguration.load(file: path, environment: [:])
    }

    private func failed(_ configuration: GatewayConfiguration) -> Set<String> {
        let findings = PrivacyPolicy(configuration: configuration).findings
        return Set(findings.filter { $0.judgment == .fail }.map(\.condition))
    }

    @Test func theStrictModePassesEveryConditionThatAProgramCanKnow() throws {
        let strict = try configuration { $0 = $0.replacing("mode: \"standard\"", with: "mode: \"strict\"") }
        #expect(failed(strict) == [])
    }

    @Test func theShippedConfigurationIsJudgedAsItIs() throws {
        #expect(
            failed(try configuration()) == [
                "of the referring page only the site is kept", "names of campaigns are masked",
                "what visitors search for is not kept", "nothing makes a fingerprint",
            ])
    }

    @Test(arguments: ["opt_out", "url_scrub", "pii"])
    func theStrictModeIsRefusedWithoutItsFilters(plugin: String) throws {
        let failure = #expect(throws: CommandFailure.self) {
            try configuration { text in
                text = text.replacing("mode: \"standard\"", with: "mode: \"strict\"")
                text = text.replacing("{ plugin: \"\(plugin)\"", with: "{ enabled: false, plugin: \"\(plugin)\"")
            }
        }
        #expect(failure?.message.contains("has no \"\(plugin)\"") ?? false)
    }

    /// A filter that stands where it sees nothing is as good as none.
    @Test(arguments: [
        ("url_scrub", "referrer", "reads addresses that \"url_scrub\" has not seen"),
        ("pii", "page_group", "adds to events after \"pii\" has looked through them"),
    ])
    func theStrictModeWantsItsFiltersInTheirPlace(plugin: String, after: String, message: String) throws {
        let failure = #expect(throws: CommandFailure.self) {
            try configuration { text in
                text = text.replacing("mode: \"standard\"", with: "mode: \"strict\"")
                text = text.replacing("{ plugin: \"\(plugin)\" }", with: "{ plugin: \"\(plugin)\", enabled: false }")
                let entry = text.split(separator: "\n").first { $0.contains("plugin: \"\(after)\"") } ?? ""
                text = text.replacing(entry, with: "\(entry)\n{ plugin: \"\(plugin)\", id: \"moved\" },")
            }
        }
        #expect(failure?.message.contains(message) ?? false, "\(failure?.message ?? "")")
    }

    @Test func everyEntryOfAPluginIsJudged() throws {
        let second =
            "{ plugin: \"page_url\", id: \"second\", settings: { keep_query: [\"ref\"] } }, { plugin: \"channel\" }"
        let twice = try configuration { $0 = $0.replacing("{ plugin: \"channel\" }", with: second) }
        #expect(failed(twice).contains("addresses of pages are kept without parameters"))
        let strict = try configuration { text in
            text = text.replacing("{ plugin: \"channel\" }", with: second)
            text = text.replacing("mode: \"standard\"", with: "mode: \"strict\"")
        }
        #expect(failed(strict) == [])
    }

    @Test func theStrictModeBoundsTheRetention() throws {
        let failure = #expect(throws: CommandFailure.self) {
            try configuration { text in
                text = text.replacing("mode: \"standard\"", with: "mode: \"strict\"")
                text = text.replacing("retention_months: 13", with: "retention_months: 25")
            }
        }
        #expect(failure?.message.contains("at most 24") ?? false)
    }

    @Test func settingsThatCannotWorkTogetherAreNamed() throws {
        let lost = #expect(throws: CommandFailure.self) {
            try configuration { $0 = $0.replacing("keep_query: []", with: "keep_query: [\"id\"]") }
        }
        #expect(lost?.message.contains("keep_query: names \"id\", which \"url_scrub\" takes away before") ?? false)
        let late = #expect(throws: CommandFailure.self) {
            try configuration { text in
                text = text.replacing(
                    "{ plugin: \"clock\" }", with: "{ plugin: \"clock\", settings: { max_late_days: 90 } }")
                text = text.replacing(
                    "{ plugin: \"postgres\" }", with: "{ plugin: \"postgres\", settings: { maximum_age_days: 60 } }")
            }
        }
        #expect(late?.message.contains("max_late_days: is 90") ?? false)
    }

    @Test func everyConditionIsJudgedWithAReason() throws {
        for finding in PrivacyPolicy(configuration: try configuration()).findings {
            #expect(!finding.reason.isEmpty && !finding.condition.isEmpty)
        }
    }
}
