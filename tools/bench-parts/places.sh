# Sourced by tools/bench: the gateway's whole stack, the two floors behind nginx with the same configuration, and the
# generators of load. All of it in $work, and gone at the end.
# shellcheck shell=bash

# Data belong on a disk: in memory fdatasync would cost nothing, and the figures be worth as much.
make_work_folder() {
    local folder=${FOOTFALL_BENCH_FOLDER:-${TMPDIR:-/tmp}}
    if [ "$(stat -f -c %T "$folder")" = tmpfs ]; then folder=/var/tmp; fi
    if [ "$(stat -f -c %T "$folder")" = tmpfs ]; then
        fail "$folder is in memory, where no disk is waited for. Set FOOTFALL_BENCH_FOLDER to a folder on a disk."
    fi
    work=$(mktemp -d "$folder/footfall-bench.XXXXXX")
    chmod 755 "$work" # PostgreSQL's user has to get through
}

helpers=()
# shellcheck disable=SC2317  # called by the trap
clean() {
    local helper place
    trap '' INT TERM HUP
    for helper in "${helpers[@]}"; do kill "$helper" 2>/dev/null || true; done
    for place in gateway nothing commit; do
        if [ -d "$work/$place" ]; then "$root/tools/stack" down "$work/$place" || true; fi
    done
    remove_small_group
    rm -rf "$work"
}

compile() { gcc -O2 -Wall -Wextra -Werror -o "$@"; }

build_helpers() {
    local from=$root/Tests/Benchmarks
    compile "$work/floor" "$from/floor.c" "$from/commit.c" -lfcgi -lpthread
    compile "$work/load" "$from/load.c"
}

# The gateway with PostgreSQL, Redis and nginx. PostgreSQL waits for its disk, too, whatever the caller's tests do.
start_stack() {
    port=$(free_port)
    # nginx's limits for one address would be what is measured: there is one client here.
    export FOOTFALL_RUN_NGINX_LIMITS=off
    export FOOTFALL_RUN_POSTGRES_OPTIONS='-c shared_buffers=256MB -c max_wal_size=4GB'
    "$root/tools/stack" up "$work/gateway" "$port"
    tell_visitors_apart
    # shellcheck disable=SC1091
    . "$work/gateway/environment"
}

# Loopback has one client, and a visitor is an address and a browser: nginx takes the address from a header that only the
# generators send.
tell_visitors_apart() {
    printf 'set_real_ip_from 127.0.0.1;\nreal_ip_header X-Bench-Address;\n' >>"$work/gateway/nginx/footfall-http.conf"
    "$root/tools/stack" stop "$work/gateway" nginx
    "$root/tools/stack" start "$work/gateway" nginx
}

# start_floor NAME [FILE]: the C responder, behind a copy of the gateway's nginx on a port of its own, in floor_port[NAME].
declare -A floor_port=()
start_floor() {
    local place=$work/$1
    shift
    floor_port[${place##*/}]=$(free_port)
    mkdir -p "$place/sockets"
    "$work/floor" "$place/sockets/ingest.sock" 4 "$@" >/dev/null 2>"$work/floor.log" &
    helpers+=($!)
    cp -a "$work/gateway/nginx" "$place/"
    rm -f "$place/nginx/nginx.pid"
    sed -i -e "s|$work/gateway/|$place/|g" -e "s|$(readlink -f "$work/gateway/sockets")/|$place/sockets/|g" \
        -e "s|127.0.0.1:$port;|127.0.0.1:${floor_port[${place##*/}]};|" "$place/nginx"/*.conf
    "$root/tools/stack" start "$place" nginx
    until_floor_answers "${floor_port[${place##*/}]}"
}

until_floor_answers() {
    local deadline=$((SECONDS + 60))
    until curl -fsS -o /dev/null -d x "http://127.0.0.1:$1/e" 2>/dev/null; do
        if [ $SECONDS -ge $deadline ]; then fail "the C responder does not answer: $(cat "$work/floor.log")"; fi
        sleep 0.1
    done
}

start_floors() {
    start_floor nothing
    start_floor commit "$work/commit.bin"
}

# The process that takes events: the child of the one that watches.
ingest_process() {
    pgrep -P "$("$root/tools/stack" pid "$work/gateway" gateway)" -f 'serve ingest' ||
        fail "the ingest process does not run: $(tail -n 5 "$work/gateway/log/gateway.log")"
}
