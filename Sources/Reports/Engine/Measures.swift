/// What is counted for a day, an hour, a row: sums that may be added to those of another day.
struct Measures: Equatable, Sendable {
    /// Distinct visitors of the day.
    var visitors = 0
    /// Page views of the day.
    var pageviews = 0
    /// Other events of the day.
    var events = 0
    /// Visits that began on the day; what follows is about these.
    var visits = 0
    /// Those with a page view: only these can bounce.
    var viewing = 0
    var bounces = 0
    /// Milliseconds from the first to the last event.
    var duration = 0
    /// Page views within the visits, whichever day they are of.
    var views = 0
    /// Milliseconds of attention.
    var engaged = 0
    /// Ten-thousandths of the goal's currency.
    var revenue = 0

    static func += (left: inout Measures, right: Measures) {
        left.visitors &+= right.visitors
        left.pageviews &+= right.pageviews
        left.events &+= right.events
        left.visits &+= right.visits
        left.viewing &+= right.viewing
        left.bounces &+= right.bounces
        left.duration &+= right.duration
        left.views &+= right.views
        left.engaged &+= right.engaged
        left.revenue &+= right.revenue
    }

    /// How many there are.
    static let count = 10

    /// All of them in the order in which they are written. A key path for each would be shorter, and would take half of the
    /// time of reading a slice.
    subscript(field: Int) -> Int {
        get {
            switch field {
            case 0: visitors
            case 1: pageviews
            case 2: events
            case 3: visits
            case 4: viewing
            case 5: bounces
            case 6: duration
            case 7: views
            case 8: engaged
            default: revenue
            }
        }
        set {
            switch field {
            case 0: visitors = newValue
            case 1: pageviews = newValue
            case 2: events = newValue
            case 3: visits = newValue
            case 4: viewing = newValue
            case 5: bounces = newValue
            case 6: duration = newValue
            case 7: views = newValue
            case 8: engaged = newValue
            default: revenue = newValue
            }
        }
    }
}
