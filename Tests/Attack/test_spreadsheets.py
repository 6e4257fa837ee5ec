"""Formulas in files for spreadsheets: every report and the audit log, with texts that a visitor or a member chose.

What begins a cell as OWASP's "CSV injection" names it must not begin one; read as a spreadsheet reads it, with each of the
separators that it may take.
"""

import csv
import io
import json
import re

import pytest
from client import AGENT
from conftest import wait_for
from fastcgi import Connection, request
from world import PASSWORD

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
FORMULAS = ["=1+1", "+1+cmd|' /C calc'!A0", "-1+1|cmd", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1", "=HYPERLINK(\"http://127.0.0.1:1/?\"&A1,\"x\")", "=cmd|'/C calc'!A1",
            "\"=1+1", "\",=1+1", "a\",\"=1+1", "a\n=1+1", "a\r\n=1+1", "a,=1+1", " =1+1", "\u00a0=1+1", "\ufeff=1+1", "\u200b=1+1", "\uff1d1+1", "\uff0b1", "\uff0d1+1", "\uff20SUM(1)",
            "-2+3+cmd|' /C calc'!A0", "--1", "+-1", "=\u200b1", "'=1+1", "''", "1e9", "-1", "+1", "0x1p-3", "-inf", "+nan", "-infinity", "=", "-", "+", "@", "a;=1+1", "a\t=1+1", "a|=1+1"]


@pytest.fixture(scope="module")
def tenant(world):
    return world.tenant("c")


@pytest.fixture(scope="module")
def sent(world, tenant):
    """Events with formulas in every field."""
    site = tenant.sites[0]
    assert wait_for(lambda: world.event(site, n="plan", p={"plan": "x"}) == 204)
    for index, formula in enumerate(FORMULAS):
        event = {"s": site.key, "u": f"http://localhost/{formula}?utm_source={q(formula)}&utm_campaign={q(formula)}&utm_medium={q(formula)}&utm_term={q(formula)}&q={q(formula)}",
                 "t": formula, "n": formula if formula.strip() else "x", "r": f"https://{index}.example/{formula}", "p": {"plan": formula, formula[:90] or "x": formula}}
        for fields in (event, {**event, "n": "pageview", "r": formula}, {**event, "n": "plan"}):
            with Connection(world.ingest) as connection:
                connection.send(request("/e", json.dumps(fields).encode(), address=f"203.0.{index}.9", HTTP_ACCEPT_LANGUAGE=formula[:30].replace("\n", "").replace("\r", ""),
                                        HTTP_USER_AGENT=f"{AGENT} {formula}".replace("\n", "").replace("\r", ""))).answer()
    assert wait_for(lambda: world.one("select count(*) from event where site_id = %s", site.number) >= len(FORMULAS)), \
        world.database.execute("select count(*) from bot_event where site_id = %s", (site.number,)).fetchall()


def q(text):
    import urllib.parse

    return urllib.parse.quote(text, safe="")


def is_number(text):
    """As a spreadsheet has it: digits, and one sign before them."""
    return re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text)


def dangerous(content, separators=","):
    """Cells that a spreadsheet takes for a formula."""
    text = content.decode("utf-8-sig")
    found = []
    for separator in separators:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            for cell in row:
                if cell and cell[0] in STARTS and not is_number(cell):
                    found.append((separator, cell[:60]))
    return found


FILES = ["overview.csv", "pages.csv", "sources.csv", "locations.csv", "devices.csv", "events.csv"]


@pytest.mark.parametrize("file", FILES)
def test_reports(world, tenant, sent, file, tally):
    """Each table of each page."""
    browser = world.browser(tenant.people["viewer"])
    page = browser.get(f"{tenant.site_home()}/{file.removesuffix('.csv')}?filter=event,is,plan").text if file != "overview.csv" else ""
    tabs = set(re.findall(r"[?&;]tab=([^\"&;]+)", page)) | {"", "title", "property:plan", "entry_page", "exit_page", "utm_campaign", "utm_source", "utm_term", "source", "referrer"}
    shown, found = 0, []
    for tab in sorted(tabs):
        for query in (f"tab={tab}", f"tab={tab}&filter=event,is,plan", f"tab={tab}&filter=event,is,pageview&period=day"):
            answer = browser.get(f"{tenant.site_home()}/{file}?{query}")
            if answer.status != 200 or "text/csv" not in answer.header("Content-Type"):
                continue
            assert answer.header("X-Content-Type-Options") == "nosniff" and answer.header("Content-Disposition").startswith("attachment")
            shown += answer.text.count("1+1")
            found += [(tab, *cell) for cell in dangerous(answer.body)]
            tally()
    assert sorted(set(found)) == []
    if file in ("pages.csv", "events.csv"):
        assert shown, "the judge is blind"


def test_the_audit_log(world, database, tenant, tally):
    """What members and strangers can write into it: through forms, and as it may stand in the database."""
    browser = world.browser(tenant.people["owner"])
    for formula in FORMULAS:
        for address, fields in (
                (f"{tenant.home}/teams/add", {"name": formula}), (f"{tenant.home}/rename", {"name": formula}), (f"{tenant.home}/keys/add", {"name": formula, "scope": "read"}),
                (f"{tenant.site_home()}/settings/goals/set", {"name": formula, "kind": "event", "target": formula}), (f"{tenant.site_home()}/settings/goals/remove", {"goal": formula}),
                (f"{tenant.site_home()}/settings/links/add", {"link_name": formula}), (f"{tenant.home}/people/invite", {"email": f"{formula}@x.example", "role": "guest"}),
                ("/footfall/account/name", {"name": formula})):
            browser.post(address, fields, keep=False)
            tally()
        database.execute("insert into audit_entry (organisation_id, person_name, action, object, network) values (%s, %s, %s, %s, %s)",
                         (tenant.organisation, formula, formula, formula, formula))
    content = browser.get(f"{tenant.home}/audit.csv")
    assert content.status == 200 and "1+1" in content.text
    assert sorted(set(dangerous(content.body))) == []


def test_a_list_separator_begins_no_formula_either(world, database, tenant, tally):
    """Where the spreadsheet's language has another separator (most of Europe), it splits at that one: what follows must not
    be a formula. In quotation marks a cell is whole."""
    browser = world.browser(tenant.people["owner"])
    for formula in ("a;=1+1", "a\t=1+1", "a;@SUM(1)", "a;-1+1|cmd"):
        database.execute("insert into audit_entry (organisation_id, person_name, action, object) values (%s, 'x', 'x', %s)", (tenant.organisation, formula))
        tally()
    lines = [line for line in browser.get(f"{tenant.home}/audit.csv").text.splitlines() if ";=1+1" in line or "\t=1+1" in line or ";@SUM" in line or ";-1+1" in line]
    assert len(lines) >= 4
    unquoted = [line for line in lines if re.search(r'(^|,)[^",]*[;\t][=+@-]', line)]
    assert unquoted == []
