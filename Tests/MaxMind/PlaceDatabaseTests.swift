import MaxMind
import Testing

@Suite struct PlaceDatabaseTests {
    @Test func whatIsNoDatabaseIsRefusedWithAReason() {
        #expect(throws: PlaceDatabaseError.self) { try PlaceDatabase("/nonexistent.mmdb") }
        #expect(throws: PlaceDatabaseError.self) { try PlaceDatabase("/etc/passwd") }
    }
}
