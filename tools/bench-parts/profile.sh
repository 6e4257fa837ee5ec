# Sourced by tools/bench: where the process that takes events spends its time, and who in it asks for memory, by perf's
# samples of its stacks.
# shellcheck shell=bash

# record FILE LOAD option...: the stacks of the ingest process while LOAD, a function, runs.
record() {
    local file=$1 load=$2 recorder
    shift 2
    # Swift keeps frame pointers.
    perf record -q --call-graph fp "$@" -p "$(ingest_process)" -o "$work/perf.data" >"$work/perf.log" 2>&1 &
    recorder=$!
    helpers+=("$recorder")
    sleep 0.5
    "$load"
    kill -INT "$recorder"
    wait "$recorder" || true
    perf script -i "$work/perf.data" -F comm,ip,sym,dso 2>"$work/perf.log" | swift demangle --simplified >"$file"
    [ -s "$file" ] || fail "perf recorded nothing: $(cat "$work/perf.log")"
}

as_fast_as_possible() {
    requests=$(beacons "$port")
    until_loaded
}

few=2000
a_few_events() {
    generate "$port" "$work/few.txt" -n "$few" -r 1000
    until_loaded
}

summary() { /usr/bin/python3 "$root/Tests/Benchmarks/profile.py" "$@"; }

measure_profile() {
    local requests
    command -v perf >/dev/null || fail "perf is missing: run tools/setup profile"
    title "Profile of the process that takes events, $seconds s of POST /e on $connections connections"
    # cpu-clock, because virtual machines often have no counters.
    record "$work/time.txt" as_fast_as_possible -e cpu-clock -F 997
    {
        say "$(thousands "$requests") events/s while perf watched. $(print_machine)"
        say
        summary time "$work/time.txt"
        if [ "$(id -u)" -eq 0 ]; then profile_allocations; fi
    } | publish profile
}

# Each call of malloc, seen by a probe in libc that the kernel has as long as this takes. Root's.
profile_allocations() {
    local libc
    libc=$(ldd "$root/.build/release/footfall" | awk '/libc\.so/ { print $3 }')
    perf probe -q -x "$libc" footfall_malloc=malloc 2>/dev/null || return 0
    # In a process of its own, so that the probe goes whatever becomes of the recording.
    (record "$work/allocations.txt" a_few_events -e probe_libc:footfall_malloc) || true
    perf probe -q -d probe_libc:footfall_malloc
    if [ -s "$work/allocations.txt" ]; then summary allocations "$work/allocations.txt" "$few"; fi
}
