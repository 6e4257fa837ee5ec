/// How something ended, as a coloured word. The word says everything; the colour only helps to find it.
func badge(_ text: String, isGood: Bool? = nil) -> HTML {
    let kind: HTML = isGood == true ? "badge good" : isGood == false ? "badge bad" : "badge"
    return "<span class=\"\(kind)\">\(text)</span>"
}
