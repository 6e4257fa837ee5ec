import Accounts

/// `/footfall/organisation/N/brand`: how its pages look.
struct BrandPage {
    let frame: OrganisationFrame

    /// The whole document.
    var html: HTML {
        let brand = frame.details.organisation.brand
        let logo: HTML =
            brand.logo.isEmpty
            ? .empty
            : tickField("without_logo", "Take the picture away", isOn: false)
        let fields: HTML = """
            \(FormField(name: "brand_name", label: "Name", value: brand.name, help: "Shown instead of Footfall. Empty: Footfall.").html)\
            <label class="field"><span>Picture</span><input type="file" name="logo" accept="image/png,image/jpeg,image/webp,image/gif" \
            aria-describedby="logo-help"><small id="logo-help">PNG, JPEG, WebP or GIF, 48 KiB at most. Empty: as it is.</small></label>
            \(logo)\(tickField("has_colour", "A colour of its own", isOn: !brand.colour.isEmpty))\
            <label class="field"><span>Colour</span><input type="color" name="colour" value="\(brand.colour.isEmpty ? "#2f57d6" : brand.colour)"></label>
            \(tickField("names_footfall", "Say “Powered by Footfall” at the foot of pages", isOn: brand.namesFootfall))
            """
        let paths: HTML = """
            \(FormField(name: "script_path", label: "Path of the script", value: brand.scriptPath, help: "Empty: /footfall.js", placeholder: "/steps.js").html)\
            \(FormField(name: "endpoint_path", label: "Path to which it sends", value: brand.endpointPath, help: "Empty: /e", placeholder: "/steps").html)
            """
        return frame.html(
            "Looks", current: "brand",
            settingsCard(
                "brand", "Pages, shared links, and names of the script",
                """
                <p>How the pages of this organisation’s sites look, for its people and behind shared links; and under which names \
                their pages load the script. Lists of filters know <code>/footfall.js</code> and <code>/e</code>.</p>
                \(FormCard(action: frame.address("brand"), token: frame.token, fields: fields + paths, button: "Save", hasFile: true).html)
                """)
                + settingsCard("names", "What nginx needs for these names", names(brand)))
    }

    private func names(_ brand: Brand) -> HTML {
        let script = brand.scriptPath.isEmpty ? "/steps.js" : brand.scriptPath
        let endpoint = brand.endpointPath.isEmpty ? "/steps" : brand.endpointPath
        return """
            <p>In the <code>server</code> block of the site’s nginx, so that names of your own lead to Footfall:</p>
            <pre class="snippet" tabindex="0" role="region" aria-label="Lines for nginx"><code>\
            location = \(script) { rewrite ^ /footfall.js last; }
            location = \(endpoint) { client_max_body_size 0; rewrite ^ /e last; }
            location = \(endpoint).gif { rewrite ^ /p.gif last; }</code></pre>
            <p>Each site’s settings show the lines for its pages with these names.</p>

            """
    }
}
