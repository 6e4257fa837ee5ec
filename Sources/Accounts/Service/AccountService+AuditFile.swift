import Database

/// The audit log as a file.
extension AccountService {
    /// The newest entries of an organisation's log, newest first, and how many there are of all. Asked for in parts, so that
    /// no question takes long.
    public func auditFile(
        of organisation: Int32, limit: Int
    ) throws(AccountError) -> (entries: [AuditEntry], count: Int) {
        try read(for: Behalf(organisation: organisation)) { (connection) throws(DatabaseError) in
            let log = AuditLog(connection)
            var entries: [AuditEntry] = []
            while entries.count < limit {
                let part = try log.entries(
                    of: organisation, before: entries.last?.number, limit: min(10_000, limit - entries.count))
                if part.isEmpty { break }
                entries += part
            }
            return (entries, max(entries.count, try log.count(of: organisation)))
        }
    }
}
