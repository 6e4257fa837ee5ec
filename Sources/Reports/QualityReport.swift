public import EventModel

/// What became of everything that arrived for a site: the ledger of the last days, and the programs among the senders.
///
/// The ledger counts deliveries by the day (UTC) of their receipt. That is neither visits nor a number of any other report.
public struct QualityReport: Sendable, Equatable {
    /// How many days it covers, today among them.
    public static let days = 30

    /// The days in order, without gaps, today last.
    public var days: [Day]
    /// Why events were dropped, rejected or set aside, most frequent first.
    public var reasons: [Reason]
    /// Why events were rejected that belong to no site of this installation, most frequent first. Of all sites: who sends
    /// under a wrong key cannot be told from a stranger.
    public var unattributed: [Reason]
    /// The programs whose events are kept apart, most frequent first, by the day of the event.
    public var bots: [Bot]
    /// When the numbers were read.
    public var computedAt: Timestamp

    /// The sums over all days.
    public var totals: Counts { days.reduce(Counts()) { $0 + $1.counts } }

    /// How many deliveries ended in which way.
    public struct Counts: Sendable, Equatable {
        /// Everything that arrived.
        public var received: Int
        /// Stored as somebody's.
        public var people: Int
        /// Stored, apart, as a program's.
        public var bots: Int
        /// Ended by a privacy filter.
        public var dropped: Int
        /// Refused, because it could never have been stored.
        public var rejected: Int
        /// Delivered a second time, and so not counted again.
        public var duplicates: Int
        /// Set aside until a person has looked at it.
        public var quarantined: Int
        /// Could not be stored, and is kept with the reason.
        public var dead: Int

        /// These counts; what is left out is nothing.
        public init(
            received: Int = 0, people: Int = 0, bots: Int = 0, dropped: Int = 0, rejected: Int = 0,
            duplicates: Int = 0, quarantined: Int = 0, dead: Int = 0
        ) {
            (self.received, self.people, self.bots, self.dropped) = (received, people, bots, dropped)
            (self.rejected, self.duplicates, self.quarantined, self.dead) = (rejected, duplicates, quarantined, dead)
        }

        /// What was received and has no end in the books: 0 when nothing was lost, negative when more ended than arrived.
        public var unaccounted: Int {
            received &- people &- bots &- dropped &- rejected &- duplicates &- quarantined &- dead
        }

        /// The sums of both.
        public static func + (left: Counts, right: Counts) -> Counts {
            Counts(
                received: left.received &+ right.received, people: left.people &+ right.people,
                bots: left.bots &+ right.bots, dropped: left.dropped &+ right.dropped,
                rejected: left.rejected &+ right.rejected, duplicates: left.duplicates &+ right.duplicates,
                quarantined: left.quarantined &+ right.quarantined, dead: left.dead &+ right.dead)
        }
    }

    /// One day.
    public struct Day: Sendable, Equatable {
        /// Its date (UTC), ISO 8601.
        public var date: String
        /// What ended how on it.
        public var counts: Counts

        /// A day with these counts.
        public init(date: String, counts: Counts) {
            self.date = date
            self.counts = counts
        }
    }

    /// A reason with its count.
    public struct Reason: Sendable, Equatable {
        /// The word of the ledger: `dropped`, `rejected` or `quarantined`.
        public var outcome: String
        /// The fixed word for why.
        public var word: String
        /// How many deliveries ended for it.
        public var count: Int

        /// A reason of this word.
        public init(outcome: String, word: String, count: Int) {
            self.outcome = outcome
            self.word = word
            self.count = count
        }
    }

    /// A class of programs.
    public struct Bot: Sendable, Equatable, Codable {
        /// The class as the plugin `bot` names it; empty where an event is a program's and no plugin said which.
        public var name: String
        /// Its events.
        public var count: Int
        /// Why they were taken for a program's, most frequent first; only the first few.
        public var reasons: [String]

        /// A class with these counts.
        public init(name: String, count: Int, reasons: [String]) {
            self.name = name
            self.count = count
            self.reasons = reasons
        }
    }

    /// A report of these numbers.
    public init(days: [Day], reasons: [Reason], unattributed: [Reason], bots: [Bot], computedAt: Timestamp) {
        self.days = days
        self.reasons = reasons
        self.unattributed = unattributed
        self.bots = bots
        self.computedAt = computedAt
    }
}
