import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ScreenPlugin

@Suite struct ScreenTests {
    private func enriched(_ width: Int32?, _ change: (inout Screen.Settings) -> Void = { _ in }) throws -> Hit {
        var settings = Screen.Settings()
        change(&settings)
        var event = HostileEvents.ordinary()
        event.hit.viewportWidth = width
        try Screen(settings, in: PluginChecks.context).enrich(&event)
        return event.hit
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: Screen.self, factory: PluginFactory(Screen.self), folder: pluginFolder()) == [])
        for width in [Screen.Settings.Width.exact, .rounded, .none] {
            var settings = Screen.Settings()
            settings.width = width
            #expect(
                PluginChecks.accessFailures(of: Screen.self, settings: settings) { plugin, event in
                    try? plugin.enrich(&event)
                } == [])
        }
    }

    @Test(
        arguments: [
            (1, "phone", 100), (375, "phone", 400), (575, "phone", 600), (576, "tablet", 600), (768, "tablet", 800),
            (991, "tablet", 1000), (992, "laptop", 1000), (1280, "laptop", 1300), (1439, "laptop", 1400),
            (1440, "desktop", 1400), (1450, "desktop", 1500), (2560, "desktop", 2600), (100_000, "desktop", 100_000),
        ] as [(Int32, String, Int32)])
    func widthsHaveClassesAndAreRounded(width: Int32, name: String, rounded: Int32) throws {
        let hit = try enriched(width)
        #expect(hit.text(ofFact: "screen") == name)
        #expect(hit.viewportWidth == rounded)
    }

    @Test func theClassIsThatOfTheExactWidth() throws {
        #expect(try enriched(575).text(ofFact: "screen") == "phone")
        #expect(try enriched(575) { $0.width = .none }.text(ofFact: "screen") == "phone")
    }

    @Test func theOperatorSaysHowMuchOfTheWidthIsKept() throws {
        #expect(try enriched(1366) { $0.width = .exact }.viewportWidth == 1366)
        #expect(try enriched(1366) { $0.width = .rounded }.viewportWidth == 1400)
        #expect(try enriched(1366) { $0.width = .none }.viewportWidth == nil)
    }

    @Test func theOperatorSaysWhereClassesEnd() throws {
        let hit = try enriched(700) {
            $0.phone_below = 640
            $0.tablet_below = 641
        }
        #expect(hit.text(ofFact: "screen") == "laptop")
    }

    @Test(arguments: [nil, 0, -1, Int32.min])
    func withoutAWidthThereIsNoClass(width: Int32?) throws {
        let hit = try enriched(width)
        #expect(hit.fact("screen") == nil)
        #expect(hit.viewportWidth == nil)
    }

    @Test func classesMustBeInTheirOrder() {
        var settings = Screen.Settings()
        settings.tablet_below = settings.phone_below
        #expect(settings.problems().map(\.key) == ["tablet_below"])
        settings.phone_below = 0
        settings.tablet_below = 200_000
        settings.laptop_below = .max
        #expect(settings.problems().map(\.key) == ["phone_below", "tablet_below", "laptop_below"])
    }

    @Test func theStrictSettingsKeepNoWidth() {
        let strict = Screen.strict(Screen.Settings())
        #expect(strict.width == .none)
        #expect(Screen.declaration(for: strict).erases == [.viewportWidth])
    }

    @Test func roundingMovesAWidthByAtMostFiftyPixels() throws {
        var random = SeededRandom(4)
        for _ in 0..<2000 {
            let width = Int32.random(in: 50...Int32.max, using: &random)
            let rounded = try #require(try enriched(width).viewportWidth)
            #expect(abs(Int64(rounded) - Int64(width)) <= 50)
            #expect(rounded % 100 == 0)
        }
    }

    @Test func hostileEventsDoNotTrap() throws {
        let plugin = try Screen(Screen.Settings(), in: PluginChecks.context)
        for var event in HostileEvents.all {
            try plugin.enrich(&event)
            event.hit.viewportWidth = .max
            try plugin.enrich(&event)
        }
    }
}
