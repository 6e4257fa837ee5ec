/// A count, short where it is long; then the tooltip has every digit.
func figure(_ number: Int) -> HTML {
    guard number.magnitude >= 1000 else { return "<data value=\"\(number)\">\(number)</data>" }
    return "<data value=\"\(number)\" title=\"\(Format.grouped(number))\">\(Format.compact(number))</data>"
}

/// How a number changed since the period before: an arrow, a colour and words, so that none of them is needed alone.
struct Change {
    /// The change in words, such as `12%` or `3 points`; `nil` when there is nothing to compare with.
    let amount: String?
    /// Above, below or as before.
    let direction: Int
    /// Whether that is good news; `nil` when nothing changed.
    let isGood: Bool?
    /// The number before, as the page writes numbers.
    let before: String

    /// The change of a count or a duration, relative to what it was.
    init(from old: Double?, to new: Double?, moreIsBetter: Bool, write: (Double) -> String) {
        before = old.map(write) ?? "–"
        guard let old, let new, old > 0 else {
            (amount, direction, isGood) = (nil, 0, nil)
            return
        }
        let percent = ((new - old) / old * 100).rounded()
        direction = percent > 0 ? 1 : percent < 0 ? -1 : 0
        amount = percent.magnitude < 1e6 ? "\(Format.grouped(Int(percent.magnitude)))%" : "a lot"
        isGood = direction == 0 ? nil : (direction > 0) == moreIsBetter
    }

    /// The change of a share, in percentage points: a percentage of a percentage misleads.
    init(points old: Double?, to new: Double?, moreIsBetter: Bool) {
        before = old.map(Format.percent) ?? "–"
        guard let old, let new else {
            (amount, direction, isGood) = (nil, 0, nil)
            return
        }
        let points = ((new - old) * 100).rounded()
        direction = points > 0 ? 1 : points < 0 ? -1 : 0
        amount = Format.count(Int(points.magnitude), "point", "points")
        isGood = direction == 0 ? nil : (direction > 0) == moreIsBetter
    }

    /// The change as markup; `earlier` names the period before.
    func html(comparedWith earlier: String) -> HTML {
        guard let amount else {
            return "<span class=\"change\" title=\"Nothing to compare with in \(earlier)\">no earlier data</span>"
        }
        guard direction != 0 else {
            return "<span class=\"change\" title=\"\(before) in \(earlier)\">unchanged</span>"
        }
        let kind: HTML = isGood == true ? "good" : "bad"
        let arrow: HTML = direction > 0 ? "▲" : "▼"
        let word: HTML = direction > 0 ? "up" : "down"
        return """
            <span class="change \(kind)" title="\(before) in \(earlier)"><span aria-hidden="true">\(arrow)</span> \
            <span class="hidden">\(word) by</span> \(amount) \
            <span class="hidden">from \(before) in \(earlier)</span></span>
            """
    }
}
