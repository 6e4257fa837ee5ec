/**
 * Footfall's browser script: counts page views and the site's own events, without cookies, storage or fingerprints.
 * `tools/tracker` minifies it; what it sends is listed in README.md. Three rules: no exception leaves it, no global but
 * `footfall`, no work that a reader of the page could notice.
 */
(function (window, document) {
  "use strict";

  // The site's own calls before this script was there: window.footfall = function () { (footfall.q = …).push(arguments) }
  var early = window.footfall;

  // Two snippets on one page must not count everything twice.
  if (early && early.active) return;

  var location = window.location;
  var navigator = window.navigator;
  var history = window.history;

  // A module has no currentScript.
  var script = document.currentScript || document.querySelector("script[data-site]");
  var site = script && script.getAttribute("data-site");
  if (!site) return;

  // Beside the script: /stats/footfall.js sends to /stats/e.
  var endpoint = script.getAttribute("data-endpoint") || script.src.replace(/[^/]*$/, "e");

  // The page as last counted, without its fragment, and in full as the referrer of the next one.
  var counted;
  var previous = document.referrer;

  /** Whether nothing may be sent: not a page of the web, or the visitor has said no. */
  function isSilent() {
    if (!/^https?:$/.test(location.protocol)) return true;
    try {
      return window.localStorage.footfall_ignore;
    } catch (denied) {
      // A visitor who forbids storage cannot have opted out in it.
      return false;
    }
  }

  /** Names one event, so that a retry is not counted again. 128 bits; crypto.randomUUID would need https. */
  function randomId() {
    var id = "";
    window.crypto.getRandomValues(new Uint8Array(16)).forEach(function (byte) {
      id += (byte + 256).toString(16).slice(1);
    });
    return id;
  }

  function send(name, properties, referrer) {
    try {
      if (isSilent()) return;
      var body = JSON.stringify({
        s: site,
        n: name,
        u: location.href,
        r: referrer,
        t: document.title,
        w: window.innerWidth,
        p: properties,
        i: randomId(),
        ts: Date.now(),
      });
      // A string goes out as text/plain, which needs no preflight. False: the page's quota of 64 KiB is used up, or
      // something forbids beacons.
      if (navigator.sendBeacon && navigator.sendBeacon(endpoint, body)) return;
      window.fetch(endpoint, { method: "POST", body: body, keepalive: true, credentials: "omit" }).catch(function () {});
    } catch (error) {
      // Whatever it is, it is not worth breaking somebody's page.
    }
  }

  function pageview() {
    var page = location.href.split("#")[0];
    if (page === counted) return;
    counted = page;
    send("pageview", undefined, previous);
    previous = location.href;
  }

  // Routers change the address first and the title a moment later, and often twice in a row.
  var pending;
  function pageviewSoon() {
    clearTimeout(pending);
    pending = setTimeout(pageview, 100);
  }

  /** Lets a method of history work as before, and looks at the address afterwards. */
  function watch(name) {
    var original = history[name];
    history[name] = function () {
      var result = original.apply(this, arguments);
      pageviewSoon();
      return result;
    };
  }

  /** footfall("name", { property: value }): an event of the site's own. */
  function footfall(name, properties) {
    if (typeof name === "string" && name) send(name, properties);
  }
  footfall.active = true;

  function start() {
    pageview();
    var queue = (early && early.q) || [];
    for (var i = 0; i < queue.length; i++) footfall.apply(null, queue[i]);
    early = null;
  }

  try {
    window.footfall = footfall;
    watch("pushState");
    watch("replaceState");
    window.addEventListener("popstate", pageviewSoon);
    // A page that comes back whole out of the back/forward cache is looked at again.
    window.addEventListener("pageshow", function (event) {
      if (event.persisted) {
        counted = undefined;
        pageview();
      }
    });
    // A page rendered in advance may never be shown.
    if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
    else start();
  } catch (error) {
    // See send().
  }
})(window, document);
