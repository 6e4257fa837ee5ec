# Sourced by tools/stack: a private Redis on a unix socket in a folder that nobody else can enter.
# shellcheck shell=bash

redis_socket() { printf '%s/redis.sock' "$(sockets)"; }

start_redis() {
    local socket
    socket=$(redis_socket)
    rm -f "$socket"
    # A cache: nothing in it is worth a file.
    launch redis "$state" redis-server --port 0 --unixsocket "$socket" --unixsocketperm 700 --save '' --appendonly no \
        --maxmemory 64mb --maxmemory-policy allkeys-lru --daemonize no
    until_works redis redis-cli -s "$socket" ping
}

stop_redis() { halt redis TERM 10; }
