# Sourced by tools/stack: the program itself, with its database migrated and the demo's site in it.
# shellcheck shell=bash

# What differs from config/footfall.json5.
export_gateway_environment() {
    export FOOTFALL_CONFIG=${FOOTFALL_RUN_CONFIG:-$root/config/footfall.json5}
    FOOTFALL_LISTEN_INGEST=$(sockets)/ingest.sock
    FOOTFALL_LISTEN_WEB=$(sockets)/web.sock
    FOOTFALL_DATABASE_URL=$(database_url)
    FOOTFALL_DATABASE_WEB_URL=$(web_url)
    FOOTFALL_WEB_URL=http://127.0.0.1:${port:-$(nginx_port)}
    FOOTFALL_REDIS_URL=unix:$(redis_socket)
    FOOTFALL_DATABASE_MIGRATIONS=$root/config/migrations
    FOOTFALL_JOURNAL_FOLDER=${FOOTFALL_RUN_JOURNAL:-$state/journal}
    FOOTFALL_REPLAY_SPOOL=$state/spool
    export FOOTFALL_LISTEN_INGEST FOOTFALL_LISTEN_WEB FOOTFALL_DATABASE_URL FOOTFALL_DATABASE_WEB_URL
    export FOOTFALL_WEB_URL FOOTFALL_REDIS_URL
    export FOOTFALL_DATABASE_MIGRATIONS FOOTFALL_JOURNAL_FOLDER FOOTFALL_REPLAY_SPOOL
    # Benchmarks and some tests send more than anybody may, from one address. What limits cost is paid all the same.
    if [ "${FOOTFALL_RUN_NGINX_LIMITS:-on}" = off ]; then
        export FOOTFALL_LIMITS_SITE_EVENTS_PER_SECOND=1000000 FOOTFALL_LIMITS_KEY_EVENTS_PER_SECOND=1000000
        export FOOTFALL_LIMITS_ADDRESS_EVENTS_PER_SECOND=1000000
    fi
}

# prepare "what failed" word...: one of the program's subcommands.
prepare() {
    local what=$1
    shift
    "$binary" "$@" >>"$log/gateway.log" 2>&1 && return
    tail -n 15 "$log/gateway.log" >&2
    fail "$what"
}

start_gateway() {
    [ -x "$binary" ] || fail "there is no $binary: run tools/build first"
    export_gateway_environment
    prepare "the database could not be migrated" migrate
    prepare "the demo's site could not be added" \
        site add shop.example --key demo --host localhost --host 127.0.0.1 --if-missing
    launch gateway "$state" "${by_clock[@]}" "$binary" serve
    until_works gateway "$binary" health
}

# It may take its stop_seconds to answer what is under way.
stop_gateway() { halt gateway TERM 40; }
