"""Every route that changes something, with a form that it takes; compared with the program's own table, so that a route
which nobody attacks is noticed."""

import re
from pathlib import Path

from world import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
ANOTHER = "Zwieback-Okapi-Laterne-9"
# What is said besides where something cannot be taken back.
YES = {"confirmation": "yes"}


def table():
    """The program's routes: name → (method, pattern)."""
    text = (ROOT / "Sources/Dashboard/Routes/Route.swift").read_text()
    reads = re.search(r"var method: Method \{.*?case (.*?):\s*\.get", text, re.S)[1]
    reads = set(re.findall(r"\.(\w+)", reads))
    patterns = re.search(r"var pattern: String \{(.*?)\n    \}\n", text, re.S)[1]
    found = {}
    for names, pattern in re.findall(r"case (.+?): (\".+)", patterns):
        for name in re.findall(r"\.(\w+)", names):
            found[name] = ("GET" if name in reads else "POST", pattern)
    return found


# name → (address, fields), of a tenant `t` and for the tenant `f` whose numbers are sent. With f = t they are those of an
# honest form.
FORMS = {
    "signIn": lambda t, f: ("/footfall/sign-in", {"email": f.people["owner"].email, "password": PASSWORD}),
    "signInCode": lambda t, f: ("/footfall/sign-in/code", {"code_token": "x", "code": "123456"}),
    "signOut": lambda t, f: ("/footfall/sign-out", {}),
    "setUp": lambda t, f: ("/footfall/set-up", {
        "token": "x", "organisation": "New", "email": f"new@{t.marker}.example", "password": ANOTHER, "again": ANOTHER}),
    "joinAsSomebodyNew": lambda t, f: ("/footfall/join", {
        "token": f.invitation_token, "email": f"invited@{f.marker}.example", "name": "New", "password": ANOTHER}),
    "joinAsMyself": lambda t, f: ("/footfall/join/as-myself", {"token": f.invitation_token}),
    "setPassword": lambda t, f: ("/footfall/password", {"token": "x", "password": ANOTHER, "again": ANOTHER}),
    "unlockShared": lambda t, f: (f"/footfall/share/{f.link_token}", {"password": PASSWORD}),
    "addOrganisation": lambda t, f: ("/footfall/account/organisation", {"organisation": f"Added {t.marker}"}),
    "changeAddress": lambda t, f: (
        "/footfall/account/address", {"old": PASSWORD, "email": f"changed@{t.marker}.example"}),
    "setName": lambda t, f: ("/footfall/account/name", {"name": "Changed"}),
    "changePassword": lambda t, f: (
        "/footfall/account/password", {"old": PASSWORD, "password": ANOTHER, "again": ANOTHER}),
    "startSecondFactor": lambda t, f: ("/footfall/account/second-factor/start", {"old": PASSWORD}),
    "confirmSecondFactor": lambda t, f: ("/footfall/account/second-factor/confirm", {"code": "123456", "old": PASSWORD}),
    "endSecondFactor": lambda t, f: ("/footfall/account/second-factor/end", {"old": PASSWORD}),
    "renewRecoveryCodes": lambda t, f: ("/footfall/account/recovery-codes", {"old": PASSWORD}),
    "revokeSession": lambda t, f: ("/footfall/account/session/revoke", {"session": f.people["viewer"].session}),
    "revokeOtherSessions": lambda t, f: ("/footfall/account/sessions/revoke", {}),
    "deleteAccount": lambda t, f: (
        "/footfall/account/delete", {"old": PASSWORD, "confirmation": f.people["owner"].email}),
    "leaveOrganisation": lambda t, f: (f"{f.home}/leave", YES),
    "addSite": lambda t, f: (f"{f.home}/sites/add", {"domain": f"added.{t.marker}.example", "hosts": "", "time_zone": "UTC"}),
    "invite": lambda t, f: (f"{f.home}/people/invite", {
        "email": f"other@{t.marker}.example", "role": "guest", "site": f.sites[0].number, "site_role": "editor"}),
    "revokeInvitation": lambda t, f: (f"{f.home}/people/revoke-invitation", {"invitation": f.invitation} | YES),
    "setRole": lambda t, f: (f"{f.home}/people/role", {"person": f.people["viewer"].number, "role": "admin"}),
    "removePerson": lambda t, f: (f"{f.home}/people/remove", {"person": f.people["viewer"].number} | YES),
    "addTeam": lambda t, f: (f"{f.home}/teams/add", {"name": f"Added {t.marker}"}),
    "removeTeam": lambda t, f: (f"{f.home}/teams/remove", {"team": f.team} | YES),
    "addTeamMember": lambda t, f: (
        f"{f.home}/teams/add-member", {"team": f.team, "person": f.people["viewer"].number}),
    "removeTeamMember": lambda t, f: (
        f"{f.home}/teams/remove-member", {"team": f.team, "person": f.people["guest"].number}),
    "addKey": lambda t, f: (f"{f.home}/keys/add", {"name": "Added", "scope": "read", "site": f.sites[0].number}),
    "revokeKey": lambda t, f: (f"{f.home}/keys/revoke", {"key": f.read_key_number} | YES),
    "setBrand": lambda t, f: (
        f"{f.home}/brand", {"brand_name": "Changed", "has_colour": "yes", "colour": "#aabbcc", "names_footfall": "yes"}),
    "renameOrganisation": lambda t, f: (f"{f.home}/rename", {"name": f"Changed {t.marker}"}),
    "deleteOrganisation": lambda t, f: (f"{f.home}/delete", {"confirmation": f.name}),
    "keepOrganisation": lambda t, f: (f"{f.home}/keep", {}),
    "setGoal": lambda t, f: (
        f"{f.site_home()}/settings/goals/set", {"name": "Added", "kind": "page", "target": "/added"}),
    "removeGoal": lambda t, f: (f"{f.site_home()}/settings/goals/remove", {"goal": f.goal}),
    "shareLink": lambda t, f: (f"{f.site_home()}/settings/links/add", {"link_name": "Added"}),
    "revokeLink": lambda t, f: (f"{f.site_home()}/settings/links/revoke", {"link": f.link} | YES),
    "setSite": lambda t, f: (
        f"{f.site_home()}/settings/site", {"hosts": "changed.example", "time_zone": "Europe/Berlin"}),
    "setPublic": lambda t, f: (f"{f.site_home()}/settings/public", {"is_public": "yes", "embed_hosts": "changed.example"}),
    "giveSite": lambda t, f: (
        f"{f.site_home()}/settings/access/give", {"holder": f"person-{f.people['guest'].number}", "role": "editor"}),
    "takeSite": lambda t, f: (f"{f.site_home()}/settings/access/take", {"holder": f"team-{f.team}"}),
    "moveSite": lambda t, f: (f"{f.site_home()}/settings/move", {
        "organisation_number": f.organisation, "confirmation": f.sites[0].domain}),
    "deleteSite": lambda t, f: (f"{f.site_home()}/settings/delete", {"confirmation": f.sites[0].domain}),
    "keepSite": lambda t, f: (f"{f.site_home()}/settings/keep", {}),
    "setLimits": lambda t, f: (
        f"{f.site_home()}/settings/limits", {"events_per_second": "50", "needs_script_token": "yes", "renew_secret": "yes"} | YES),
    "setRetention": lambda t, f: (f"{f.site_home()}/settings/retention", {"months": "6"} | YES),
    "exportData": lambda t, f: (
        f"{f.site_home()}/settings/export", {"kind": "period", "from": "2026-01-01", "to": "2026-12-31"}),
    "eraseData": lambda t, f: (f"{f.site_home()}/settings/erase", {
        "kind": "period", "from": "2020-01-01", "to": "2020-01-02", "confirmation": f.sites[0].domain}),
}
# Without a secret of forms: from where a request comes decides what it erases, and who may send it (test_forgery.py).
FOR_PROGRAMS = {"eraseOwnData"}
# What nobody needs to be signed in for.
FOR_STRANGERS = {"signIn", "signInCode", "signOut", "setUp", "joinAsSomebodyNew", "setPassword", "unlockShared"}

REPORTS = ["", "/pages", "/sources", "/locations", "/devices", "/events", "/goals", "/realtime"]
DIAGNOSIS = ["/quality", "/inspector", "/privacy"]
FILES = [f"{page}.csv" for page in ("/overview", "/pages", "/sources", "/locations", "/devices", "/events")]


def pages_of(t):
    """Every page that belongs to a tenant."""
    of_organisation = [t.home] + [f"{t.home}/{page}" for page in ("people", "keys", "brand", "audit", "audit.csv")]
    of_sites = [
        t.site_home(index) + page for index in range(2) for page in REPORTS + DIAGNOSIS + FILES + ["/settings"]]
    return of_organisation + of_sites
