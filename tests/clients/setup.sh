#!/bin/sh
# Installs the five clients, unmodified and pinned, into a cache folder; does nothing when they are there.
#
#   sh tests/clients/setup.sh [DIR]        DIR: $TPMOCK_CLIENTS_DIR, else target/clients
#
# The Python clients go to DIR/site (requirements.txt, with a Python of at least 3.12 from python.sh), the
# Node clients to DIR/node (package-lock.json). DIR/stamp holds the checksum of all that was installed from.
# A lock file lets several test processes call this at once.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=${1:-${TPMOCK_CLIENTS_DIR:-$here/../../target/clients}}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

fail() {
    echo "setup.sh: $*" >&2
    exit 1
}

if [ -z "${TPMOCK_CLIENTS_LOCKED:-}" ] && command -v flock >/dev/null; then
    TPMOCK_CLIENTS_LOCKED=1 exec flock "$dir/lock" sh "$here/setup.sh" "$dir"
fi

command -v node >/dev/null && command -v npm >/dev/null || fail "node and npm are needed to run the Node clients"

python=$(sh "$here/python.sh" "$dir") || fail "no Python >= 3.12, which targetprocess-py needs"
stamp=$({ echo "$python"; cat "$here/requirements.txt" "$here/package-lock.json"; } | cksum)
if [ "$stamp" = "$(cat "$dir/stamp" 2>/dev/null)" ]; then
    exit 0
fi
rm -rf "$dir/stamp" "$dir/site" "$dir/node"

# The unpacked Debian Python brings pip as a wheel, which runs straight from the archive.
wheel=$(ls "$dir"/python/usr/share/python-wheels/pip-*.whl 2>/dev/null | head -n 1 || true)
PYTHONPATH=$wheel "$python" -m pip install --quiet --root-user-action=ignore --only-binary :all: \
    --no-deps --target "$dir/site" --requirement "$here/requirements.txt" \
    || fail "the Python clients could not be installed (requirements.txt)"

mkdir -p "$dir/node"
cp "$here/package.json" "$here/package-lock.json" "$dir/node/"
(cd "$dir/node" && npm ci --silent --ignore-scripts --no-audit --no-fund) \
    || fail "the Node clients could not be installed (package-lock.json)"

echo "$python" >"$dir/python.path"
echo "$stamp" >"$dir/stamp"
