/// How safe an event is when its sender is told that it was taken.
public enum AckLevel: String, Sendable, Codable, CaseIterable {
    /// On the disk: survives a crash of the gateway, of the machine and a power cut.
    case fsync
    /// Handed to the operating system, which is told to put it on the disk within 200 ms: survives a crash of the
    /// gateway, not one of the machine.
    case journal
}
