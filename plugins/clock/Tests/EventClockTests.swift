import Configuration
import EventModel
import PluginAPI
import PluginTesting
import TestSupport
import Testing

@testable import ClockPlugin

private let day: Int64 = 86_400_000
private let received: Int64 = 1_795_534_800_000

@Suite struct EventClockTests {
    private let plugin: EventClock

    init() throws {
        plugin = try EventClock(EventClock.Settings(), in: PluginChecks.context)
    }

    private func event(
        happened: Int64?, sent: Int64?, receivedAt: Int64 = received, order: Int64 = 0, signals: Signals = []
    ) -> Event {
        var event = HostileEvents.ordinary()
        event.hit.receivedAt = Timestamp(milliseconds: receivedAt)
        event.hit.time = event.hit.receivedAt.advanced(byMilliseconds: order)
        event.visitor.clock = ClientClock(happenedAt: happened, sentAt: sent)
        event.visitor.signals = signals
        return event
    }

    private func time(
        happened: Int64?, sent: Int64?, receivedAt: Int64 = received, order: Int64 = 0, signals: Signals = []
    ) throws -> Int64 {
        var event = event(happened: happened, sent: sent, receivedAt: receivedAt, order: order, signals: signals)
        try plugin.enrich(&event)
        return event.hit.time.milliseconds
    }

    private func count(_ name: String) -> Int {
        plugin.counts.first { $0.name == name }?.count ?? -1
    }

    @Test func passesTheChecksOfEveryPlugin() {
        #expect(
            PluginChecks.failures(of: EventClock.self, factory: PluginFactory(EventClock.self), folder: pluginFolder())
                == [])
        #expect(PluginChecks.accessFailures(of: EventClock.self) { plugin, event in try? plugin.enrich(&event) } == [])
    }

    @Test(arguments: [0, -5 * 60_000, 3 * 3_600_000, -20_000 * day, 50_000 * day] as [Int64])
    func anEventThatWaitedIsMovedBackHoweverWrongTheClock(skew: Int64) throws {
        let sent = received + skew
        #expect(try time(happened: sent - 90_000, sent: sent) == received - 90_000)
        #expect(try time(happened: sent - 29 * day, sent: sent) == received - 29 * day)
        #expect(try time(happened: sent, sent: sent) == received)
    }

    @Test func aClockThatWasSetBackInBetweenIsIgnored() throws {
        #expect(try time(happened: received, sent: received - 1, order: -3) == received - 3)
        #expect(count("clock_set_back") == 1)
    }

    @Test func aDelayBeyondTheLimitIsAClockThatWasSetAndIgnored() throws {
        // A device that starts in 1970, and learns the time before it sends.
        #expect(try time(happened: 5000, sent: received) == received)
        #expect(try time(happened: received - 31 * day, sent: received) == received)
        #expect(count("too_late") == 2)
    }

    @Test func aPageThatSaysOneMomentHasSentAtOnce() throws {
        for happened in [received - 60_000, received + 60_000, 0] {
            #expect(try time(happened: happened, sent: nil, order: -2) == received - 2)
        }
        #expect(try time(happened: nil, sent: received - 5000) == received)
        #expect(try time(happened: nil, sent: nil) == received)
    }

    @Test func aServersClockIsBelieved() throws {
        #expect(
            try time(happened: received - 2 * day, sent: nil, signals: .fromServer) == received - 2 * day)
        #expect(try time(happened: received, sent: nil, signals: .fromServer) == received)
    }

    @Test func aServerCannotReachTheFutureNorTheFarPast() throws {
        #expect(try time(happened: received + 1, sent: nil, signals: .fromServer) == received)
        #expect(count("in_future") == 1)
        #expect(try time(happened: received - 40 * day, sent: nil, signals: .fromServer) == received)
        #expect(count("too_late") == 1)
    }

    @Test func aServersTwoMomentsAreTakenAsAPages() throws {
        let sent = received + 3 * day
        #expect(try time(happened: sent - 1000, sent: sent, signals: .fromServer) == received - 1000)
    }

    @Test func theLimitIsTheOperators() throws {
        var settings = EventClock.Settings()
        settings.max_late_days = 1
        let strict = try EventClock(settings, in: PluginChecks.context)
        var event = event(happened: received - 2 * day, sent: received)
        try strict.enrich(&event)
        #expect(event.hit.time.milliseconds == received)
        for wrong in [0, -1, 401] {
            settings.max_late_days = wrong
            #expect(settings.problems().map(\.key) == ["max_late_days"])
        }
    }

    @Test func eventsOfOneRequestKeepTheirOrder() throws {
        var random = SeededRandom(4)
        for _ in 0..<300 {
            let delay = Int64.random(in: 0...(31 * day), using: &random)
            let count = Int64.random(in: 2...5000, using: &random)
            var before = Int64.min
            for index in stride(from: 0, to: count, by: 101) {
                let moment = try time(happened: received - delay, sent: received, order: index + 1 - count)
                #expect(moment > before)
                before = moment
            }
        }
    }

    @Test(arguments: [10_001, 10_000, 9_999, 5_000, 1, 0, -1] as [Int64])
    func atTheLimitARequestIsMovedAsAWholeOrNotAtAll(below: Int64) throws {
        let delay = 30 * day - below
        var before = Int64.min
        for index in stride(from: 0, through: 4998, by: 17) as StrideThrough<Int64> {
            let moment = try time(happened: received - delay, sent: received, order: index - 4999)
            #expect(moment > before && moment >= received - 30 * day && moment <= received)
            before = moment
        }
    }

    @Test func anEventIsNeverInTheFutureNorOlderThanTheLimit() throws {
        var random = SeededRandom(4)
        for _ in 0..<20_000 {
            let receivedAt = Int64.random(in: 0...4_000_000_000_000, using: &random)
            let order = -Int64.random(in: 0...4999, using: &random)
            let moment = try time(
                happened: anyMoment(near: receivedAt, &random), sent: anyMoment(near: receivedAt, &random),
                receivedAt: receivedAt, order: order, signals: Bool.random(using: &random) ? .fromServer : [])
            #expect(moment <= receivedAt && moment >= receivedAt - 30 * day)
        }
    }

    private func anyMoment(near receivedAt: Int64, _ random: inout SeededRandom) -> Int64? {
        switch Int.random(in: 0...5, using: &random) {
        case 0: nil
        case 1: Int64.random(in: .min ... .max, using: &random)
        case 2: [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max].randomElement(using: &random)
        case 3: receivedAt + Int64.random(in: -1000...1000, using: &random)
        default: receivedAt + Int64.random(in: -32 * day...32 * day, using: &random)
        }
    }

    @Test func momentsAtTheEndsOfTheNumbersDoNotTrap() throws {
        let ends: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for receivedAt in ends {
            for happened in ends {
                for sent in ends {
                    var event = event(happened: happened, sent: sent, receivedAt: receivedAt, signals: .fromServer)
                    try plugin.enrich(&event)
                    event.visitor.clock.sentAt = nil
                    try plugin.enrich(&event)
                    #expect(event.hit.time.milliseconds <= receivedAt)
                }
            }
        }
    }

    @Test func hostileEventsDoNotTrap() throws {
        for var event in HostileEvents.all { try plugin.enrich(&event) }
    }
}
