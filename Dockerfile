# Footfall's two images, by the very steps of `make run`: tools/setup, tools/tracker, tools/build, and nginx laid out like
# tools/parts/nginx.sh does it. docker-compose.yml puts PostgreSQL and Redis beside them.
#
#   docker build --target gateway .     the program
#   docker build --target nginx .       nginx with the demo shop, for those who have no nginx of their own

# ---- the program, built ----------------------------------------------------------------------------------------------

FROM swift:6.3-bookworm AS build
WORKDIR /source
# The packages first: they change less often than the code, and Docker keeps what did not change.
COPY tools/common.sh tools/packages tools/setup tools/
RUN tools/setup build
# No more than the program is made of (of Tests, SwiftPM wants to see the folders), so that a new word in a page of the
# demo does not build all of it again.
COPY tools/build tools/tracker tools/
COPY Package.swift ./
COPY tracker tracker
COPY Sources Sources
COPY plugins plugins
COPY Tests Tests
RUN tools/tracker && tools/build && install -m 755 .build/release/footfall /footfall

# ---- the gateway -----------------------------------------------------------------------------------------------------

FROM debian:bookworm-slim AS gateway
# Swift's runtime is inside the program; these are the C libraries that it speaks to.
COPY tools/common.sh tools/packages tools/setup /tmp/tools/
RUN /tmp/tools/setup image && rm -rf /tmp/tools /var/lib/apt/lists/*
# Numbers instead of whatever is free: the sockets are 0660, and nginx's container reaches them as a member of this
# group. Mount a volume on their folder, and the same one into nginx's container.
RUN groupadd --gid 10001 footfall \
    && useradd --uid 10001 --gid footfall --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin footfall \
    && install -d -o footfall -g footfall -m 2750 /run/footfall \
    && install -d -o footfall -g footfall -m 700 /var/lib/footfall \
    && install -d -o footfall -g footfall -m 2770 /var/spool/footfall
# The journal: what was acknowledged and is not in PostgreSQL yet. Mount a volume that outlives the container.
VOLUME /var/lib/footfall
COPY --from=build /footfall /usr/local/bin/footfall
COPY config/footfall.json5 /etc/footfall/footfall.json5
COPY config/migrations /usr/share/footfall/migrations
# A clone made under a strict umask has files that only their owner can read, and here that is root.
RUN chmod -R go=rX /etc/footfall /usr/share/footfall
USER 10001:10001
# Asks both processes through their sockets, as nginx would.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["footfall", "health"]
# SIGTERM, which Docker sends, ends it in order: requests are answered; what is not loaded yet stays in the journal. That
# may take longer than Docker's ten seconds: `docker stop --time 40`, or stop_grace_period.
ENTRYPOINT ["footfall"]
CMD ["serve"]

# ---- nginx -----------------------------------------------------------------------------------------------------------

# Debian's, like that of `make run` and of the tests: what they have proven is what runs here, with Debian's security updates.
FROM debian:bookworm-slim AS nginx
COPY tools/common.sh tools/packages tools/setup /tmp/tools/
RUN /tmp/tools/setup image-nginx && rm -rf /tmp/tools /var/lib/apt/lists/*
# A user of its own in the gateway's group. The folder of the sockets as in the gateway's image: Docker gives a new
# volume the owner and mode that the folder has in whichever container comes first.
RUN groupadd --gid 10001 footfall \
    && useradd --uid 10002 --gid footfall --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin footfall-nginx \
    && install -d -o 10001 -g footfall -m 2750 /run/footfall \
    && install -d -o 10001 -g footfall -m 2770 /var/spool/footfall \
    && install -d -o footfall-nginx -g footfall -m 750 /run/nginx
COPY nginx/site.conf nginx/footfall-http.conf nginx/footfall-server.conf /etc/footfall/nginx/
COPY demo/shop /usr/share/footfall/site/shop
# What site.conf expects beside itself. An image made from this one may add footfall-readers.d and the other folders that
# footfall-server.conf includes.
RUN cp /etc/nginx/fastcgi_params /etc/footfall/nginx/ \
    && echo 'listen 8080;' >/etc/footfall/nginx/listen.conf \
    && chmod -R go=rX /etc/footfall /usr/share/footfall
WORKDIR /run/nginx
USER 10002:10001
EXPOSE 8080
# Requests under way are finished.
STOPSIGNAL SIGQUIT
# nginx's own folder (-p) may be a fresh tmpfs: it is filled here. Log lines go to whoever started the container.
CMD ["sh", "-efc", "mkdir -p log temporary && ln -sfn /usr/share/footfall/site site && ln -sfn /dev/stdout log/access.log && exec nginx -p /run/nginx -c /etc/footfall/nginx/site.conf -e stderr -g 'daemon off;'"]
