# Sourced by tools/bench: POST /api/v1/events, 100 events a request, against PostgreSQL's own COPY of the same rows.
# shellcheck shell=bash

batch=100
copied_rows=200000

# Prints a secret key, or fails where the program has none to give.
make_key() { "$root/.build/release/footfall" key add shop.example 2>/dev/null | grep -oE 'ff_sk_[A-Za-z0-9_-]+' | head -n 1; }

# The gateway learns of a new key with its next look at the sites.
until_key_works() {
    local status deadline=$((SECONDS + 30))
    until status=$(try_key) && [ "$status" = 200 ]; do
        if [ "$status" = 404 ] || [ $SECONDS -ge $deadline ]; then return 1; fi
        sleep 0.2
    done
}

try_key() {
    curl -sS -o "$work/answer.txt" -w '%{http_code}' -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
        -d "{\"u\":\"http://localhost/first\",\"i\":\"$(new_run)$(new_run)$(new_run)$(new_run)\"}" \
        "http://127.0.0.1:$port/api/v1/events"
}

# Rows of the table as it is, in a file, and a table of the same form, indexes and partitions beside it.
prepare_copy() {
    query "\\copy (select * from event limit $copied_rows) to '$work/rows.bin' (format binary)"
    query "
        create table bench_copy (like event including all) partition by range (\"time\");
        do \$\$
        declare part record;
        begin
            for part in select child.relname as name, pg_get_expr(child.relpartbound, child.oid) as bounds
                from pg_inherits join pg_class child on child.oid = inhrelid where inhparent = 'event'::regclass
            loop
                execute format('create table %I partition of bench_copy %s', 'bench_copy_' || part.name, part.bounds);
            end loop;
        end \$\$"
    copied=$(query "select count(*) from (select from event limit $copied_rows) as row")
}

# Rows a second: one COPY, one transaction, as fast as PostgreSQL takes them.
raw_copy() {
    local milliseconds
    query 'truncate bench_copy'
    settle
    milliseconds=$(psql --no-psqlrc --set ON_ERROR_STOP=1 -c '\timing on' \
        -c "\\copy bench_copy from '$work/rows.bin' (format binary)" "$FOOTFALL_TEST_STACK_DATABASE_URL" |
        awk '/^Time:/ { print $2 }')
    calculate "$copied / $milliseconds * 1000" %.1f
}

measure_batches() {
    local copies=() rate rates=() ends=() round key what="\`POST /api/v1/events\`, $batch a request:"
    title "POST /api/v1/events, $batch events a request, $connections connections, $seconds s each"
    if ! key=$(make_key) || [ -z "$key" ]; then
        missing "$what acknowledged ÷ COPY" "this gateway has no \`footfall key add\`"
        return 0
    fi
    if ! until_key_works; then
        missing "$what acknowledged ÷ COPY" "the address answers $(try_key): $(head -c 100 "$work/answer.txt")"
        return 0
    fi
    # Rows of just this kind for COPY.
    generate "$port" "$work/warm.txt" -n $((copied_rows / batch)) -b "$batch" -k "$key"
    until_loaded
    prepare_copy
    for round in $(seq "$rounds"); do
        copies+=("$(raw_copy)" "$(raw_copy)")
        measure_batch
        copies+=("$(raw_copy)" "$(raw_copy)")
        printf '  round %d: COPY %7.0f rows/s   acknowledged %7.0f/s   in PostgreSQL %7.0f/s\n' \
            "$round" "$(median "${copies[@]: -4}")" "${rates[-1]}" "${ends[-1]}"
    done
    query 'drop table bench_copy'
    rate=$(median "${copies[@]}")
    figure "$what acknowledged events ÷ rows of raw COPY ($(thousands "$rate")/s)" \
        "$(calculate "$(median "${rates[@]}") / $rate")" "$(calculate "$(median "${rates[@]}") / $rate" %.2f)" '>= 0.35'
    figure "$what the same, end to end" \
        "$(calculate "$(median "${ends[@]}") / $rate")" "$(calculate "$(median "${ends[@]}") / $rate" %.2f)" '>= 0.15'
}

measure_batch() {
    local began
    settle
    began=$EPOCHREALTIME
    generate "$port" "$work/batches.txt" -s "$seconds" -b "$batch" -k "$key"
    if [ "$(value events "$work/batches.txt")" -ne $(($(value requests "$work/batches.txt") * batch)) ]; then
        fail "some events of a batch were rejected: the figures would be worth nothing"
    fi
    until_loaded
    ends+=("$(calculate "$(value events "$work/batches.txt") / ($EPOCHREALTIME - $began)" %.1f)")
    rates+=("$(value events_per_second "$work/batches.txt")")
}
