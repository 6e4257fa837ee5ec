# Sourced by tools/bench: how often the process that takes events asks for memory, for each event: through the edge, the
# chain, the journal and into PostgreSQL. Times differ from machine to machine; this hardly does, so that a test can
# hold it.
# shellcheck shell=bash

budget_file=$root/Tests/Benchmarks/allocations.budget

# The gateway as usual, with the counting library before it.
count_allocations() {
    local library=$work/allocations.so
    compile "$library" -shared -fPIC "$root/Tests/Benchmarks/allocations.c"
    mkdir "$work/counts"
    printf '#!/bin/sh\nexec env LD_PRELOAD=%q ALLOCATION_COUNTS=%q %q "$@"\n' \
        "$library" "$work/counts" "$root/.build/release/footfall" >"$work/counted"
    chmod 755 "$work/counted"
    export FOOTFALL_RUN_BINARY=$work/counted
}

# Prints calls and bytes so far.
read_allocations() { od -A n -t u8 "$work/counts/$(ingest_process)" | xargs; }

measure_allocations() {
    local events=${FOOTFALL_BENCH_EVENTS:-40000} before after calls bytes budget
    title "Allocations for each event, $(thousands "$events") events"
    # Caches fill, connections open.
    generate "$port" "$work/warm.txt" -n 5000 -r 5000
    until_loaded
    before=$(read_allocations)
    # At a constant rate, so that as many events as always come together in a commit and in a batch.
    generate "$port" "$work/allocations.txt" -n "$events" -r 5000
    until_loaded
    after=$(read_allocations)
    calls=$(calculate "(${after% *} - ${before% *}) / $events" %.2f)
    bytes=$(calculate "(${after#* } - ${before#* }) / $events" %.0f)
    budget=$(awk '!/^#/ { print $1; exit }' "$budget_file")
    say "  $calls allocations and $bytes bytes for each event; the budget is $budget allocations"
    if [ "$(calculate "$calls > $budget" %d)" = 1 ]; then
        fail "an event costs $calls allocations, and $budget are allowed (Tests/Benchmarks/allocations.budget). \`tools/bench profile\` shows who asks."
    fi
}
