# Sourced by tools/stack: nginx with nginx/site.conf, unprivileged, on a TCP port of loopback.
# shellcheck shell=bash

# The folder that nginx takes for its own (-p): the files of nginx/, and what site.conf expects beside them.
make_nginx_place() {
    local port=$1 folder=$state/nginx file
    mkdir -p "$folder/temporary" "$folder/site" "$state/spool"
    # Not every character of STATE goes through nginx's settings unharmed; the sockets' folder is one that does.
    ln -sfn "$state/spool" "$(sockets)/spool"
    ln -sfn ../log "$folder/log"
    ln -sfn "$root/demo/shop" "$folder/site/shop"
    cp /etc/nginx/fastcgi_params "$folder/"
    for file in site.conf footfall-http.conf footfall-server.conf; do
        sed -e "s|unix:/run/footfall/|unix:$(sockets)/|" -e "s|/var/spool/footfall|$(sockets)/spool|" "$root/nginx/$file" \
            >"$folder/$file"
    done
    printf 'listen 127.0.0.1:%s;\n' "$port" >"$folder/listen.conf"
    # A benchmark has one client, whose share of the limits is not what it wants to measure.
    if [ "${FOOTFALL_RUN_NGINX_LIMITS:-on}" = off ]; then
        sed -i -E '/^ *limit_(req|conn) /d' "$folder/footfall-server.conf"
    fi
}

nginx_port() { awk -F '[:;]' '{ print $2 }' "$state/nginx/listen.conf"; }

port_answers() { ! port_is_free "$1"; }

# With the files that lie there already.
start_nginx() {
    local program directives='daemon off;'
    program=$(command -v nginx || say /usr/sbin/nginx)
    # The gateway's sockets are 0660 and the caller's. nginx's workers would leave root, and with it the sockets'
    # folder and a clone below /root; on this private server they stay.
    if [ "$(id -u)" -eq 0 ]; then directives="$directives user root;"; fi
    launch nginx "$state" "$program" -p "$state/nginx" -c "$state/nginx/site.conf" -e stderr -g "$directives"
    until_works nginx port_answers "$(nginx_port)"
}

# Lets requests under way finish.
stop_nginx() { halt nginx QUIT 10; }
