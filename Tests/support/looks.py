"""How a page looks, on a telephone and on a desk, by day and by night: what axe-core says of it, that nothing hangs out of
it, and a picture for whoever wants to see."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

SCREENSHOTS = Path(__file__).resolve().parents[2] / ".run" / "screenshots"
WIDTHS = [360, 1280]
SCHEMES = ["light", "dark"]


def look(page, name):
    """What is wrong with the page that is open."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    found = []
    # What is behind buttons, too.
    page.evaluate("for (const details of document.querySelectorAll('details')) { details.removeAttribute('name'); details.open = true }")
    for width in WIDTHS:
        for scheme in SCHEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            where = (name, width, scheme)
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
            for violation in Axe().run(page).response["violations"]:
                found.append((*where, violation["id"], violation["nodes"][0]["html"][:200]))
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append((*where, f"hangs out by {wide} pixels"))
            # What cannot be pressed with a finger (WCAG 2.2, 2.5.8: 24 pixels).
            small = page.evaluate(
                """[...document.querySelectorAll('main button')].filter(button => {
                    const box = button.getBoundingClientRect(); return box.width && (box.width < 24 || box.height < 24)
                }).map(button => button.outerHTML)""")
            found += [(*where, "too small", button) for button in small]
    return found
