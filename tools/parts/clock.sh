# Sourced by tools/stack: a clock that a test can set, for the gateway and PostgreSQL, which must agree on what day it is.
# shellcheck shell=bash

# "${by_clock[@]}" word...: under the clock in the file that FOOTFALL_RUN_CLOCK names, as libfaketime reads it
# ("+86400.5": so many seconds ahead); under the machine's where there is none. PostgreSQL's user has to be able to read
# the file. What waits goes by the monotonic clock, which stays the machine's.
#
# The second env is what libfaketime is loaded into first: it adds a variable there, and a Swift program whose environment
# was changed before it begins does not find its own arguments. Each env becomes the next program, so that the process
# that is written down stays the one that runs.
by_clock=()
if [ -n "${FOOTFALL_RUN_CLOCK:-}" ]; then
    faketime=$(find /usr/lib -path '*/faketime/libfaketimeMT.so.1' -print -quit)
    [ -n "$faketime" ] || fail "libfaketimeMT.so.1 is missing: install Debian's package faketime"
    by_clock=(env "LD_PRELOAD=$faketime" "FAKETIME_TIMESTAMP_FILE=$FOOTFALL_RUN_CLOCK" FAKETIME_NO_CACHE=1
        FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 env)
fi
