import EventModel
import TestSupport
import Testing

@testable import Accounts

@Suite struct ThrottleTests {
    private static let second: UInt64 = 1_000_000_000
    private static let minute = 60 * second
    private static let hour = 60 * minute

    /// A throttle with a clock that only the test moves.
    private struct World {
        let throttle: Throttle
        var now = 12_345 * second

        init(_ limits: ThrottleState.Limits = ThrottleState.Limits()) { throttle = Throttle(limits: limits) }

        func ask(_ account: String, _ network: IPAddress) -> Throttle.Permission {
            throttle.permission(account: account, network: network, now: now)
        }

        /// Asks, and reports how it went, if it was allowed.
        @discardableResult
        func attempt(_ account: String, _ network: IPAddress, isRight: Bool = false) -> Throttle.Permission {
            let permission = ask(account, network)
            guard permission == .allowed else { return permission }
            if isRight {
                throttle.succeeded(account: account, network: network, now: now)
            } else {
                throttle.failed(account: account, network: network, now: now)
            }
            return permission
        }
    }

    /// A network of its own for every number.
    private func network(_ number: Int) -> IPAddress { .v4(UInt32(truncatingIfNeeded: number + 1) << 8 | 7) }

    // MARK: Accounts

    @Test func fiveFailuresAreFreeAndThenWaitsDouble() {
        var world = World()
        for _ in 0..<6 { #expect(world.attempt("a@b.example", network(0)) == .allowed) }
        for (index, seconds) in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].enumerated() {
            #expect(world.attempt("a@b.example", network(index)) == .wait(seconds: seconds))
            world.now += UInt64(seconds) * Self.second - 1
            #expect(world.attempt("a@b.example", network(index)) == .wait(seconds: 1))
            world.now += 1
            #expect(world.attempt("a@b.example", network(index)) == .allowed)
        }
        #expect(world.attempt("other@b.example", network(0)) == .allowed)
    }

    @Test func failuresAreForgottenAfterAnHourOrASuccess() {
        var world = World()
        for _ in 0..<6 { world.attempt("a@b.example", network(0)) }
        world.now += Self.hour
        for _ in 0..<6 { #expect(world.attempt("a@b.example", network(1)) == .allowed) }
        world.now += Self.second
        #expect(world.attempt("a@b.example", network(1), isRight: true) == .allowed)
        for _ in 0..<6 { #expect(world.attempt("a@b.example", network(2)) == .allowed) }
        #expect(world.attempt("a@b.example", network(2)) == .wait(seconds: 1))
    }

    @Test func oneAccountHasOneNameInSmallLetters() {
        let world = World()
        for _ in 0..<6 { world.attempt("Änna@B.example", network(0)) }
        #expect(world.attempt("änna@b.EXAMPLE", network(1)) == .wait(seconds: 1))
    }

    /// A password that is right but not enough clears nothing.
    @Test func theFirstOfTwoStepsForgetsNoFailures() {
        let world = World()
        for _ in 0..<5 { world.attempt("a@b.example", network(0)) }
        #expect(world.ask("a@b.example", network(0)) == .allowed)
        world.throttle.withdrawn(account: "a@b.example", network: network(0), now: world.now)
        world.attempt("a@b.example", network(0))
        #expect(world.attempt("a@b.example", network(0)) == .wait(seconds: 1))
    }

    // MARK: Attempts at once

    @Test func manyAtOnceAreNoMoreThanOneAfterTheOther() {
        var world = World()
        let allowed = (0..<1000).filter { world.ask("a@b.example", network($0)) == .allowed }
        #expect(allowed.count == 5)
        for number in allowed {
            world.throttle.failed(account: "a@b.example", network: network(number), now: world.now)
        }
        // One at a time from then on.
        #expect((0..<1000).count { world.ask("a@b.example", network($0)) == .allowed } == 1)
        world = World()
        #expect((0..<1000).count { world.ask("\($0)", network(0)) == .allowed } == 30)
        world = World()
        #expect((0..<1000).count { world.ask("\($0)", network($0)) == .allowed } == 300)
    }

    @Test func whatIsNeverReportedIsForgotten() {
        var world = World()
        for number in 0..<1000 { _ = world.ask("\(number % 3)", network(number % 20)) }
        world.now += 2 * Self.minute
        for number in 0..<5 { #expect(world.ask("0", network(number)) == .allowed) }
        // Also where attempts never cease.
        world = World()
        for number in 0..<5000 {
            #expect(world.ask("\(number)", network(number)) == .allowed)
            world.now += Self.second
        }
    }

    @Test func whatIsWithdrawnCostsNothing() {
        let world = World()
        for _ in 0..<1000 {
            #expect(world.ask("a@b.example", network(0)) == .allowed)
            world.throttle.withdrawn(account: "a@b.example", network: network(0), now: world.now)
        }
        #expect(world.throttle.remembered == 0)
    }

    // MARK: Networks

    @Test func aNetworkIs24BitsOrHalfAnAddress() throws {
        for (one, same, other) in [
            ("192.0.2.1", "192.0.2.254", "192.0.3.1"), ("::ffff:192.0.2.1", "192.0.2.2", "192.0.1.255"),
            ("2001:db8::1", "2001:db8::ffff:1:2:3", "2001:db8:0:1::1"),
        ] {
            let world = World()
            let (one, same, other) = try (
                #require(IPAddress(one)), #require(IPAddress(same)), #require(IPAddress(other))
            )
            for number in 0..<30 { #expect(world.attempt("\(number)", one) == .allowed) }
            #expect(world.attempt("a", same) == .wait(seconds: 6))
            #expect(world.attempt("a", other) == .allowed)
        }
    }

    @Test func aNetworkHas30FailuresAndTenMoreAMinute() {
        var world = World()
        var allowed = 0
        for number in 0..<6000 {
            if world.attempt("\(number)", network(0)) == .allowed { allowed += 1 }
            world.now += Self.second / 10
        }
        #expect(allowed == 30 + 100 || allowed == 30 + 99, "in ten minutes")
    }

    /// One of an attacker's accounts may be real.
    @Test func aSuccessFillsNoBucket() {
        let world = World()
        for number in 0..<30 {
            world.attempt("\(number)", network(0))
            if number < 29 { #expect(world.attempt("real", network(0), isRight: true) == .allowed) }
        }
        #expect(world.attempt("real", network(0), isRight: true) == .wait(seconds: 6))
    }

    // MARK: Everybody

    @Test func strangersWaitWhereTooMuchFailsAndAcquaintancesDoNot() {
        var world = World()
        #expect(world.attempt("anna", network(1_000_000), isRight: true) == .allowed)
        var allowed = 0
        for number in 0..<6000 {
            if world.attempt("\(number)", network(number)) == .allowed { allowed += 1 }
            if number % 100 == 99 {
                #expect(world.attempt("anna", network(1_000_000), isRight: true) == .allowed)
                if number > 1000 { #expect(world.ask("stranger", network(2_000_000)) == .wait(seconds: 1)) }
            }
            world.now += Self.second / 100
        }
        #expect((359...361).contains(allowed), "300, and one a second")
    }

    @Test func anAcquaintanceOfAMonthAgoIsAStranger() {
        var world = World()
        world.attempt("anna", network(1), isRight: true)
        world.now += 30 * 24 * Self.hour - 1
        for number in 10..<400 { world.attempt("\(number)", network(number)) }
        #expect(world.attempt("bert", network(1)) == .allowed)
        world.now += 1
        #expect(world.ask("bert", network(1)) == .wait(seconds: 1))
    }

    // MARK: Properties

    /// Whoever asks as often as can be, from as many networks as one likes, guesses this often at one account in an hour:
    /// six, nine while the waits double (511 s), and one in five minutes from then on.
    @Test func oneAccountIsGuessedAtAFewTimesAnHour() {
        var world = World()
        var allowed = 0
        for number in 0..<36_000 {
            if world.attempt("a@b.example", network(number % 5000)) == .allowed { allowed += 1 }
            world.now += Self.second / 10
        }
        #expect((24...26).contains(allowed))
    }

    /// Random attempts: a wait is at least a second and honest, nobody waits longer than five minutes, and a network never
    /// fails more often than it may.
    @Test(arguments: 0..<20) func waitsAreHonestAndBounded(_ seed: Int) {
        var random = SeededRandom(UInt64(seed))
        var world = World()
        var failures: [Int: [UInt64]] = [:]
        for _ in 0..<3000 {
            let (account, place) = ("\(Int.random(in: 0..<8, using: &random))", Int.random(in: 0..<5, using: &random))
            let isRight = Int.random(in: 0..<10, using: &random) == 0
            switch world.attempt(account, network(place), isRight: isRight) {
            case .allowed:
                if !isRight { failures[place, default: []].append(world.now) }
            case .wait(let seconds):
                #expect((1...300).contains(seconds))
                if Bool.random(using: &random) {
                    world.now += UInt64(seconds) * Self.second
                    #expect(world.ask(account, network(place)) == .allowed)
                    world.throttle.withdrawn(account: account, network: network(place), now: world.now)
                }
            }
            world.now += UInt64.random(in: 0..<Self.second / 2, using: &random)
        }
        for times in failures.values {
            for (index, end) in times.enumerated() {
                for first in stride(from: 0, through: index, by: 7) {
                    let most = 30 + Double(end - times[first]) / Double(6 * Self.second)
                    #expect(Double(index - first + 1) <= most + 1e-6)
                }
            }
        }
    }

    /// Any order of calls with any clock: no trap, and no more memory than said.
    @Test(arguments: 0..<5) func anyCallsAreBorne(_ seed: Int) {
        var random = SeededRandom(UInt64(seed))
        let world = World(ThrottleState.Limits(accounts: 50, networks: 30, knownNetworks: 1))
        for _ in 0..<20_000 {
            let account = "\(Int.random(in: 0..<200, using: &random))"
            let address = IPAddress.v6(UInt128(Int.random(in: 0..<100, using: &random)) << 64 | 5)
            let now =
                [0, .max, .random(in: 0...(.max), using: &random), Self.hour, Self.hour + 1].randomElement(
                    using: &random) ?? 0
            switch Int.random(in: 0..<4, using: &random) {
            case 0: _ = world.throttle.permission(account: account, network: address, now: now)
            case 1: world.throttle.failed(account: account, network: address, now: now)
            case 2: world.throttle.succeeded(account: account, network: address, now: now)
            default: world.throttle.withdrawn(account: account, network: address, now: now)
            }
            #expect(world.throttle.remembered <= 83)
        }
    }

    /// Threads read the clock before they wait for the lock.
    @Test func aClockThatGoesBackStandsStill() {
        var world = World()
        for _ in 0..<6 { world.attempt("a", network(0)) }
        let before = world.ask("a", network(0))
        #expect(before != .allowed)
        world.now = 0
        #expect(world.ask("a", network(0)) == before)
    }

    @Test func theOldestGoFirst() {
        var table = BoundedTable<Int, Int>(limit: 100)
        for number in 0..<100 { table[number] = number }
        table[0] = 7
        table[100] = 100
        #expect(table.count == 90)
        #expect(table[0] == 7 && table[100] == 100, "written last")
        #expect(table[1] == nil && table[11] == nil && table[12] == 12)
        table[12] = nil
        #expect(table[12] == nil && table.count == 89)
        var tiny = BoundedTable<Int, Int>(limit: 0)
        for number in 0..<10 { tiny[number] = number }
        #expect(tiny.count == 1 && tiny[9] == 9)
    }

    @Test func theRealClockWillDo() {
        let throttle = Throttle()
        #expect(throttle.permission(account: "a", network: network(0)) == .allowed)
        // So many that the wait is five minutes, which no machine is too slow for.
        for _ in 0..<15 { throttle.failed(account: "a", network: network(0)) }
        guard case .wait = throttle.permission(account: "a", network: network(1)) else {
            Issue.record("fifteen failures cost nothing")
            return
        }
        throttle.succeeded(account: "a", network: network(0))
        #expect(throttle.permission(account: "a", network: network(0)) == .allowed)
        throttle.withdrawn(account: "a", network: network(0))
    }
}
