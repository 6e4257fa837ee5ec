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

/// A table of the audit log. Roles are written out because narrow windows show rows as blocks, what was done first, which makes
/// some browsers forget the table.
func auditTable(_ entries: [AuditEntry], isOwn: Bool = false) -> HTML {
    func row(_ entry: AuditEntry) -> HTML {
        let who: HTML = isOwn ? .empty : "<td role=\"cell\"><bdi>\(entry.person)</bdi></td>"
        let object: HTML = entry.object.isEmpty ? .empty : " <bdi class=\"object\">\(entry.object)</bdi>"
        return """
            <tr role="row"><td role="cell">\(DateWords.time(entry.time))</td>\(who)\
            <td role="cell" class="what">\(AuditWords.of(entry.action))\(object)</td>\
            <td role="cell"><bdi>\(entry.network)</bdi></td></tr>

            """
    }
    guard !entries.isEmpty else { return "<p class=\"about\">Nothing yet.</p>\n" }
    func column(_ title: StaticString) -> HTML { "<th role=\"columnheader\" scope=\"col\">\(title.description)</th>" }
    let who: HTML = isOwn ? .empty : column("Who")
    return """
        <div class="wideTable" tabindex="0" role="region" aria-label="Log">\
        <table class="plain left log" role="table"><thead role="rowgroup"><tr role="row">\
        \(column("When"))\(who)\(column("What"))\(column("From"))</tr></thead><tbody role="rowgroup">
        \(each: entries, row)</tbody></table></div>

        """
}
