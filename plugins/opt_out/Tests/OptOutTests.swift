import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import OptOutPlugin

private typealias Answer = OptOut.Settings.Answer
private typealias Consent = OptOut.Settings.Consent

@Suite struct OptOutTests {
    private func settings(
        optedOut: Answer = .drop, dnt: Answer = .limit, gpc: Answer = .limit, consent: Consent = .exempt
    ) -> OptOut.Settings {
        var settings = OptOut.Settings()
        settings.opted_out = optedOut
        settings.dnt = dnt
        settings.gpc = gpc
        settings.consent = consent
        return settings
    }

    /// What became of an event with these signals: `keep`, `limit`, or the reason for which it was dropped.
    private func outcome(_ signals: Signals, _ settings: OptOut.Settings = OptOut.Settings()) throws -> (
        String, consent: String
    ) {
        var event = HostileEvents.ordinary()
        event.visitor.signals.formUnion(signals)
        let plugin = try OptOut(settings, in: PluginChecks.context)
        switch try plugin.filter(&event) {
        case .keep:
            let consent = event.hit.text(ofFact: "consent")
            let isLimited = event.hit.fact("limited") == .flag(true)
            #expect(plugin.counts == [PluginCount("limited", isLimited ? 1 : 0)])
            return (isLimited ? "limit" : "keep", consent)
        case .drop(let reason): return ("\(reason)", "")
        case .reject: return ("reject", "")
        }
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: OptOut.self, factory: PluginFactory(OptOut.self), folder: pluginFolder()) == [])
    }

    @Test func touchesWhatItDeclaresUnderAllSettings() {
        for optedOut in Answer.allCases {
            for consent in Consent.allCases {
                let settings = settings(optedOut: optedOut, dnt: optedOut, gpc: optedOut, consent: consent)
                #expect(
                    PluginChecks.accessFailures(of: OptOut.self, settings: settings) { plugin, event in
                        _ = try? plugin.filter(&event)
                    } == [])
            }
        }
    }

    @Test func whoSaysNothingIsCounted() throws {
        #expect(try outcome([]) == ("keep", ""))
        #expect(try outcome([.secure, .prefetch, .touch]) == ("keep", ""))
    }

    @Test(arguments: [
        (Signals.optedOut, "opted_out"), (.doNotTrack, "do_not_track"),
        (.globalPrivacyControl, "global_privacy_control"),
    ])
    func eachObjectionIsAnsweredAsSet(signal: Signals, reason: String) throws {
        for answer in Answer.allCases {
            var chosen = settings(optedOut: .ignore, dnt: .ignore, gpc: .ignore)
            switch signal {
            case .optedOut: chosen.opted_out = answer
            case .doNotTrack: chosen.dnt = answer
            default: chosen.gpc = answer
            }
            let expected = answer == .ignore ? "keep" : answer == .limit ? "limit" : reason
            #expect(try outcome(signal, chosen).0 == expected)
            // The others are not meant by it.
            #expect(try outcome(Signals(rawValue: 0b111).subtracting(signal), chosen).0 == "keep")
        }
    }

    @Test func byDefaultAnOptOutDropsAndTheBrowsersSignalsLimit() throws {
        #expect(try outcome(.optedOut).0 == "opted_out")
        #expect(try outcome(.doNotTrack).0 == "limit")
        #expect(try outcome(.globalPrivacyControl).0 == "limit")
        #expect(try outcome([.optedOut, .doNotTrack, .globalPrivacyControl]).0 == "opted_out")
    }

    @Test(
        arguments: [
            (.exempt, [], "keep", ""), (.exempt, .consentGranted, "keep", "granted"),
            (.exempt, .consentDenied, "limit", "denied"),
            (.hybrid, [], "limit", ""), (.hybrid, .consentGranted, "keep", "granted"),
            (.hybrid, .consentDenied, "limit", "denied"),
            (.opt_in, [], "no_consent", ""), (.opt_in, .consentGranted, "keep", "granted"),
            (.opt_in, .consentDenied, "no_consent", ""),
            (.off, [], "keep", ""), (.off, .consentGranted, "keep", ""), (.off, .consentDenied, "keep", ""),
        ] as [(OptOut.Settings.Consent, Signals, String, String)])
    func consentDecides(mode: OptOut.Settings.Consent, signals: Signals, expected: String, consent: String) throws {
        #expect(try outcome(signals, settings(consent: mode)) == (expected, consent))
    }

    @Test func whoGrantsAndDeniesHasDenied() throws {
        let both: Signals = [.consentGranted, .consentDenied]
        #expect(try outcome(both, settings(consent: .hybrid)) == ("limit", "denied"))
        #expect(try outcome(both, settings(consent: .opt_in)).0 == "no_consent")
    }

    /// All settings against all signals: the strictest of the answers, each taken alone, wins.
    @Test func theStrictestAnswerWins() throws {
        let signals: [Signals] = [
            .optedOut, .doNotTrack, .globalPrivacyControl, .consentGranted, .consentDenied,
        ]
        func rank(_ answer: Answer) -> Int { answer == .ignore ? 0 : answer == .limit ? 1 : 2 }
        for optedOut in Answer.allCases {
            for dnt in Answer.allCases {
                for gpc in Answer.allCases {
                    for mode in Consent.allCases {
                        let settings = settings(optedOut: optedOut, dnt: dnt, gpc: gpc, consent: mode)
                        for bits in 0..<32 {
                            let sent = Signals(
                                signals.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
                            var strictest = 0
                            if sent.contains(.optedOut) { strictest = max(strictest, rank(optedOut)) }
                            if sent.contains(.doNotTrack) { strictest = max(strictest, rank(dnt)) }
                            if sent.contains(.globalPrivacyControl) { strictest = max(strictest, rank(gpc)) }
                            let isGranted = sent.contains(.consentGranted) && !sent.contains(.consentDenied)
                            switch mode {
                            case .off: break
                            case .exempt: if sent.contains(.consentDenied) { strictest = max(strictest, 1) }
                            case .hybrid: if !isGranted { strictest = max(strictest, 1) }
                            case .opt_in: if !isGranted { strictest = 2 }
                            }
                            let found = try outcome(sent, settings).0
                            #expect(
                                (found == "keep" ? 0 : found == "limit" ? 1 : 2) == strictest, "\(settings) \(bits)")
                        }
                    }
                }
            }
        }
    }

    @Test func consentDoesNotLiftAnOptOut() throws {
        for mode in Consent.allCases {
            #expect(try outcome([.optedOut, .consentGranted], settings(consent: mode)).0 == "opted_out")
            #expect(try outcome([.doNotTrack, .consentGranted], settings(consent: mode)).0 == "limit")
        }
    }

    @Test func strictSettingsHeedEverySignal() {
        let loose = settings(optedOut: .ignore, dnt: .ignore, gpc: .ignore, consent: .off)
        let strict = OptOut.strict(loose)
        #expect(strict.opted_out == .drop)
        #expect(strict.dnt == .limit)
        #expect(strict.gpc == .limit)
        #expect(strict.consent == .exempt)
        let stricter = OptOut.strict(settings(dnt: .drop, gpc: .drop, consent: .opt_in))
        #expect(stricter.dnt == .drop)
        #expect(stricter.gpc == .drop)
        #expect(stricter.consent == .opt_in)
    }

    @Test func factsThatCannotOccurAreNotDeclared() {
        let none = settings(optedOut: .ignore, dnt: .ignore, gpc: .ignore, consent: .off)
        #expect(OptOut.declaration(for: none) == Declaration())
        let drops = settings(optedOut: .drop, dnt: .drop, gpc: .ignore, consent: .opt_in)
        #expect(OptOut.declaration(for: drops).facts.map(\.name) == ["consent"])
        #expect(OptOut.declaration(for: OptOut.Settings()).facts.map(\.name) == ["consent", "limited"])
    }

    @Test func hostileEventsDoNotTrap() throws {
        for mode in Consent.allCases {
            let plugin = try OptOut(settings(consent: mode), in: PluginChecks.context)
            for var event in HostileEvents.all { _ = try plugin.filter(&event) }
        }
    }
}
