import Accounts
import Database
import EventModel
import FastCGI
import Platform

/// What people decide about what comes in and what is kept.
extension SettingsHandler {
    func setLimits(_ site: OwnedSite, _ form: Form, _ actor: Actor) throws(AccountError) {
        let text = form["events_per_second"]
        guard text.isEmpty || Int(text) != nil else {
            throw .invalid("\"\(text.cut(bytes: 40))\" is not a number of events")
        }
        try accounts.setLimits(
            of: site, eventsPerSecond: Int(text), needsScriptToken: form.isTicked("needs_script_token"),
            renewsSecret: form.isTicked("renew_secret"), actor)
    }

    func setRetention(_ site: OwnedSite, _ form: Form, _ actor: Actor) throws(AccountError) {
        try accounts.setRetention(of: site, months: try months(form), actor)
    }

    /// The number of a form; `nil` for what the gateway is set to.
    func months(_ form: Form) throws(AccountError) -> Int? {
        let text = form["months"]
        if text.isEmpty { return nil }
        guard let months = Int(text), (1...1200).contains(months) else {
            throw .invalid("\"\(text.cut(bytes: 40))\" is not a number of months from 1 to 1200")
        }
        return months
    }

    func selection(_ form: Form) throws(AccountError) -> AccountService.Selection {
        if form["kind"] == "period" { return .days(from: form["from"], through: form["to"]) }
        guard !form["user"].isEmpty, form["user"].utf8.count <= 128 else { throw .invalid("say which user") }
        return .user(form["user"])
    }

    func erase(_ site: OwnedSite, _ form: Form, _ actor: Actor) throws(AccountError) {
        try accounts.erase(try selection(form), of: site, actor)
    }

    func export(_ site: OwnedSite, _ form: Form, _ actor: Actor) throws(AccountError) -> Response {
        let export = try accounts.export(try selection(form), of: site, limit: SettingsHandler.mostLines, actor)
        var response = Response(
            status: 200, type: "application/x-ndjson", body: Array(export.lines.map { $0 + "\n" }.joined().utf8))
        // A cut that the file itself does not show is one that nobody notices.
        let cut = export.isAll ? "" : "-first-\(export.lines.count)"
        response.addHeader("Content-Disposition", "attachment; filename=\"export\(cut).jsonl\"")
        response.addHeader("Cache-Control", "private, no-store")
        response.addSecurityHeaders()
        return response
    }

    /// What fits into the memory of a small machine; `footfall person export` has no such bound.
    private static let mostLines = 50_000
}
