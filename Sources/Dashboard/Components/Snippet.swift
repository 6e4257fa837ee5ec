/// The lines that a site pastes into its pages, ready to be copied. `origin` is where this dashboard was opened, such
/// as `https://stats.example`; without it the snippet is relative, which is right behind the site's own nginx.
///
/// - Parameter hasToken: whether the script brings a token of the site's along.
func snippet(key: String, origin: String, hasToken: Bool = false) -> HTML {
    let parameter: HTML = hasToken ? "?s=\(key)" : .empty
    return """
        <pre class="snippet" tabindex="0" role="region" aria-label="Snippet to paste"><code>\
        &lt;script defer src="\(origin)/footfall.js\(parameter)" data-site="\(key)"&gt;&lt;/script&gt;
        &lt;noscript&gt;&lt;img src="\(origin)/p.gif?s=\(key)" alt="" width="1" height="1"&gt;&lt;/noscript&gt;\
        </code></pre>
        """
}
