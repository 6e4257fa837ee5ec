# Sourced by tools/stack: a private PostgreSQL on a TCP port of loopback, reached by password.
# shellcheck shell=bash

# The newest version that is installed, Debian's or PostgreSQL's own.
postgres_programs() { find /usr/lib/postgresql -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1; }

# PostgreSQL refuses to run as root, so root runs it as the user that Debian's package made. setpriv becomes the
# program, where runuser would stay as its parent and not pass signals on.
as_postgres=()
if [ "$(id -u)" -eq 0 ]; then
    postgres_user=$(id -un postgres 2>/dev/null || say nobody)
    as_postgres=(setpriv "--reuid=$postgres_user" "--regid=$(id -g "$postgres_user")" --init-groups --)
fi

# Where the data lie: STATE/postgres, which may be a link.
postgres_place() { readlink -f "$state/postgres" || true; }

make_postgres_place() {
    local folder=$state/postgres home
    if [ ! -e "$folder" ]; then
        rm -f "$folder"
        mkdir -m 700 "$folder"
        if [ ${#as_postgres[@]} -gt 0 ]; then
            chown "$postgres_user" "$folder"
            # A clone below /root is out of that user's reach: then the data go to its home, under a name of ours.
            if ! (cd / && "${as_postgres[@]}" test -x "$folder"); then
                home=$(getent passwd "$postgres_user" | cut -d : -f 6)/footfall-$(printf '%s' "$state" | sha256sum | cut -c 1-12)
                rmdir "$folder"
                (cd / && "${as_postgres[@]}" mkdir -p -m 700 "$home")
                ln -s "$home" "$folder"
            fi
        fi
    fi
    if [ "$(stat -L -c %U "$folder")" != "${postgres_user:-$(id -un)}" ]; then
        fail "the data in $folder are $(stat -L -c %U "$folder")'s, from a run as another user. Run as that user, or remove the folder."
    fi
}

# password NAME: made once, readable for us only from the first byte on.
password() {
    if [ ! -s "$state/$1" ]; then (umask 077 && head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$state/$1"); fi
    cat "$state/$1"
}

# A server's URL: for the tests, which make databases of their own, and for the gateway.
admin_url() { printf 'postgresql://footfall_admin:%s@127.0.0.1:%s/postgres' "$(password password)" "$(<"$state/postgres.port")"; }
web_url() { printf 'postgresql://footfall_web:%s@127.0.0.1:%s/footfall' "$(password web-password)" "$(<"$state/postgres.port")"; }
database_url() { printf 'postgresql://footfall:%s@127.0.0.1:%s/footfall' "$(password gateway-password)" "$(<"$state/postgres.port")"; }

# psql as administrator. The password goes by the environment: everybody can read command lines.
psql_admin() {
    PGPASSWORD=$(password password) PGCONNECT_TIMEOUT=5 psql --no-psqlrc --quiet --no-align --tuples-only \
        --set ON_ERROR_STOP=1 --host 127.0.0.1 --port "$(<"$state/postgres.port")" --username footfall_admin "$@" postgres
}

# As long as possible the port stays the same, so that what somebody noted down goes on working.
choose_postgres_port() {
    if [ -s "$state/postgres.port" ] && port_is_free "$(<"$state/postgres.port")"; then return; fi
    free_port >"$state/postgres.port"
}

make_database_files() {
    local place=$1 programs=$2
    [ ! -f "$place/data/PG_VERSION" ] || return 0
    # What a run that was killed half-way has left.
    rm -rf "$place/data" "$place/new"
    password password >/dev/null
    (
        cd "$place"
        # A file of that user's own: ours it could not open.
        # shellcheck disable=SC2016  # $1 is the inner shell's
        "${as_postgres[@]}" sh -c 'umask 077 && cat >"$1"' sh "$place/admin" <"$state/password"
        "${as_postgres[@]}" "$programs/initdb" -D "$place/new" --username=footfall_admin --encoding=UTF8 \
            --locale=C.UTF-8 --auth=scram-sha-256 --pwfile="$place/admin"
        rm -f "$place/admin"
        # Under its name only when it is complete.
        mv "$place/new" "$place/data"
    ) >>"$log/postgres.log" 2>&1 && return
    tail -n 15 "$log/postgres.log" >&2
    fail "PostgreSQL's files could not be made in $place/data"
}

start_postgres() {
    local programs place made found
    programs=$(postgres_programs)
    [ -n "$programs" ] || fail "PostgreSQL is missing below /usr/lib/postgresql: run tools/setup"
    make_postgres_place
    place=$(postgres_place)
    make_database_files "$place" "$programs"
    made=$("${as_postgres[@]}" cat "$place/data/PG_VERSION")
    found=$(basename "$(dirname "$programs")")
    if [ "$made" != "$found" ] && [ -x "/usr/lib/postgresql/$made/bin/postgres" ]; then
        programs=/usr/lib/postgresql/$made/bin
    elif [ "$made" != "$found" ]; then
        fail "the data in $place are PostgreSQL $made's, and installed is $found. Install postgresql-$made, or remove $state."
    fi
    choose_postgres_port
    # A killed server leaves its lock. PostgreSQL looks only at the process id, which somebody else may have by now.
    if [ -z "$(list_ours postgres)" ]; then rm -f "$place/data/postmaster.pid"; fi
    # shellcheck disable=SC2086  # the options are words
    launch postgres "$state" "${as_postgres[@]}" "${by_clock[@]}" "$programs/postgres" -D "$place/data" \
        -p "$(<"$state/postgres.port")" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c timezone=UTC -c max_connections=200 \
        -c wal_recycle=off \
        ${FOOTFALL_RUN_POSTGRES_OPTIONS:-}
    until_works postgres psql_admin -c 'select 1'
    FOOTFALL_DATABASE_PASSWORD=$(password gateway-password) FOOTFALL_DATABASE_WEB_PASSWORD=$(password web-password) \
        psql_admin -f "$root/tools/role.sql" >>"$log/postgres.log" 2>&1 ||
        { tail -n 15 "$log/postgres.log" >&2 && fail "the gateway's role and database could not be made"; }
}

# INT is PostgreSQL's fast shutdown: it ends sessions and keeps everything.
stop_postgres() { halt postgres INT 30; }
