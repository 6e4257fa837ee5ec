/// The visits of one local day with their events, as columns of small numbers: what filters and breakdowns of past days are
/// computed from. PostgreSQL reads thirty times as many bytes for the same events, and compares them one by one.
///
/// They belong to a version of the day, like a slice. Visitors are numbers of their own, which say nothing outside the day.
struct DayVisits: Equatable, Sendable {
    /// Visits that touch the day, those of one visitor together; then one for each group of equal events that belong to no
    /// visit, with one event each.
    var visits = Visits()
    /// Their events within the day, and beyond it as far as somebody may ask what else happened in a visit; those of one
    /// visit together, in the order of the visits.
    var events = Events()
    /// Sets of properties as JSON texts: code 1 is the first. `nil` where there are so many that PostgreSQL has to be asked.
    var properties: [String]? = []
    /// Countries: code 1 is the first.
    var countries: [String] = []

    /// Columns with a row for each visit. Numbers of texts and of sets are codes (`Coded`).
    struct Visits: Equatable, Sendable {
        /// How many of the rows are visits; the others stand for events without one.
        var count = 0
        /// Number of the visitor under whom it began; 0 for none.
        var visitors: [Int32] = []
        /// 1 where the visit began on the day, 0 where it began before.
        var parts: [Int32] = []
        /// 1 where it goes on over the beginning or the end of the day.
        var crossings: [Int32] = []
        var weights: [Int32] = []
        /// Milliseconds.
        var durations: [Int] = []
        var views: [Int32] = []
        var interactions: [Int32] = []
        /// Milliseconds.
        var engaged: [Int32] = []
        /// How many of the events are its own.
        var eventCounts: [Int32] = []
        var countries: [Int32] = []
        /// What stands in columns with numbers.
        var numbers: [IDColumn: Coded] = [:]

        /// The columns with numbers, in the order in which they are written.
        static let columns: [IDColumn] = [
            .source, .referrerHost, .hostname, .device, .place, .acquisition, .entryPath, .exitPath,
        ]
    }

    /// Columns with a row for each event.
    struct Events: Equatable, Sendable {
        /// 1 within the day, 0 before, 2 after.
        var parts: [Int32] = []
        /// Number of the visitor where it is not the one of the visit; 0 otherwise.
        var visitors: [Int32] = []
        var weights: [Int32] = []
        /// Codes of sets of properties.
        var properties: [Int32] = []
        /// What stands in columns with numbers.
        var numbers: [IDColumn: Coded] = [:]

        /// The columns with numbers, in the order in which they are written.
        static let columns: [IDColumn] = [.path, .title, .name, .facts]

        var count: Int { parts.count }
    }

    /// A column of few different numbers.
    struct Coded: Equatable, Sendable {
        /// The numbers: code 1 is the first. Code 0 is what is not there.
        var values: [Int64] = []
        /// A code for each row.
        var codes: [Int32] = []
    }
}

/// Gives codes to values in the order in which they come.
struct Coder<Value: Hashable> {
    private(set) var values: [Value] = []
    private var codes: [Value: Int32] = [:]

    /// The code of a value; 0 for none.
    mutating func code(_ value: Value?) -> Int32 {
        guard let value else { return 0 }
        if let known = codes[value] { return known }
        values.append(value)
        codes[value] = Int32(values.count)
        return Int32(values.count)
    }
}
