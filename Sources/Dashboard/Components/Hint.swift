/// What a word means: on hover as a tooltip, and on a click or tap as a note that stays. The notes of a page share a
/// name, so that opening one closes the other.
func hint(_ word: String, _ definition: String) -> HTML {
    """
    <details class="hint" name="hint"><summary title="\(definition)" aria-label="What “\(word)” means">?</summary>\
    <p>\(definition)</p></details>
    """
}
