import Accounts
import EventModel
import Reports

/// `/dashboard`: all sites of somebody at a glance, by organisation.
struct SitesPage {
    /// An organisation and its sites.
    struct Group {
        let membership: Membership
        /// The sites that the reader may see, by domain.
        let sites: [SiteSummary]
        /// Sites that are going to be deleted.
        var deleted: [Deleted] = []
    }

    /// A site that is going to be deleted, and whether the reader may open its settings.
    struct Deleted {
        var domain: String
        var hasSettings: Bool
    }

    let groups: [Group]
    let surroundings: Surroundings

    /// The whole document.
    var html: HTML {
        PageFrame(surroundings: surroundings, title: "Sites", content: content).html
    }

    private var content: HTML {
        guard !groups.isEmpty else { return nowhere }
        return """
            <div class="headline"><div><h1>Sites</h1></div></div>
            \(each: groups, group)
            """
    }

    private func group(_ group: Group) -> HTML {
        let number = group.membership.organisation
        let isAdmin = group.membership.role >= .admin
        let add: HTML =
            isAdmin
            ? "<a class=\"button\" href=\"\(url: DashboardPath.organisation(number) + "#add")\">Add a site</a>" : .empty
        return """
            <section class="organisation" aria-labelledby="organisation-\(number)">
            <header class="tabled"><h2 id="organisation-\(number)">\
            <a href="\(url: DashboardPath.organisation(number))"><bdi>\(group.membership.name)</bdi></a></h2>\(add)</header>
            \(deletion(group.membership))\(group.sites.isEmpty ? noSites(isAdmin) : list(group.sites))\(deleted(group))
            </section>

            """
    }

    private func deletion(_ membership: Membership) -> HTML {
        guard let moment = membership.deleteAt else { return .empty }
        return """
            <p class="notice bad">This organisation is deleted with all its sites on \(DateWords.day(moment)).</p>

            """
    }

    private func deleted(_ group: Group) -> HTML {
        func item(_ site: Deleted) -> HTML {
            site.hasSettings
                ? "<li><a href=\"\(url: DashboardPath.settings(site.domain))\"><bdi>\(site.domain)</bdi></a></li>"
                : "<li><bdi>\(site.domain)</bdi></li>"
        }
        guard !group.deleted.isEmpty else { return .empty }
        return "<p class=\"about\">About to be deleted:</p><ul class=\"plainList\">\(each: group.deleted, item)</ul>"
    }

    private func list(_ sites: [SiteSummary]) -> HTML {
        func card(_ summary: SiteSummary) -> HTML {
            let number: HTML =
                summary.hasData
                ? """
                <span class="figure">\(figure(summary.total))</span> \
                <span class="unit">\(summary.total == 1 ? "visitor" : "visitors") in 7 days</span>
                """
                : "<span class=\"unit\">Waiting for the first event…</span>"
            return """
                <li class="card site"><h3><a href="\(url: DashboardPath.site(summary.site.domain))">\
                <bdi>\(summary.site.domain)</bdi></a></h3>
                <p>\(number)</p>\(summary.hasData ? sparkline(summary.visitors) : .empty)</li>

                """
        }
        return """
            <ul class="sites">
            \(each: sites, card)</ul>
            """
    }

    private func noSites(_ isAdmin: Bool) -> HTML {
        isAdmin
            ? "<p class=\"about\">No site yet: add the first one. Its page then shows what to paste.</p>"
            : "<p class=\"about\">No site for you yet: whoever invited you can give you one.</p>"
    }

    private var nowhere: HTML {
        """
        <section class="card guide" aria-labelledby="none">
        <h1 id="none">No organisation</h1>
        <p>You belong to no organisation at the moment. Whoever runs a site here can invite you.</p>
        </section>
        """
    }
}
