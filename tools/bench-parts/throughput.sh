# Sourced by tools/bench: POST /e, one event a request, against the two floors.
# shellcheck shell=bash

# Sets $requests, and $rows_per_second from the first request until PostgreSQL has the last event.
measure_gateway() {
    local before began took
    settle
    before=$(counter footfall_events_accepted_total)
    began=$EPOCHREALTIME
    requests=$(beacons "$port")
    until_loaded
    took=$(calculate "$EPOCHREALTIME - $began" %.6f)
    rows_per_second=$(calculate "($(counter footfall_events_accepted_total) - $before) / $took" %.1f)
}

# Sets $nothing and $commit, each the mean of before and after what is called. How far the two are apart is how noisy the
# machine was: $noise keeps the largest difference, in percent.
noise=0
between_floors() {
    local nothing_before commit_before nothing_after commit_after
    nothing_before=$(beacons "${floor_port[nothing]}")
    commit_before=$(beacons "${floor_port[commit]}")
    "$@"
    commit_after=$(beacons "${floor_port[commit]}")
    nothing_after=$(beacons "${floor_port[nothing]}")
    nothing=$(calculate "($nothing_before + $nothing_after) / 2" %.1f)
    commit=$(calculate "($commit_before + $commit_after) / 2" %.1f)
    noise=$(largest "$noise" "$(apart "$nothing_before" "$nothing_after")" "$(apart "$commit_before" "$commit_after")")
}

# In percent of the larger.
apart() { calculate "100 * ($1 > $2 ? 1 - $2 / $1 : 1 - $1 / $2)" %.0f; }

span() { printf '%.2f' "$(median "$@")" && if [ $# -gt 1 ]; then printf ' (%.2f–%.2f)' "$(least "$@")" "$(largest "$@")"; fi; }

measure_throughput() {
    local round over_nothing=() over_commit=() loaded=() commits=() rates=() nothing commit requests rows_per_second
    title "POST /e, one event, $connections connections, $seconds s each, PostgreSQL loading"
    rounds_table='| round | does nothing | group commit | gateway, acknowledged | in PostgreSQL, drain included |'
    rounds_table+=$'\n|---|---|---|---|---|'
    for round in $(seq "$rounds"); do
        between_floors measure_gateway
        rates+=("$requests")
        over_nothing+=("$(calculate "$requests / $nothing")")
        over_commit+=("$(calculate "$requests / $commit")")
        loaded+=("$(calculate "$rows_per_second / $nothing")")
        commits+=("$(calculate "$commit / $nothing")")
        rounds_table+=$'\n'"| $round | $(thousands "$nothing")/s | $(thousands "$commit")/s | $(thousands "$requests")/s"
        rounds_table+=" | $(thousands "$rows_per_second")/s |"
        printf '  round %d: nothing %7.0f/s   commit %7.0f/s   gateway %7.0f/s (÷ %.2f, ÷ %.2f)   in PostgreSQL %7.0f/s (÷ %.2f)\n' \
            "$round" "$nothing" "$commit" "$requests" "${over_nothing[-1]}" "${over_commit[-1]}" \
            "$rows_per_second" "${loaded[-1]}"
    done
    most_requests=$(median "${rates[@]}")
    figure "\`POST /e\`: acknowledged ÷ floor that does nothing" "$(median "${over_nothing[@]}")" \
        "$(span "${over_nothing[@]}")" '>= 0.50'
    figure "\`POST /e\`: acknowledged ÷ floor that group-commits" "$(median "${over_commit[@]}")" \
        "$(span "${over_commit[@]}")" '>= 0.70'
    figure "\`POST /e\`, end to end: rows ÷ (load + drain time) ÷ floor that does nothing" "$(median "${loaded[@]}")" \
        "$(span "${loaded[@]}")" '>= 0.40'
    figure "for comparison: floor that group-commits ÷ floor that does nothing" "$(median "${commits[@]}")" "$(span "${commits[@]}")"
}
