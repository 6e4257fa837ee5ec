# Sourced by tools/bench: the memory of the process that takes events.
# shellcheck shell=bash

memory() { /usr/bin/python3 "$root/Tests/Benchmarks/memory.py" "$@"; }

# The largest resident size that the kernel has seen, after everything that was measured so far.
report_memory() {
    local process peak
    process=$(ingest_process)
    peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$process/status")
    title "Memory under load"
    figure "gateway memory under load, largest" "$((peak / 1024))" "$((peak / 1024)) MiB" '<= 64' MiB
}

idle_count=5000

open_idle() {
    local word
    coproc IDLE { exec /usr/bin/python3 "$root/Tests/Benchmarks/idle.py" "$FOOTFALL_LISTEN_INGEST" "$idle_count" "$(new_run)"; }
    idle_process=$IDLE_PID
    helpers+=("$idle_process")
    read -r -t 120 -u "${IDLE[0]}" word || fail "$idle_count idle connections could not be opened"
    [ "$word" = open ]
}

close_idle() {
    kill "$idle_process"
    wait "$idle_process" 2>/dev/null || true
}

# In a process that has not worked yet: one that has could put the connections where its load has left room.
measure_idle() {
    local process before after with=() without=() round each ratio
    title "$idle_count idle kept connections"
    until_loaded
    remember_counters
    "$root/tools/stack" stop "$work/gateway" gateway
    "$root/tools/stack" start "$work/gateway" gateway
    generate "$port" "$work/warm.txt" -n 2000
    until_loaded
    process=$(ingest_process)
    before=$(memory now "$process")
    open_idle
    until_loaded
    after=$(memory now "$process")
    if [ "$(find "/proc/$process/fd" -mindepth 1 | wc -l)" -lt "$idle_count" ]; then fail "the gateway did not keep the idle connections"; fi
    each=$(calculate "($after - $before) / $idle_count" %.1f)
    for round in $(seq "$rounds"); do
        with+=("$(beacons "$port")")
        close_idle
        until_loaded
        without+=("$(beacons "$port")")
        open_idle
        with+=("$(beacons "$port")")
        until_loaded
        printf '  round %d: with them %7.0f/s and %7.0f/s   without %7.0f/s\n' "$round" "${with[-2]}" "${with[-1]}" "${without[-1]}"
    done
    close_idle
    ratio=$(calculate "$(median "${with[@]}") / $(median "${without[@]}")")
    figure "gateway memory for each of $(thousands "$idle_count") idle connections" "$each" "$each KiB" '<= 20' KiB
    figure "\`POST /e\` with these idle connections ÷ without" "$ratio" "$(calculate "$ratio" %.2f)" '>= 0.95'
}

# `make soak`: a constant rate for a long time.
measure_soak() {
    local soak_seconds=${FOOTFALL_SOAK_SECONDS:-600} soak_rate=${FOOTFALL_SOAK_RATE:-10000} process watcher slope file=$work/memory.txt
    process=$(ingest_process)
    title "Soak: $(thousands "$soak_rate") events/s for $soak_seconds s"
    memory watch "$process" "$soak_seconds" "$file" &
    watcher=$!
    helpers+=("$watcher")
    show_soak "$file" "$watcher" &
    helpers+=($!)
    generate "$port" "$work/soak.txt" -s "$soak_seconds" -r "$soak_rate"
    wait "$watcher"
    memory slope "$file" >"$work/slope.txt"
    slope=$(value slope_kib_per_minute "$work/slope.txt")
    check_counters
    figure "events a second, of $(thousands "$soak_rate") that were due" "$(value events_per_second "$work/soak.txt")" \
        "$(thousands "$(value events_per_second "$work/soak.txt")")"
    figure "largest resident size" "$(calculate "$(value largest_kib "$work/slope.txt") / 1024")" \
        "$(calculate "$(value largest_kib "$work/slope.txt") / 1024" %.1f) MiB" '<= 64' MiB
    # At 600,000 events a minute a tenth of a byte for each; the allocator's own movements are of this size.
    figure "slope of the resident size after the first fifth, from $(thousands "$(value first_kib "$work/slope.txt")") to $(thousands "$(value last_kib "$work/slope.txt")") KiB" \
        "$slope" "$slope KiB a minute" '<= 64' 'KiB a minute'
    # Of nginx's connections each worker keeps up to 64 when they are idle, and every client may need one more.
    figure "open descriptors, largest number" "$(value largest_descriptors "$work/slope.txt")" \
        "$(value largest_descriptors "$work/slope.txt")" "<= $((connections + 64 * $(nproc) + 64))"
    figure "slope in the second half" "$(value late_slope_kib_per_minute "$work/slope.txt")" \
        "$(value late_slope_kib_per_minute "$work/slope.txt") KiB a minute"
    figure "\`POST /e\` at this rate: p99 (longest $(milliseconds "$(value max "$work/soak.txt")") ms)" \
        "$(milliseconds "$(value p99 "$work/soak.txt")")" "$(milliseconds "$(value p99 "$work/soak.txt")") ms"
}

# A line every half a minute: somebody waits.
show_soak() {
    local silence
    # A pipe that says nothing, instead of a process that sleeps and would outlive this one.
    exec {silence}<> <(:)
    while kill -0 "$2" 2>/dev/null; do
        read -r -t 30 -u "$silence" _ || true
        tail -n 1 "$1" | awk '{ printf "  %4d s: %d KiB resident, %d descriptors\n", $1, $2, $3 }'
    done
}
