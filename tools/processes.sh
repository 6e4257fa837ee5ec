# Sourced by tools/stack: starting parts, finding them again, ending them. Needs $state and $log.
# shellcheck shell=bash

# The moment at which a process began, in clock ticks: with the id it names a process for ever, while ids come again.
# Nothing for one that has ended and only waits for its parent.
began() { awk '{ sub(/^.*\) /, ""); if ($1 != "Z") print $20 }' "/proc/$1/stat" 2>/dev/null || true; }

# launch NAME FOLDER command...: in the background, in that folder, in a session of its own, written down.
launch() {
    local name=$1 folder=$2
    shift 2
    (cd "$folder" && exec setsid "$@") >>"$log/$name.log" 2>&1 </dev/null &
    printf '%s %s %s\n' "$name" "$!" "$(began $!)" >>"$state/processes"
}

# The process of a part, if it runs.
pid_of() {
    local name pid start
    [ -f "$state/processes" ] || return 1
    while read -r name pid start; do
        if [ "$name" = "$1" ] && [ -n "$start" ] && [ "$(began "$pid")" = "$start" ]; then
            printf '%s' "$pid"
            return
        fi
    done <"$state/processes"
    return 1
}

# Strikes a part out, running or not.
forget() {
    [ -f "$state/processes" ] || return 0
    awk -v name="$1" '$1 != name' "$state/processes" >"$state/processes.new"
    mv "$state/processes.new" "$state/processes"
}

# halt NAME SIGNAL SECONDS: asks, waits, and insists.
halt() {
    local pid deadline=$((SECONDS + $3))
    if pid=$(pid_of "$1"); then
        kill "-$2" "$pid" 2>/dev/null || true
        while pid_of "$1" >/dev/null; do
            if [ $SECONDS -ge $deadline ]; then
                say "footfall: $1 does not stop, ending it" >&2
                kill -KILL "$pid" 2>/dev/null || true
                deadline=$((SECONDS + 5))
            fi
            sleep 0.02
        done
    fi
    forget "$1"
}

# list_ours PATTERN: processes that run one of these programs in one of our folders, not only what is written down.
list_ours() {
    local process program
    # find reads all the links at once, where a readlink for each process would take its time.
    { find /proc -maxdepth 2 -path '/proc/[0-9]*/exe' -printf '%h %l\n' 2>/dev/null || true; } | while read -r process program; do
        program=${program% (deleted)} # built again meanwhile
        [[ ${program##*/} =~ ^($1)$ ]] || continue
        case $(readlink "$process/cwd" || true)/ in
            "$state"/* | "$(postgres_place)"/*) say "${process#/proc/}" ;;
        esac
    done
}

# Ends what a killed run has left: nginx's workers and PostgreSQL's sessions outlive a master that was killed, and hold
# its port and its memory.
end_orphans() {
    local round signal=TERM pid orphans
    for round in {1..200}; do
        orphans=$(list_ours 'postgres|redis-server|redis-check-rdb|nginx|footfall')
        [ -n "$orphans" ] || return 0
        if [ "$round" -eq 100 ]; then signal=KILL; fi
        for pid in $orphans; do kill "-$signal" "$pid" 2>/dev/null || true; done
        sleep 0.05
    done
    fail "these processes of an earlier run do not end: $orphans"
}

# Fails, and says who and what it said last, when a part has died.
check() {
    local name _
    [ -s "$state/processes" ] || fail "nothing was started in $state"
    while read -r name _; do
        if ! pid_of "$name" >/dev/null; then
            say "footfall: $name has stopped. The end of $log/$name.log:" >&2
            tail -n 15 "$log/$name.log" >&2
            return 1
        fi
    done <"$state/processes"
}

# until_works PART command...: gives a part a minute to come up.
until_works() {
    local part=$1 deadline=$((SECONDS + 60))
    shift
    until "$@" >/dev/null 2>&1; do
        check || return 1
        if [ $SECONDS -ge $deadline ]; then
            tail -n 15 "$log/$part.log" >&2
            fail "$part did not come up within a minute"
        fi
        sleep 0.05
    done
}
