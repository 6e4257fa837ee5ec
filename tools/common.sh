# Sourced by the tools: where things are, and how to speak to a person.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034  # used by those who source this
state_default="$root/.run"

if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

say() { printf '%s\n' "$*"; }
title() { printf '%s%s%s\n' "$bold" "$*" "$plain"; }

# Ends the tool: what happened, and what to do about it.
fail() {
    printf 'footfall: %s\n' "$*" >&2
    exit 1
}

# step "what" command...: runs quietly, says how long it took; on failure shows the end of what was printed. All of it
# is kept in the file that $step_log names, where a tool has set that.
step() {
    local what=$1 output started=$EPOCHREALTIME code=0
    shift
    output=$(mktemp)
    printf '  %-46s' "$what"
    "$@" >"$output" 2>&1 || code=$?
    if [ -n "${step_log:-}" ]; then
        { printf -- '--- %(%F %T)T %s: %s\n' -1 "$what" "$*" && cat "$output"; } >>"$step_log"
    fi
    if [ "$code" -ne 0 ]; then
        printf 'failed\n\n'
        tail -n 40 "$output" >&2
        rm -f "$output"
        return "$code"
    fi
    rm -f "$output"
    awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN { printf "%6.1f s\n", b - a }'
}

# Whether nobody listens on this TCP port of loopback.
port_is_free() { ! (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A TCP port on loopback that nobody listens on at the moment. Below those that the kernel gives to clients
# (net.ipv4.ip_local_port_range), so that no connection of somebody else's takes it before we do.
free_port() {
    local port _
    for _ in {1..50}; do
        port=$((10240 + SRANDOM % 20000))
        if port_is_free "$port"; then
            printf '%s' "$port"
            return
        fi
    done
    fail "no free TCP port was found on 127.0.0.1"
}

# Swift's toolchain, wherever it was unpacked.
find_swift() {
    local folder
    command -v swift >/dev/null && return
    for folder in /opt/swift/usr/bin /opt/swift/bin /usr/local/swift/usr/bin "${HOME:-}/.local/share/swiftly/bin"; do
        if [ -x "$folder/swift" ]; then
            PATH=$folder:$PATH
            return
        fi
    done
    fail "Swift 6.3 is missing. Get it from https://www.swift.org/install/linux/ and put its usr/bin into PATH."
}

# ---- side by side ----------------------------------------------------------------------------------------------------

# What waits for answers most of the time leaves half of a machine idle. Each lane is one process, which is interrupted as
# the terminal would, so that it puts away what it has started.
lanes=()
lane_logs=()
lane_folders=()

# lane FILE command...: begins a command whose output goes into the file. A function has to end with exec.
lane() {
    local folder
    # pytest makes the folder above all of its runs its user's alone, while PostgreSQL's user works in that of the other
    # lane. A short name: a unix socket's has 107 characters.
    folder=$(mktemp -d "${TMPDIR:-/tmp}/lXXXXXX")
    chmod 755 "$folder"
    lane_folders+=("$folder")
    # Without it bash has what is in the background ignore interrupts.
    set -m
    PYTEST_DEBUG_TEMPROOT=$folder "${@:2}" >"$1" 2>&1 </dev/null &
    set +m
    lanes+=($!)
    lane_logs+=("$1")
}

# Waits for all lanes and prints what they have printed, one after the other. Returns the largest of their codes, where 5,
# pytest's for nothing chosen, counts as well.
join_lanes() {
    local place code worst=0
    for place in "${!lanes[@]}"; do
        code=0
        wait "${lanes[place]}" || code=$?
        cat "${lane_logs[place]}"
        if [ "$code" -ne 5 ] && [ "$code" -gt "$worst" ]; then worst=$code; fi
    done
    rm -rf "${lane_folders[@]}"
    lanes=() lane_logs=() lane_folders=()
    return "$worst"
}

# For traps: ends the lanes that are still there.
end_lanes() {
    local pid
    for pid in "${lanes[@]}"; do
        kill -INT "$pid" 2>/dev/null || true
        wait "$pid" || true
    done
    if [ "${#lane_folders[@]}" -gt 0 ]; then rm -rf "${lane_folders[@]}"; fi
    lanes=() lane_folders=()
}
