# Sourced by tools/bench: arithmetic, the table of figures and targets, and its place in docs/performance.md.
# shellcheck shell=bash

# calculate EXPRESSION [FORMAT]
calculate() { awk "BEGIN { printf \"${2:-%.3f}\", ($1) }"; }
median() {
    printf '%s\n' "$@" | sort -g | awk '{ all[NR] = $1 } END { printf "%.4f", (all[int((NR + 1) / 2)] + all[int((NR + 2) / 2)]) / 2 }'
}
least() { printf '%s\n' "$@" | sort -g | head -n 1; }
largest() { printf '%s\n' "$@" | sort -g | tail -n 1; }
thousands() { printf '%.0f' "$1" | sed -E ':again; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; t again'; }

# Rows of the table: what, value with its unit, target, verdict.
figures=()

# figure "what" VALUE "shown" ">= 0.5": the target is a comparison that awk understands; empty for none.
figure() {
    local verdict='' target=${4:-}
    # awk takes nothing for zero, which would meet some targets.
    if ! [[ $2 =~ ^-?[0-9]+(\.[0-9]+)?$ ]]; then fail "\"$1\" came to \"$2\", which is no number"; fi
    if [ -n "$target" ]; then
        verdict=$(awk "BEGIN { print ($2 $target) ? \"met\" : \"**missed**\" }")
        target=${target/>=/≥} target=${target/<=/≤}
    fi
    figures+=("| $1 | $3 | $target${5:+ $5} | $verdict |")
    say "  → $1: $3${target:+ (target $target${5:+ $5}: $verdict)}"
}

# missing "what" "why": said in the table, not hidden.
missing() {
    figures+=("| $1 | not measured: $2 | | |")
    say "  → $1: not measured: $2"
}

print_table() {
    printf '| figure | value | target | |\n|---|---|---|---|\n'
    if [ ${#figures[@]} -gt 0 ]; then printf '%s\n' "${figures[@]}"; fi
}

version_of() { "$@" 2>&1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1; }

print_machine() {
    local system
    system=$(awk -F '"' '/^PRETTY_NAME=/ { print $2 }' /etc/os-release)
    printf '%s × %s, %s of memory, %s, Linux %s, journal and database on %s, nginx %s, PostgreSQL %s.' \
        "$(nproc)" "$(awk -F ': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)" \
        "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)" "$system" "$(uname -r)" \
        "$(stat -f -c %T "$work" | sed 's|ext2/ext3|ext4|')" "$(version_of nginx -v)" \
        "$(psql --no-psqlrc -At -c 'show server_version' "$FOOTFALL_TEST_DATABASE_URL" | cut -d ' ' -f 1)"
    printf ' Everything, the load included, shares the machine. %(%F)T, commit %s.' -1 \
        "$(git -C "$root" rev-parse --short HEAD)"
}

# How busy the processors are for a second, in percent: with somebody else's work, if asked before ours begins.
busy_percent() {
    { head -n 1 /proc/stat && sleep 1 && head -n 1 /proc/stat; } | awk '
        { all = 0; for (i = 2; i <= 9; i++) all += $i; idle = $5 + $6 }
        NR == 1 { all_before = all; idle_before = idle }
        END { printf "%.0f", 100 - 100 * (idle - idle_before) / (all - all_before) }'
}

# publish SECTION: prints the text on standard input, and with FOOTFALL_BENCH_WRITE=1 puts it between the lines
# `<!-- SECTION -->` and `<!-- /SECTION -->` of docs/performance.md.
publish() {
    local page=$root/docs/performance.md text=$work/section.md
    cat >"$text"
    say
    cat "$text"
    [ "${FOOTFALL_BENCH_WRITE:-}" = 1 ] || return 0
    if ! grep -qx "<!-- $1 -->" "$page" || ! grep -qx "<!-- /$1 -->" "$page"; then fail "$page has no place for \"$1\""; fi
    awk -v name="$1" -v text="$text" '
        $0 == "<!-- /" name " -->" { skip = 0 }
        !skip
        $0 == "<!-- " name " -->" { while ((getline line < text) > 0) print line; skip = 1 }' "$page" >"$work/page.md"
    cat "$work/page.md" >"$page"
}
