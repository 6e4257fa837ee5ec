import EventModel
import Platform

/// Moments in words, for settings: UTC, because people of several zones share them.
enum DateWords {
    /// The day: `24 November 2026`.
    static func day(_ moment: Timestamp) -> String {
        let time = CivilTime(milliseconds: moment.milliseconds)
        return LocalMoment("\(time.date)").map { LocalMoment.range(from: $0, to: $0) } ?? "\(time.date)"
    }

    /// Day and time: `2026-11-24 15:04 UTC`, as an element that machines can read, too.
    static func time(_ moment: Timestamp) -> HTML {
        let time = CivilTime(milliseconds: moment.milliseconds)
        let words = "\(time.date) \(Format.twoDigits(time.hour)):\(Format.twoDigits(time.minute))"
        return "<time datetime=\"\(time.description)\">\(words) UTC</time>"
    }
}
