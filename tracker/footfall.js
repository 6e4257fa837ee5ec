/**
 * Footfall's browser script: counts page views and the site's own events, without cookies, storage or fingerprints.
 * `tools/tracker` minifies it; what it sends is listed in README.md. Three rules: no exception leaves it, no global but
 * `footfall`, no work that a reader of the page could notice.
 */
(function (window, document, token, hour) {
  "use strict";

  /** Whatever goes wrong in here, on pages that we do not know, is not worth breaking one of them. */
  function attempt(work) {
    try {
      return work();
    } catch (error) {
      // Nobody to tell: the console belongs to the page.
    }
  }

  attempt(function () {
    const { history, location } = window;

    // The site's own calls before this script was there: a function with a list `q`, see README.md.
    const early = window.footfall;

    // Two snippets on one page must not count everything twice.
    if (early && early.active) return;

    // A module has no currentScript, and a bundle's carries no site.
    const own = document.currentScript;
    const script = own && own.dataset.site ? own : document.querySelector("script[data-site]");
    const site = script.dataset.site;
    if (!site) return;

    // Beside the script: /stats/footfall.js sends to /stats/e.
    const endpoint = script.dataset.endpoint || new URL("e", script.src).href;

    // Calls that wait for the page to be shown; null from then on.
    let waiting = (early && early.q) || [];

    // The page as last counted, without its fragment, and in full as the referrer of the next one.
    let counted;
    let previous = document.referrer;

    /** Whether nothing may be sent: not a page of the web, or the visitor has said no. */
    function isSilent() {
      // A visitor who forbids storage, where reading throws, cannot have opted out in it.
      return !/^https?:$/.test(location.protocol) || attempt(() => window.localStorage.footfall_ignore);
    }

    /** Names one event, so that a retry is not counted again. 128 bits; crypto.randomUUID would need https. */
    function randomId() {
      let id = "";
      for (const byte of window.crypto.getRandomValues(new Uint8Array(16))) id += (byte + 256).toString(16).slice(1);
      return id;
    }

    // Where the script was loaded with a token: until when that needs no other, by the hour in which the gateway made it.
    // The script may be older than the page, for browsers bring pages back with what lies in their cache. Without a token
    // this is NaN, which nothing is later than.
    let freshUntil = hour * 36e5 + 432e5;

    // The question for another token, while it is under way.
    let asking;

    /** Does `work` with a token that is good: for 24 hours one is, and after twelve there is another. */
    function withToken(work) {
      if (Date.now() > freshUntil) {
        // Whatever comes of it, nobody asks again before a minute is over.
        freshUntil = Date.now() + 6e4;
        asking = attempt(() =>
          window
            .fetch(script.src)
            .then(function (answer) {
              const other = answer.headers.get("Footfall-Token");
              if (other) {
                token = other;
                freshUntil = Date.now() + 432e5;
              }
            })
            .catch(() => {})
            .then(() => (asking = null))
        );
      }
      // A page that goes away cannot wait.
      if (asking && !document.hidden) asking.then(work);
      else work();
    }

    /** Sends an event. Where the gateway asks to come again (429, 503), that is done: the id keeps it from counting twice. */
    function deliver(event, tries) {
      withToken(() => attempt(() => post(event, tries)));
    }

    function post(event, tries) {
      // Now, for a retry comes minutes later: by these two moments the gateway knows when the event happened, and the token
      // may be another one.
      const body = event.slice(0, -1) + `,"st":${Date.now()}${token ? `,"k":"${token}"` : ""}}`;
      const request = async (keepalive) =>
        window.fetch(endpoint, { method: "POST", body, keepalive, mode: "cors", credentials: "omit" });
      const beacon = () => attempt(() => window.navigator.sendBeacon(endpoint, body));
      // A page that goes away has nobody to read an answer, and some browsers end its requests, but not its beacons.
      const isLast = attempt(() => document.hidden || !("keepalive" in window.Request.prototype));
      if (isLast && beacon()) return;
      // A string goes out as text/plain, which needs no preflight. No more than 64 KiB may be under way with keepalive and
      // as beacons, so that the next try goes without; the last one is for pages that have taken fetch away.
      request(true)
        .catch(() => request(false))
        .then(function (answer) {
          const seconds = answer.headers.get("Retry-After");
          // Not all at the same moment.
          if (seconds && tries) setTimeout(deliver, seconds * (1e3 + 500 * Math.random()), event, tries - 1);
        })
        .catch(beacon);
    }

    function send(name, properties, referrer) {
      if (isSilent()) return;
      const event = {
        s: site,
        n: name,
        u: location.href,
        r: referrer,
        // An image named "title" takes the title's place in `document`; the gateway wants a text.
        t: String(document.title),
        w: window.innerWidth,
        p: properties,
        i: attempt(randomId),
        ts: Date.now(),
        // A program that drives the browser says so (WebDriver, section 4); an iPad says "Macintosh", and has fingers.
        b: window.navigator.webdriver ? 153 : undefined,
        tp: window.navigator.maxTouchPoints,
      };
      deliver(JSON.stringify(event), 2);
    }

    function pageview() {
      attempt(function () {
        const page = location.href.split("#")[0];
        if (waiting || page === counted) return;
        counted = page;
        send("pageview", undefined, String(previous));
        previous = location.href;
      });
    }

    // Routers change the address first and the title a moment later, and often twice in a row.
    let timer;
    function pageviewSoon() {
      attempt(function () {
        clearTimeout(timer);
        timer = setTimeout(pageview, 100);
      });
    }

    /** footfall("name", { property: value }): an event of the site's own. */
    function footfall(name, properties) {
      attempt(function () {
        if (waiting) return waiting.push([name, properties]);
        // Of a page whose view still waits for its title: first the page, then what happened on it.
        pageview();
        if (name && typeof name === "string") send(name, properties);
      });
    }
    footfall.active = true;
    window.footfall = footfall;

    function start() {
      const calls = waiting;
      waiting = null;
      pageview();
      attempt(() => calls.forEach((call) => footfall(call[0], call[1])));
    }

    // The page's own exceptions (an address of another origin, say) still reach the page.
    ["pushState", "replaceState"].forEach((name) =>
      attempt(function () {
        const original = history[name];
        history[name] = function () {
          const result = original.apply(this, arguments);
          pageviewSoon();
          return result;
        };
      })
    );
    window.addEventListener("popstate", pageviewSoon);
    // Left within that moment.
    window.addEventListener("pagehide", pageview);
    // A page that comes back whole out of the back/forward cache is looked at again.
    window.addEventListener("pageshow", function (event) {
      if (event.persisted) {
        counted = null;
        pageview();
      }
    });

    // A page rendered in advance may never be shown.
    if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
    else start();
  });
})(window, document);
