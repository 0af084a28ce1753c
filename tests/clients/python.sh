#!/bin/sh
# Prints the path of a Python of at least 3.12, installing one below DIR when the machine has none.
#
#   sh python.sh DIR
#
# targetprocess-py needs 3.12. Where the system's own python3 is older (Debian 12 has 3.11) and the machine
# is a Debian, python3.13 of the next release is unpacked below DIR/python, together with the C library it
# was built for. Nothing is installed into the system: packages are fetched with a package index of our own
# (`apt-get -c`), unpacked with `dpkg-deb -x`, and started through the unpacked dynamic loader by a small
# wrapper that takes the interpreter's place, so `sys.executable` is right too.
set -eu

SUITE=trixie
PACKAGES="python3.13-minimal libpython3.13-minimal libpython3.13-stdlib python3-pip-whl
  libc6 libgcc-s1 libexpat1 zlib1g libzstd1 libssl3t64 libbz2-1.0 liblzma5 libffi8 libsqlite3-0 libuuid1"

dir=$1
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
root=$dir/python
wrapper=$root/usr/bin/python3.13

new_enough() {
    "$1" -c 'import sys, ssl, ctypes, zlib; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

fail() {
    echo "python.sh: $*" >&2
    exit 1
}

if [ -n "${TPMOCK_CLIENTS_PYTHON:-}" ]; then
    new_enough "$TPMOCK_CLIENTS_PYTHON" || fail "TPMOCK_CLIENTS_PYTHON=$TPMOCK_CLIENTS_PYTHON is not a Python >= 3.12"
    echo "$TPMOCK_CLIENTS_PYTHON"
    exit 0
fi
for name in python3.14 python3.13 python3.12 python3; do
    if command -v "$name" >/dev/null && new_enough "$name" && "$name" -m pip --version >/dev/null 2>&1; then
        command -v "$name"
        exit 0
    fi
done
if [ -x "$wrapper" ] && new_enough "$wrapper"; then
    echo "$wrapper"
    exit 0
fi

command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null \
    || fail "no Python >= 3.12 on this machine and no Debian packages to take one from; install one or set TPMOCK_CLIENTS_PYTHON"

# The machine's own mirror, with the suite exchanged: whatever it is, it serves every release.
mirror=$(apt-get --print-uris update 2>/dev/null | sed -n "s|^'\(.*/debian\)/dists/.*/InRelease'.*|\1|p" | head -n 1)
[ -n "$mirror" ] || fail "no Debian mirror among the machine's package sources; install Python >= 3.12 or set TPMOCK_CLIENTS_PYTHON"

work=$dir/python.apt
rm -rf "$work" "$root"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/state" "$work/parts" "$root"
: >"$work/status"
cat >"$work/sources.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: $SUITE
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
cat >"$work/apt.conf" <<CONF
Dir::State "$work/state";
Dir::State::Lists "$work/lists";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.sources";
Dir::Etc::sourceparts "$work/parts";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "3";
APT::Sandbox::User "root";
CONF
export APT_CONFIG="$work/apt.conf"
apt-get -q update >&2 || fail "the package index of Debian $SUITE could not be read from $mirror"
(cd "$work" && apt-get -q download $PACKAGES >&2) || fail "the packages of Python 3.13 could not be fetched from $mirror"
for deb in "$work"/*.deb; do
    dpkg-deb -x "$deb" "$root" || fail "$deb could not be unpacked"
done
rm -rf "$work"

loader=$(find "$root" -name 'ld-linux*.so.*' | head -n 1)
libs=$(dirname "$(find "$root" -name 'libc.so.6' | head -n 1)")
[ -n "$loader" ] && [ -n "$libs" ] || fail "the unpacked C library has no loader"
mv "$wrapper" "$wrapper.bin"
cat >"$wrapper" <<WRAPPER
#!/bin/sh
exec "$loader" --argv0 "$wrapper" --library-path "$libs" "$wrapper.bin" "\$@"
WRAPPER
chmod +x "$wrapper"
new_enough "$wrapper" || fail "the unpacked Python does not start: $("$wrapper" -c 'import ssl, ctypes, zlib' 2>&1 | tail -n 1)"
echo "$wrapper"
