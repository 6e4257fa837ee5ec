import Accounts
import EventModel

/// The lines that a site pastes into its pages, ready to be copied. `origin` is where this dashboard was opened, such
/// as `https://stats.example`; without it the snippet is relative, which is right behind the site's own nginx.
func snippet(_ site: Site, origin: String, brand: Brand) -> HTML {
    // Names of the organisation's own are those of the site's own nginx.
    let host = brand.scriptPath.isEmpty ? origin : ""
    let script = brand.scriptPath.isEmpty ? "/footfall.js" : brand.scriptPath
    let parameter: HTML = site.needsScriptToken ? "?s=\(site.key)" : .empty
    let pixel = brand.endpointPath.isEmpty ? "\(origin)/p.gif" : "\(brand.endpointPath).gif"
    let endpoint: HTML = brand.endpointPath.isEmpty ? .empty : " data-endpoint=\"\(brand.endpointPath)\""
    return """
        <pre class="snippet" tabindex="0" role="region" aria-label="Snippet to paste"><code>\
        &lt;script defer src="\(host)\(script)\(parameter)" data-site="\(site.key)"\(endpoint)&gt;&lt;/script&gt;
        &lt;noscript&gt;&lt;img src="\(pixel)?s=\(site.key)" alt="" width="1" height="1"&gt;&lt;/noscript&gt;\
        </code></pre>
        """
}
