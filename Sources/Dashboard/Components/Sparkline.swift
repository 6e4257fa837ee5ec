/// A line without axes, only as large as a word: how it went, not how much it was.
func sparkline(_ values: [Int]) -> HTML {
    guard let most = values.max(), values.count > 1 else { return .empty }
    let width = 100.0 / Double(values.count - 1)
    func y(_ value: Int) -> Double { most > 0 ? 26 - 24 * Double(value) / Double(most) : 26 }
    var line: HTML = "M0 \(y(values[0]))"
    for (index, value) in values.enumerated().dropFirst() {
        line += " L\(Double(index) * width) \(y(value))"
    }
    return """
        <svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" aria-hidden="true">\
        <path class="area" d="\(line) V28 H0 Z"/><path class="line" d="\(line)"/></svg>
        """
}
