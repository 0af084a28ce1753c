# Builds tpmock from this folder alone and ships the one static program, nothing else.
#   docker build -t tpmock . && docker run --rm -p 8080:8080 tpmock
#
# For another machine than the one that builds (the compiler runs natively, only its target changes):
#   docker buildx build --platform linux/amd64,linux/arm64 -t tpmock .
#
# The first stage leaves a folder /image; the second takes it and needs no more. Whoever has a static program already
# can put it there and build the second stage alone, which is what .ci/image does.
FROM --platform=$BUILDPLATFORM rust:1.95-slim-bookworm AS build
ARG TARGETARCH
WORKDIR /src
COPY . .
# A target named out loud keeps the static C library away from build scripts. Without TARGETARCH, this machine's.
RUN set -eu; \
    case "${TARGETARCH:-$(dpkg --print-architecture)}" in \
        amd64) target=x86_64-unknown-linux-gnu cross=x86-64-linux-gnu prefix=x86_64-linux-gnu ;; \
        arm64) target=aarch64-unknown-linux-gnu cross=aarch64-linux-gnu prefix=aarch64-linux-gnu ;; \
        *) echo "no recipe for $TARGETARCH" >&2; exit 1 ;; \
    esac; \
    if [ "$(rustc -vV | sed -n 's/^host: //p')" != "$target" ]; then \
        apt-get -q update; \
        apt-get -q install -y --no-install-recommends "gcc-$cross" "libc6-dev-${TARGETARCH}-cross"; \
        rustup target add "$target"; \
        name=$(echo "$target" | tr 'a-z-' 'A-Z_'); \
        export "CC_$(echo "$target" | tr - _)=$prefix-gcc" "CARGO_TARGET_${name}_LINKER=$prefix-gcc"; \
    fi; \
    RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --locked --bin tpmock --target "$target"; \
    mkdir -p /image/data /image/tmp; chmod 1777 /image/tmp; \
    cp "target/$target/release/tpmock" /image/tpmock; \
    ! readelf --program-headers /image/tpmock | grep -q INTERP

FROM scratch
# /tmp holds workspaces while the program runs; /data is for --data and certificates, best as a volume
COPY --from=build --chown=65532:65532 /image/ /
USER 65532:65532
ENV TPMOCK_HOST=0.0.0.0 \
    TPMOCK_TLS_DIR=/data/tls
EXPOSE 8080
HEALTHCHECK --interval=2s --timeout=4s --start-period=10s CMD ["/tpmock", "healthcheck"]
ENTRYPOINT ["/tpmock"]
