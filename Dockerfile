# Build: docker build -t kube-standby .
FROM swift:6.3-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends libyaml-dev libcurl4-openssl-dev \
        libpcre2-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
# Without the sandbox: its API server and its packages have no place beside a supervisor.
RUN swift build -c release --product kube-standby --static-swift-stdlib --disable-default-traits \
    && install -D -m 0755 "$(swift build -c release --show-bin-path)/kube-standby" /out/kube-standby \
    && strip /out/kube-standby

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libyaml-0-2 libcurl4 libpcre2-8-0 ca-certificates \
        tzdata \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/kube-standby /usr/local/bin/kube-standby
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/kube-standby"]
CMD ["run", "--config", "/etc/kube-standby/config.yaml"]
