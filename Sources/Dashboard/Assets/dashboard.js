// Footfall's dashboard works without this script; it only spares a click or a load of the page here and there.
(() => {
  "use strict";

  // A page that shows now: fetched again every few seconds while somebody looks, and changed in place.
  const live = document.querySelector("[data-refresh]");
  if (live) {
    const seconds = Number(live.dataset.refresh) || 10;
    const look = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(live.id);
        // Somebody may be reading a row with the keyboard: then it stays where it is until they have gone on.
        if (fresh && !live.contains(document.activeElement)) live.replaceChildren(...fresh.childNodes);
      } catch {
        // The network is away; the next look may find it.
      }
    };
    setInterval(look, seconds * 1000);
    document.addEventListener("visibilitychange", look);
  }

  // What is open closes with Escape, and by a click beside it.
  const open = () => document.querySelectorAll("details.more[open], details.hint[open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const details of open()) {
      details.open = false;
      details.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const details of open()) if (!details.contains(event.target)) details.open = false;
  });
})();
