# Builds tpmock from this folder alone and ships the one static program, nothing else.
#   docker build -t tpmock . && docker run --rm -p 8080:8080 tpmock
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# A target named out loud keeps the static C library away from build scripts.
RUN target=$(rustc -vV | sed -n 's/^host: //p') \
    && RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --locked --target "$target" \
    && mkdir -p /image/data /image/tmp && chmod 1777 /image/tmp \
    && cp "target/$target/release/tpmock" /image/tpmock \
    && ldd /image/tpmock 2>&1 | grep -Eq 'statically linked|not a dynamic executable'

FROM scratch
# /tmp holds workspaces while the program runs; /data is for --data and certificates, best as a volume
COPY --from=build --chown=65532:65532 /image/ /
USER 65532:65532
ENV TPMOCK_HOST=0.0.0.0 \
    TPMOCK_TLS_DIR=/data/tls
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=4s --start-period=10s --start-interval=1s CMD ["/tpmock", "healthcheck"]
ENTRYPOINT ["/tpmock"]
