/// Why a question cannot be answered: which field, and what is wrong with it.
public struct QuestionProblem: Error, Sendable, Equatable {
    /// Path of the field, such as `filters.and[1].operator`; empty for the whole question.
    public var field: String
    /// What is wrong with it, and what would be right.
    public var message: String

    /// A problem.
    public init(_ field: String, _ message: String) {
        self.field = field
        self.message = message
    }
}
