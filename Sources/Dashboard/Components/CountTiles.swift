/// A number with what it means and what to know beside it.
struct CountTile {
    /// What is counted.
    let title: String
    /// What that means, exactly.
    let definition: String
    /// The number, or what stands in its place.
    let value: HTML
    /// A few words below the number.
    let note: HTML
}

/// Six numbers in a row, or in two or three where there is less room.
func countTiles(_ tiles: [CountTile]) -> HTML {
    func show(_ tile: CountTile) -> HTML {
        """
        <div class="tile"><dt><span>\(tile.title)</span>\(hint(tile.title, tile.definition))</dt>\
        <dd class="figure">\(tile.value)</dd><dd class="beside">\(tile.note)</dd></div>

        """
    }
    return "<dl class=\"tiles six\">\n\(each: tiles, show)</dl>"
}
