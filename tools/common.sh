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

# step "what" command...: runs quietly, says how long it took; on failure shows the end of what it printed.
step() {
    local what=$1 log started code=0
    shift
    log=$(mktemp)
    started=$SECONDS
    printf '  %-44s' "$what"
    "$@" >"$log" 2>&1 || code=$?
    if [ "$code" -ne 0 ]; then
        printf 'failed\n\n'
        tail -n 40 "$log" >&2
        rm -f "$log"
        return "$code"
    fi
    rm -f "$log"
    printf '%4d s\n' $((SECONDS - started))
}

# A TCP port on loopback that nobody listens on at the moment.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

port_is_free() {
    python3 -c 'import socket, sys; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", int(sys.argv[1])))' "$1" 2>/dev/null
}

# Swift's toolchain, wherever it was unpacked.
find_swift() {
    local folder
    command -v swift >/dev/null && return
    for folder in /opt/swift/usr/bin /opt/swift/bin /usr/local/swift/usr/bin "$HOME/.local/share/swiftly/bin"; do
        if [ -x "$folder/swift" ]; then
            PATH=$folder:$PATH
            return
        fi
    done
    fail "Swift 6.3 is missing. Get it from https://www.swift.org/install/linux/ and put its usr/bin into PATH."
}
