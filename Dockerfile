# Footfall in a container, by the very steps of `make run`: tools/setup, tools/tracker, tools/build. docker-compose.yml
# puts nginx, PostgreSQL and Redis around it.

FROM swift:6.3-bookworm AS build
WORKDIR /source
# The packages first: they change less often than the code, and Docker keeps what did not change.
COPY tools tools
RUN tools/setup build
COPY . .
RUN tools/tracker && tools/build && cp "$(swift build -c release --show-bin-path)/footfall" /footfall

FROM debian:bookworm-slim
# Swift's runtime is inside the program; these are the C libraries that it speaks to.
COPY tools /tmp/tools
RUN /tmp/tools/setup image && rm -rf /tmp/tools /var/lib/apt/lists/*
# Fixed numbers: nginx's container joins this group to reach the sockets, which are 0660.
RUN groupadd --gid 10001 footfall && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin footfall \
    && install -d -o footfall -g footfall -m 2750 /run/footfall
COPY --from=build /footfall /usr/local/bin/footfall
COPY config/footfall.json5 /etc/footfall/footfall.json5
COPY config/migrations /usr/share/footfall/migrations
USER 10001:10001
VOLUME /run/footfall
# Both processes answer through their sockets, as nginx would ask them.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["footfall", "health"]
# SIGTERM, Docker's default: requests are answered, pending events loaded. Give it 40 seconds (stop_grace_period).
ENTRYPOINT ["footfall"]
CMD ["serve"]
