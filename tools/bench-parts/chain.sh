# Sourced by tools/bench: what each step of the chain costs an event, one thread, without edge, journal and stores. Times
# are printed beside a yardstick, the time of one SipHash over 150 bytes in the same run; only the allocations, which do
# not depend on the machine, can fail.
# shellcheck shell=bash

chain_budget_file=$root/Tests/Benchmarks/chain.budget

build_chain_bench() {
    FOOTFALL_BENCH_CHAIN=1 swift build -c release --static-swift-stdlib --product chain-bench \
        --scratch-path "$root/.build/bench" -Xswiftc -cross-module-optimization
}

run_chain_bench() {
    LD_PRELOAD=$work/allocations.so ALLOCATION_COUNTS=$work/counts \
        "$root/.build/bench/release/chain-bench" "$root/config/footfall.json5" "$root/Tests/Benchmarks/agents.txt" \
        "${FOOTFALL_BENCH_EVENTS:-4000}" >"$work/chain.txt"
}

print_chain() {
    awk '
        $1 == "yardstick" { yardstick = $2; next }
        { name[++count] = $1; time[count] = $2; calls[count] = $3; total += $2; all += $3 }
        END {
            print "| step | µs | × SipHash of 150 bytes | allocations |"
            print "|---|---|---|---|"
            for (i = 1; i <= count; i++)
                printf "| `%s` | %.2f | %.1f | %.1f |\n", name[i], time[i] / 1000, time[i] / yardstick, calls[i]
            printf "| **all** | **%.2f** | %.1f | **%.1f** |\n", total / 1000, total / yardstick, all
        }' "$work/chain.txt"
}

measure_chain() {
    step "release build of the bench" build_chain_bench
    compile "$work/allocations.so" -shared -fPIC "$root/Tests/Benchmarks/allocations.c"
    mkdir -p "$work/counts"
    step "running it" run_chain_bench
    title "An event in each step of the chain"
    print_chain | publish chain
    local calls budget
    calls=$(awk '$1 != "yardstick" { all += $3 } END { printf "%.1f", all }' "$work/chain.txt")
    budget=$(awk '!/^#/ { print $1; exit }' "$chain_budget_file")
    if [ "$(calculate "$calls > $budget" %d)" = 1 ]; then
        fail "the chain asks for memory $calls times an event, and $budget are allowed (Tests/Benchmarks/chain.budget)"
    fi
}
