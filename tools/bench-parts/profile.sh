# Sourced by tools/bench: where the time of the process that takes events goes, by perf's samples of its stacks.
# shellcheck shell=bash

measure_profile() {
    local process recorder
    command -v perf >/dev/null || fail "perf is missing: run tools/setup profile"
    process=$(ingest_process)
    title "Profile of the process that takes events, $seconds s of POST /e on $connections connections"
    # cpu-clock, because virtual machines often have no counters. Swift keeps frame pointers.
    perf record -q -e cpu-clock -F 997 -g -p "$process" -o "$work/perf.data" -- sleep "$seconds" >"$work/perf.log" 2>&1 &
    recorder=$!
    helpers+=("$recorder")
    requests=$(beacons "$port")
    wait "$recorder" || fail "perf could not record: $(cat "$work/perf.log")"
    until_loaded
    perf script -i "$work/perf.data" -F comm,ip,sym,dso 2>/dev/null | swift demangle --simplified >"$work/stacks.txt"
    {
        say "$(thousands "$requests") events/s while perf watched. $(print_machine)"
        say
        /usr/bin/python3 "$root/Tests/Benchmarks/profile.py" "$work/stacks.txt"
    } | publish profile
}
