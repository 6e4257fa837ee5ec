# Sourced by tools/bench: sending events, and asking gateway and database what became of them.
# shellcheck shell=bash

# Eight hexadecimal digits that no other run has.
new_run() { printf '%08x' "$SRANDOM"; }

# beacons PORT: POST /e as fast as answers come, with wrk; prints requests a second.
beacons() {
    wrk -t 2 -c "$connections" -d "${seconds}s" -s "$root/Tests/Benchmarks/beacon.lua" "http://127.0.0.1:$1/e" \
        -- "$root/Tests/Benchmarks/agents.txt" "$(new_run)" >"$work/wrk.txt"
    if grep -qE 'Non-2xx|Socket errors' "$work/wrk.txt"; then
        cat "$work/wrk.txt" >&2
        fail "some requests were refused: the figures would be worth nothing"
    fi
    awk '/Requests\/sec/ { print $2 }' "$work/wrk.txt"
}

# generate PORT FILE option...: our own generator; what it measured is in FILE.
generate() {
    local to=$1 file=$2
    shift 2
    "$work/load" -c "$connections" "$@" "$to" "$root/Tests/Benchmarks/agents.txt" "$(new_run)" >"$file"
}

# value NAME FILE: one of the lines `name value`.
value() { awk -v name="$1" '$1 == name { print $2 }' "$2"; }

metrics() { curl -fsS --max-time 10 "http://127.0.0.1:$port/metrics"; }
counter() { metrics | awk -v name="$1" 'index($0, name " ") == 1 { print $2; found = 1 } END { if (!found) print 0 }'; }
outcome() { counter "footfall_store_events_total{store=\"postgres\",outcome=\"$1\"}"; }

# Events that the journal has and PostgreSQL does not have yet.
not_loaded() {
    metrics | awk '
        index($0, "footfall_events_accepted_total ") == 1 { n += $2 }
        index($0, "footfall_store_events_total{store=\"postgres\"") == 1 { n -= $2 }
        END { print n + 0 }'
}

until_loaded() {
    local left deadline=$((SECONDS + 300))
    until left=$(not_loaded) && [ "$left" -le 0 ]; do
        if [ $SECONDS -ge $deadline ]; then fail "PostgreSQL still lacks $left events after five minutes"; fi
        sleep 0.05
    done
}

# query SQL: at the gateway's database, as the gateway.
query() { psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 -c "$1" "$FOOTFALL_TEST_STACK_DATABASE_URL"; }

# Each measurement begins with PostgreSQL at rest.
settle() { psql --no-psqlrc --quiet -c checkpoint "$FOOTFALL_TEST_DATABASE_URL"; }

# What the processes before the one at work have counted; a restart begins at nothing.
earlier_accepted=0 earlier_stored=0 earlier_duplicates=0
remember_counters() {
    earlier_accepted=$((earlier_accepted + $(counter footfall_events_accepted_total)))
    earlier_stored=$((earlier_stored + $(outcome stored)))
    earlier_duplicates=$((earlier_duplicates + $(outcome duplicate)))
}

# The figures are of work that was done: every accepted event is a row or a duplicate, and the counters do not lie.
check_counters() {
    local accepted stored duplicates rows received accounted
    until_loaded
    accepted=$((earlier_accepted + $(counter footfall_events_accepted_total)))
    stored=$((earlier_stored + $(outcome stored)))
    duplicates=$((earlier_duplicates + $(outcome duplicate)))
    rows=$(query 'select (select count(*) from event) + (select count(*) from bot_event)')
    if [ "$accepted" -ne $((stored + duplicates)) ] || [ "$rows" -ne "$stored" ]; then
        fail "accepted $accepted, stored $stored, duplicates $duplicates, rows $rows: these do not add up"
    fi
    received=$(query "select sum(count) from ledger where outcome = 'received'")
    accounted=$(query "select sum(count) from ledger where outcome <> 'received'")
    if [ "$received" -ne "$accounted" ] || [ "$received" -lt "$accepted" ]; then
        fail "the ledger has $received events received and $accounted accounted for; accepted were $accepted"
    fi
    say "  accepted $accepted = stored $stored + duplicates $duplicates; rows in PostgreSQL $rows; the ledger balances at $received"
}
