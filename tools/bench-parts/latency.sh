# Sourced by tools/bench: how long an answer takes at half of the rate that is possible.
# shellcheck shell=bash

# latency PORT: sets $p50, $p99 and $p999, in microseconds.
latency() {
    generate "$1" "$work/latency.txt" -s "$seconds" -r "$rate"
    p50=$(value p50 "$work/latency.txt") p99=$(value p99 "$work/latency.txt") p999=$(value p999 "$work/latency.txt")
}

milliseconds() { calculate "$1 / 1000" %.2f; }

measure_latency() {
    local rate round gateway=() floor=() commits=() most=() middle=() ratio p50 p99 p999
    # Without an earlier part of this run there is no maximum yet.
    : "${most_requests:=$(beacons "$port")}"
    rate=$(calculate "$most_requests / 2" %.0f)
    title "Latency at half of the maximum: $(thousands "$rate") requests/s, counted from when each was due"
    until_loaded
    for round in $(seq "$rounds"); do
        latency "${floor_port[nothing]}"
        floor+=("$p99")
        latency "${floor_port[commit]}"
        commits+=("$p99")
        settle
        latency "$port"
        middle+=("$p50") gateway+=("$p99") most+=("$p999")
        until_loaded
        latency "${floor_port[nothing]}"
        floor+=("$p99")
        printf '  round %d: floor p99 %s and %s ms, the one that commits %s ms   gateway p50 %s ms, p99 %s ms, p99.9 %s ms\n' "$round" \
            "$(milliseconds "${floor[-2]}")" "$(milliseconds "${floor[-1]}")" "$(milliseconds "${commits[-1]}")" \
            "$(milliseconds "${middle[-1]}")" "$(milliseconds "${gateway[-1]}")" "$(milliseconds "${most[-1]}")"
    done
    p99=$(median "${gateway[@]}")
    ratio=$(calculate "$p99 / $(median "${floor[@]}")")
    figure "\`POST /e\` at half of the maximum: p99 (p50 $(milliseconds "$(median "${middle[@]}")") ms, p99.9 $(milliseconds "$(median "${most[@]}")") ms)" \
        "$(milliseconds "$p99")" "$(milliseconds "$p99") ms" '<= 10' ms
    figure "the same ÷ p99 of the floor that does nothing ($(milliseconds "$(median "${floor[@]}")") ms)" \
        "$ratio" "$(calculate "$ratio" %.2f)" '<= 3'
    ratio=$(calculate "$(median "${commits[@]}") / $(median "${floor[@]}")")
    figure "for comparison: p99 of the floor that group-commits ÷ that of the one that does nothing" \
        "$ratio" "$(calculate "$ratio" %.2f)"
}
