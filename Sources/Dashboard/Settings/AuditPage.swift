import Accounts

/// `/footfall/organisation/N/audit`: who did what.
struct AuditPage {
    let frame: OrganisationFrame
    let entries: [AuditEntry]
    /// Whether these are the newest.
    let isFirst: Bool

    /// The whole document.
    var html: HTML {
        let newest: HTML = isFirst ? .empty : "<a href=\"\(url: frame.address("audit"))\">Newest</a> "
        let older: HTML =
            entries.count < 100
            ? .empty
            : "<a href=\"\(url: frame.address("audit") + "?before=\(entries.last?.number ?? 0)")\">Older</a>"
        return frame.html(
            "Audit log", current: "audit",
            settingsCard(
                "log", "Who did what",
                """
                <p class="about">Nobody can change it here. <a href="\(url: frame.address("audit.csv"))">All of it as CSV</a></p>
                \(auditTable(entries))<p class="pager">\(newest)\(older)</p>

                """))
    }
}

/// A table of the audit log.
func auditTable(_ entries: [AuditEntry], isOwn: Bool = false) -> HTML {
    func row(_ entry: AuditEntry) -> HTML {
        let who: HTML = isOwn ? .empty : "<td><bdi>\(entry.person)</bdi></td>"
        let object: HTML = entry.object.isEmpty ? .empty : " <bdi class=\"object\">\(entry.object)</bdi>"
        return """
            <tr><td>\(DateWords.time(entry.time))</td>\(who)<td>\(AuditWords.of(entry.action))\(object)</td>\
            <td><bdi>\(entry.network)</bdi></td></tr>

            """
    }
    guard !entries.isEmpty else { return "<p class=\"about\">Nothing yet.</p>\n" }
    let who: HTML = isOwn ? .empty : "<th scope=\"col\">Who</th>"
    return """
        <div class="wideTable" tabindex="0" role="region" aria-label="Log"><table class="plain left"><thead><tr><th scope="col">When</th>\(who)<th scope="col">What</th>\
        <th scope="col">From</th></tr></thead><tbody>
        \(each: entries, row)</tbody></table></div>

        """
}
