# Sourced by tools/bench: how long reports take, on data that `footfall demo` has loaded, sealed; beside the same questions
# in plain SQL over the raw rows.
# shellcheck shell=bash

reports_site=shop.example
reports_page="/dashboard/$reports_site?period=30d&compare=none"
# Loads the code and opens the connections to the database, but no number of the site.
reports_warm_up=/dashboard/nobody.example
reports_rounds=${FOOTFALL_BENCH_REPORT_ROUNDS:-5}

ask_reports() { /usr/bin/python3 -B "$root/Tests/Benchmarks/reports.py" "$work/reader.json" "$@"; }

# What the program is: tools/stack takes FOOTFALL_RUN_BINARY, and so do we.
footfall() { "${FOOTFALL_RUN_BINARY:-$root/.build/release/footfall}" "$@"; }

web_process() { pgrep -P "$("$root/tools/stack" pid "$work/gateway" gateway)" -f 'serve web'; }

# A stranger is led to the sign-in.
web_answers() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 10 "http://127.0.0.1:$port$reports_warm_up")" = 303 ]; }

# A new web process; the one that watches starts it again.
restart_web() {
    local before after deadline=$((SECONDS + 60))
    before=$(web_process)
    kill "$before"
    until after=$(web_process) && [ "$after" != "$before" ] && web_answers; do
        if [ $SECONDS -ge $deadline ]; then fail "the web process did not come back: $(tail -n 5 "$work/gateway/log/gateway.log")"; fi
        sleep 0.05
    done
}

empty_caches() {
    redis-cli -s "${FOOTFALL_REDIS_URL#unix:}" flushall >/dev/null
    restart_web
}

# A stack with nothing in it.
start_empty_stack() {
    if [ -d "$work/gateway" ]; then "$root/tools/stack" down "$work/gateway"; fi
    remove_small_group
    rm -rf "$work/gateway"
    start_stack
    ask_reports come-in "$port"
}

# load_events COUNT PATHS
load_events() {
    step "$(thousands "$1") events, $(thousands "$2") paths" footfall demo "$reports_site" --events "$1" --days 30 --seed 1 --paths "$2"
    settle
}

unsealed() {
    query "SELECT count(*) FROM site_day JOIN site USING (site_id) WHERE day < (now() AT TIME ZONE time_zone)::date
        AND NOT EXISTS (SELECT FROM day_visits WHERE (day_visits.site_id, day_visits.day, day_visits.version)
            = (site_day.site_id, site_day.day, site_day.version))"
}

# Sets $sealing, in seconds for a million events. The job has run on the empty database, and would wait for its next turn.
seal_days() {
    local began deadline=$((SECONDS + 900)) events
    query "DELETE FROM job_run WHERE job = 'seal_days'"
    began=$EPOCHREALTIME
    restart_web
    until [ "$(unsealed)" -eq 0 ]; do
        if [ $SECONDS -ge $deadline ]; then fail "$(unsealed) days are not sealed after 15 minutes"; fi
        sleep 0.1
    done
    events=$(query "SELECT count(*) FROM event WHERE \"time\" < date_trunc('day', now(), 'UTC')")
    sealing=$(calculate "($EPOCHREALTIME - $began) / ($events / 1e6)" %.2f)
}

# cold PATH: median of some rounds, in milliseconds.
cold() {
    local all=()
    for _ in $(seq "$reports_rounds"); do
        empty_caches
        all+=("$(ask_reports once "$port" "$reports_warm_up" "$1")")
    done
    median "${all[@]}"
}

# Without seen_event, which holds the ids of 48 hours.
bytes_per_event() {
    query "SELECT round(sum(pg_total_relation_size(oid)) / (SELECT count(*) FROM event), 1) FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname ~ '^(event|bot_event|session|dictionary|fact_set|site_day|day_stat|day_visits)(_[0-9_]+)?\$'"
}

property() { local name=${1%%,*} && say "${name#property:}"; }

# The same visitors in plain SQL, as analytics count them that have raw rows only; each filter by what it looks at.
plain_sql() {
    local from="event.site_id = 1 AND event.\"time\" >= date_trunc('day', now(), 'UTC') - interval '29 days'"
    local visitors='count(DISTINCT (event.visitor, (event."time" AT TIME ZONE '"'UTC'"')::date))'
    local number="(SELECT text_id FROM dictionary WHERE site_id = 1 AND text = '${1#*,is,}')"
    case $1 in
        '') say "SELECT $visitors FROM event WHERE $from" ;;
        country,*) say "SELECT $visitors FROM event JOIN session AS visit USING (site_id, session_id) WHERE $from AND visit.country = '${1#*,is,}'" ;;
        source,*) say "SELECT $visitors FROM event JOIN session AS visit USING (site_id, session_id) WHERE $from AND visit.source_id = $number" ;;
        browser,*) say "SELECT $visitors FROM event JOIN session AS visit USING (site_id, session_id)
            JOIN fact_set ON fact_set.site_id = 1 AND fact_set.facts_id = visit.device_id
            WHERE $from AND fact_set.facts ->> 'browser' = '${1#*,is,}'" ;;
        page,*) say "SELECT $visitors FROM event WHERE $from AND event.path_id = $number" ;;
        property:*) say "SELECT $visitors FROM event WHERE $from AND event.properties ->> '$(property "$1")' = '${1#*,is,}'" ;;
        *) fail "nobody has said how to count $1 in SQL" ;;
    esac
}

# visitors FILTER: by the API.
visitors() {
    local filters=''
    if [ -n "$1" ]; then
        filters=",\"filters\":{\"dimension\":\"${1%%,*}\",\"operator\":\"is\",\"values\":[\"${1#*,is,}\"]}"
    fi
    ask_reports ask "$port" "{\"site\":\"$reports_site\",\"period\":\"30d\",\"metrics\":[\"visitors\"]$filters}" | awk '$1 == "visitors" { printf "%.0f", $2 }'
}

# measure_filter "what" FILTER TARGET
measure_filter() {
    local took began plain expected found
    took=$(cold "$reports_page${2:+&filter=$2}")
    began=$EPOCHREALTIME
    expected=$(query "$(plain_sql "$2")")
    plain=$(calculate "($EPOCHREALTIME - $began) * 1000" %.0f)
    found=$(visitors "$2")
    if ! [[ $found =~ ^[1-9][0-9]*$ ]] || [ "$expected" != "$found" ]; then fail "$1: $found visitors, and by plain SQL $expected"; fi
    figure "$1, all panels, caches empty" "$took" "$(calculate "$took" %.0f) ms; visitors alone in plain SQL $plain ms" \
        "${3:+<= $3}" "${3:+ms}"
}

# The stack once more in a memory cgroup of 1 GB, where this machine lets us make one: with the page cache of its files,
# which counts as well. Moves this shell there for as long as the stack starts.
start_small_stack() {
    local home=/sys/fs/cgroup limit=memory.max mine
    if [ -e "$home/memory/cgroup.procs" ]; then
        home=$home/memory limit=memory.limit_in_bytes
        mine=$home$(awk -F: '$2 == "memory" { print $3 }' /proc/self/cgroup)
    else
        mine=$home$(awk -F: '$1 == 0 { print $3 }' /proc/self/cgroup)
    fi
    small_group=$home/footfall-bench-$$
    mkdir "$small_group" 2>/dev/null && [ -w "$small_group/$limit" ] && say 1073741824 >"$small_group/$limit" || return 1
    "$root/tools/stack" down "$work/gateway"
    # What is in the page cache already counts for somebody else.
    sync && say 1 >/proc/sys/vm/drop_caches
    say $$ >"$small_group/cgroup.procs"
    start_stack
    say $$ >"$mine/cgroup.procs"
}

remove_small_group() { if [ -n "${small_group:-}" ]; then rmdir "$small_group" 2>/dev/null || true; fi; }

# measure_small "what" WHOLE VISIT EVENT: the cold rows within 1 GB, with their targets.
measure_small() {
    local filter took target
    if ! start_small_stack; then
        say "This machine allows no memory cgroup: the rows for 1 GB are missing."
        return
    fi
    for filter in '' country,is,DE source,is,Google browser,is,Chrome page,is,/pricing property:plan,is,cup; do
        case $filter in
            '') target=$2 ;;
            page,* | property:*) target=$4 ;;
            *) target=$3 ;;
        esac
        took=$(cold "$reports_page${filter:+&filter=$filter}")
        figure "$1, 1 GB: ${filter:-overview}, all panels, caches empty" "$took" "$(calculate "$took" %.0f) ms" "<= $target" ms
    done
}

# measure_set COUNT PATHS
measure_set() {
    local what warm filter
    local -A target=([500000]=', , ' [2000000]='60, 400, 500' [10000000]='100, 2500, 3000')
    local whole visit event
    IFS=', ' read -r whole visit event <<<"${target[$1]:-}"
    title "$(thousands "$1") events in 30 days, $(thousands "$2") paths"
    what="$(thousands "$1") events, $(thousands "$2") paths"
    start_empty_stack
    load_events "$1" "$2"
    seal_days
    figure "$what: sealing a day, seconds for a million events" "$sealing" "$sealing s" "<= 5" s
    figure "$what: bytes of an event in PostgreSQL" "$(bytes_per_event)" "$(bytes_per_event)" '<= 250'
    measure_filter "$what: overview" '' "$whole"
    warm=$(ask_reports again "$port" "$reports_page" 20)
    figure "$what: overview, caches warm" "$warm" "$(calculate "$warm" %.2f) ms" '<= 3' ms
    for filter in country,is,DE source,is,Google browser,is,Chrome; do
        measure_filter "$what: $filter" "$filter" "$visit"
    done
    measure_filter "$what: page,is,/pricing" page,is,/pricing "$event"
    measure_filter "$what: property:plan,is,cup" property:plan,is,cup "$event"
    if [ -n "$whole" ] && [ "$2" = 2000 ]; then measure_small "$what" "$whole" "$visit" "$event"; fi
}

# Today's page while events arrive: with and without somebody who looks.
measure_today() {
    local path="/dashboard/$reports_site?period=today" alone watched viewer
    title "Today's page while 5,000 events/s arrive"
    start_empty_stack
    load_events 500000 2000
    seal_days
    connections=64 generate "$port" "$work/alone.txt" -s 30 -r 5000
    until_loaded
    ask_reports watch "$port" "$path" 30 0.2 >"$work/viewer.txt" &
    viewer=$!
    connections=64 generate "$port" "$work/watched.txt" -s 30 -r 5000
    wait "$viewer"
    until_loaded
    alone=$(value events "$work/alone.txt") watched=$(value events "$work/watched.txt")
    figure "today's page every 200 ms while 5,000 events/s arrive: median (99 %: $(value p99 "$work/viewer.txt") ms)" \
        "$(value p50 "$work/viewer.txt")" "$(value p50 "$work/viewer.txt") ms" '<= 10' ms
    figure "events taken meanwhile ÷ without a viewer" "$(calculate "$watched / $alone")" \
        "$(calculate "$watched / $alone")" '>= 0.95'
}

measure_reports() {
    local events parts=" ${FOOTFALL_BENCH_REPORT_PARTS:-sizes paths today} "
    if [[ $parts == *" sizes "* ]]; then
        for events in ${FOOTFALL_BENCH_EVENTS:-500000 2000000 10000000}; do measure_set "$events" 2000; done
    fi
    if [[ $parts == *" paths "* ]]; then measure_set 2000000 50000; fi
    if [[ $parts == *" today "* ]]; then measure_today; fi
}
