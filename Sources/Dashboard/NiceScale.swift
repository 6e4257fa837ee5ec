/// The vertical axis of a chart of counts: from 0 up to a round number, with few round steps on the way.
struct NiceScale: Equatable {
    /// Distance between two ticks: 1, 2 or 5 times a power of ten. Never below 1, for nobody is half a visitor.
    let step: Int
    /// The upper end of the axis, a multiple of `step`.
    let top: Int

    /// The axis for values from 0 to `maximum` with at most `ticks` steps.
    init(maximum: Int, ticks: Int = 4) {
        let target = max(1, (max(0, maximum) + ticks - 1) / ticks)
        var power = 1
        while power <= Int.max / 100, power * 10 <= target { power *= 10 }
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= target } ?? power * 10
        self.step = step
        top = max(step, (max(0, maximum) + step - 1) / step * step)
    }

    /// From 0 to `top`.
    var ticks: [Int] { Array(stride(from: 0, through: top, by: step)) }

    /// Where a value lies between the bottom (0) and the top (1).
    func share(_ value: Int) -> Double {
        min(1, max(0, Double(value) / Double(top)))
    }
}
