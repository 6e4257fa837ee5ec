import EventModel
import Platform
import TestSupport
import Testing

@testable import Journal

/// What no `kill -9` can show: a power cut, and a disk that fails. One seed is one history.
///
/// `FOOTFALL_SIMULATOR_RUNS` sets how many histories are tried (make chaos: 20,000).
@Suite struct PowerLossTests {
    private static let runs = Process.environment()["FOOTFALL_SIMULATOR_RUNS"].flatMap { UInt64($0) } ?? 2000

    /// Whatever the disk makes of unsynced writes, everything confirmed is there afterwards, under its number, once.
    @Test func nothingConfirmedIsLostWhenThePowerFails() throws {
        for seed in 0..<Self.runs {
            var random = SeededRandom(seed)
            var journal = try SimulatedJournal(SimulatedDisk())
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                for _ in 0..<Int.random(in: 0...30, using: &random) {
                    try Self.step(&journal, &random)
                }
                let disk = Bool.random(using: &random) ? journal.disk.afterPowerLoss(&random) : journal.disk.afterKill()
                try journal.restart(on: disk)
                let fault = try journal.fault()
                #expect(fault == nil, "seed \(seed)")
                if fault != nil { return }
            }
        }
    }

    /// The power fails again and again while the journal is being put in order.
    @Test func recoveryCanBeInterruptedAnywhere() throws {
        for seed in 0..<(Self.runs / 10) {
            var random = SeededRandom(seed)
            var journal = try SimulatedJournal(SimulatedDisk())
            for _ in 0..<20 { try Self.step(&journal, &random) }
            var disk = journal.disk.afterPowerLoss(&random)
            for call in 1...6 {
                disk.fail(SimulatedDisk.Fault(call: call, code: 5, isLasting: true))
                _ = try? SimulatedJournal(disk)
                disk = disk.afterPowerLoss(&random)
            }
            try journal.restart(on: disk)
            let fault = try journal.fault()
            #expect(fault == nil, "seed \(seed)")
        }
    }

    /// Every call to the disk fails once, in turn, with every error that matters; then every call from there on. In a new
    /// journal, and in one that was started before, whose numbers have left some out.
    @Test(arguments: [5, 28] as [Int32], [false, true])
    func anyCallMayFail(code: Int32, isLasting: Bool) throws {
        for isFirst in [true, false] { try failEachCall(code: code, isLasting: isLasting, isFirst: isFirst) }
    }

    private func failEachCall(code: Int32, isLasting: Bool, isFirst: Bool) throws {
        for call in 1... {
            var random = SeededRandom(UInt64(call))
            var journal = try SimulatedJournal(SimulatedDisk())
            if !isFirst {
                try journal.write(count: 3, size: 100)
                try journal.sync()
                try journal.restart(on: journal.disk.afterKill())
            }
            journal.disk.fail(SimulatedDisk.Fault(call: call, code: code, isLasting: isLasting))
            for _ in 0..<60 {
                do throws(JournalError) {
                    // A frame that does not fit any more, and one that does.
                    try journal.write(
                        count: Int.random(in: 1...3, using: &random), size: Int.random(in: 0...1200, using: &random))
                    try journal.sync()
                } catch .full {
                    // Nothing has happened; the next one may fit.
                } catch {
                    break
                }
            }
            let isOver = !journal.disk.hasFailed
            try journal.restart(
                on: Bool.random(using: &random) ? journal.disk.afterPowerLoss(&random) : journal.disk.afterKill())
            let fault = try journal.fault()
            #expect(fault == nil, "call \(call)")
            if isOver || fault != nil { return }
        }
    }

    private static func step(_ journal: inout SimulatedJournal, _ random: inout SeededRandom) throws {
        switch Int.random(in: 0..<5, using: &random) {
        case 0...2:
            try journal.write(
                count: Int.random(in: 1...8, using: &random), size: Int.random(in: 0...700, using: &random))
        default: try journal.sync()
        }
    }
}
