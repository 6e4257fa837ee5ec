/// When how much happens: hours and days of the week as a shop in Europe with some customers overseas has them.
struct DemoShape {
    /// The first moment, milliseconds since 1970.
    let begin: Int64
    /// The moment before which everything has happened.
    let end: Int64
    /// How many events have happened by the end of each hour, the first entry being none by the beginning. Hours are
    /// counted back from the end, and all of them whole.
    private let sums: [Double]
    private var place = 0

    static let hour: Int64 = 3_600_000
    static let day: Int64 = 24 * hour

    /// So many events over so many days. No day is quite like another: `seed` says by how much.
    init(events: Int, days: Int, end: Int64, seed: UInt64) {
        self.end = end
        let begin = end - Int64(days) * DemoShape.day
        self.begin = begin
        let weights = (0..<Int64(days) * 24).map { number in
            DemoShape.weight(at: begin + number * DemoShape.hour + DemoShape.hour / 2, seed: seed, since: begin)
        }
        let scale = Double(events) / max(weights.reduce(0, +), .leastNormalMagnitude)
        var sum = 0.0
        sums =
            [0]
            + weights.map { weight in
                sum += weight * scale
                return sum
            }
    }

    /// The moment of an event by its number, which may lie between two. Numbers ascend from call to call.
    mutating func time(ofEvent number: Double) -> Int64 {
        while place < sums.count - 2, sums[place + 1] <= number { place += 1 }
        let part = (number - sums[place]) / (sums[place + 1] - sums[place])
        let time = begin + Int64((Double(place) + min(max(part, 0), 1)) * Double(DemoShape.hour))
        return min(time, end - 1)
    }

    private static func weight(at time: Int64, seed: UInt64, since begin: Int64) -> Double {
        // 1970-01-01 was a Thursday.
        let weekday = Int((time / day + 3) % 7)
        let hour = Int(time % day / DemoShape.hour)
        // By how many days ago, so that the same seed gives the same days whenever it is called.
        let luck = Double(DemoRandom.mix(seed &+ UInt64((time - begin) / day)) >> 11) * 0x1p-53
        return hours[hour] * weekdays[weekday] * (0.88 + 0.24 * luck)
    }

    /// UTC.
    private static let hours = [
        2.2, 1.7, 1.4, 1.3, 1.5, 2.1, 3.2, 4.4, 5.3, 5.8, 5.9, 5.7, 5.6, 5.9, 6.2, 6.1, 5.9, 5.7, 5.8, 5.9, 5.5, 4.7,
        3.8,
        2.9,
    ]
    /// Monday first.
    private static let weekdays = [1.06, 1.12, 1.1, 1.07, 0.98, 0.78, 0.84]
}
