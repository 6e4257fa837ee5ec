import Database

/// Asks PostgreSQL about sets of properties and the like, so that what is computed here and what is computed there cannot
/// differ: which numbers are numbers, what LIKE means in its collation.
struct PropertySets {
    /// JSON texts: code 1 is the first.
    let sets: [String]
    let connection: Connection

    /// A property of each set by its code; `nil` where it is not there.
    func values(_ name: String) throws(DatabaseError) -> [String?] {
        try ask("properties ->> \(name)", missing: nil)
    }

    /// Whether a property of each set by its code fits one of some patterns.
    func fits(_ name: String, _ patterns: [String], ignoresCase: Bool) throws(DatabaseError) -> [Bool] {
        let fits = ResolvedFilter.isLike("properties ->> \(name)", patterns, ignoresCase, false)
        let missing = try connection.query(
            "SELECT \(ResolvedFilter.isLike("NULL::text", patterns, ignoresCase, false))")
        return try ask(fits, missing: missing[0].value(0))
    }

    /// The amount in a property of each set by its code, in ten-thousandths.
    func amounts(_ name: String) throws(DatabaseError) -> [Int64] {
        try ask("coalesce(\(amountSQL(of: name, in: "properties")), 0)::bigint", missing: 0)
    }

    private func ask<Value: SQLReadable>(_ expression: SQL, missing: Value) throws(DatabaseError) -> [Value] {
        var values = [missing]
        if sets.isEmpty { return values }
        values.reserveCapacity(sets.count + 1)
        let rows = try connection.query(
            """
            SELECT \(expression)
            FROM unnest(\(jsons: sets)) WITH ORDINALITY AS one (properties, place) ORDER BY place
            """)
        for row in rows { values.append(try row.value(0)) }
        return values
    }
}

/// The amount in a property in ten-thousandths; numbers may be texts, as forms send them. A billion is the most, so that a
/// million hostile events cannot make a sum overflow.
func amountSQL(of name: String, in properties: SQL) -> SQL {
    """
    CASE WHEN \(properties) ->> \(name) ~ '^-?[0-9]{1,9}(\\.[0-9]{1,9})?$'
        THEN round((\(properties) ->> \(name))::numeric * 10000) END
    """
}

/// Which of some texts fit one of some patterns; `nil` stands for none.
func queryFits(
    _ connection: Connection, _ texts: [String], _ patterns: [String], ignoresCase: Bool
) throws(DatabaseError) -> [Bool] {
    let rows = try connection.query(
        """
        SELECT \(ResolvedFilter.isLike("text", patterns, ignoresCase, false))
        FROM unnest(\([""] + texts)) WITH ORDINALITY AS one (text, place) ORDER BY place
        """)
    var fits: [Bool] = []
    for row in rows { fits.append(try row.value(0)) }
    return fits
}
