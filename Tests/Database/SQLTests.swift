import Testing

@testable import Database

@Suite struct SQLTests {
    @Test func valuesBecomeBindsAndFragmentsAreRenumbered() {
        let filter: SQL = "country = \("DE") AND width > \(1000)"
        let sql: SQL = "SELECT \(1) FROM session WHERE \(filter) OR id = \(Int64?.none)"
        #expect(sql.text == "SELECT $1 FROM session WHERE country = $2 AND width > $3 OR id = $4")
        #expect(sql.binds.count == 4)
        #expect(sql.binds[3].bytes == nil)
        #expect((sql + " LIMIT \(5)").text.hasSuffix("LIMIT $5"))
        #expect(SQL.joined(["a = \(1)", "b = \(2)"], by: " AND ").text == "a = $1 AND b = $2")
        #expect(SQL.joined([], by: ", ").text.isEmpty)
    }

    @Test func descriptionsNeverShowValues() {
        let sql: SQL = "SELECT \("secret")"
        var dumped = ""
        dump(sql.binds, to: &dumped)
        #expect(!"\(sql)".contains("secret"))
        #expect(!"\(sql.binds)".contains("secret"))
        #expect(!dumped.contains("115") && !dumped.contains("secret"))
    }

    @Test func settingsNeverShowTheURL() {
        let settings = ConnectionSettings(url: "postgresql://u:secret@host/name", applicationName: "test")
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!"\(settings) \(String(reflecting: settings)) \(dumped)".contains("secret"))
    }

    @Test(arguments: [
        ("08006", DatabaseError.Kind.connection), ("57P01", .connection), ("57014", .retryable), ("53300", .retryable),
        ("40001", .retryable), ("40P01", .retryable), ("55P03", .retryable), ("25006", .retryable), ("22021", .poison),
        ("22P05", .poison), ("23505", .poison), ("54000", .poison), ("42P01", .refused), ("42501", .refused),
        ("28P01", .refused), ("3D000", .refused), ("XX000", .refused), ("55000", .refused),
    ])
    func everyCodeHasItsKind(code: String, kind: DatabaseError.Kind) {
        #expect(DatabaseError(sqlState: code, message: "").kind == kind)
    }

    @Test func momentsAreMicrosecondsSince2000AndNeverInfinite() {
        #expect(Binary.timestamp(946_684_800_001) == 1000)
        #expect(Binary.milliseconds(-1) == 946_684_799_999)
        #expect(Binary.timestamp(.max) == .max - 1)
        #expect(Binary.timestamp(.min) == .min + 1)
        #expect(CalendarDay(number: 20_781).description == "2026-11-24")
    }
}
