#!/bin/sh
# Runs the driver of one client against a running server.
#
#   sh tests/clients/run.sh CLIENT read|write
#
# CLIENT is the name of a driver without its ending (targetprocess_py, tp_api, …). The server is described by
# TP_URL, TP_HTTPS_URL, TP_CA, TP_LOGIN, TP_PASSWORD, TP_TOKEN (a personal access token) and TP_SERVICE_TOKEN
# (what /api/v1/Authentication answers). The clients must have been installed with setup.sh.
#
# The certificate authority reaches each client as its own stack reads it, never by a change to the client:
# httpx takes SSL_CERT_FILE, requests REQUESTS_CA_BUNDLE, Node NODE_EXTRA_CA_CERTS.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
dir=${TPMOCK_CLIENTS_DIR:-$here/../../target/clients}
client=$1
mode=$2

[ -f "$dir/stamp" ] || { echo "FAIL $client: expected the clients in $dir, got none (run setup.sh)"; exit 1; }
dir=$(cd "$dir" && pwd)

export SSL_CERT_FILE="$TP_CA" REQUESTS_CA_BUNDLE="$TP_CA" NODE_EXTRA_CA_CERTS="$TP_CA"
export no_proxy="localhost,127.0.0.1" NO_PROXY="localhost,127.0.0.1"
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$dir/site:$here" NODE_PATH="$dir/node/node_modules"

# -P: a driver is called like the package it drives, so its own folder must not come first.
if [ -f "$here/$client.py" ]; then
    exec "$(cat "$dir/python.path")" -P -W ignore "$here/$client.py" "$mode"
elif [ -f "$here/$client.js" ]; then
    exec node --no-deprecation "$here/$client.js" "$mode"
fi
echo "FAIL $client: expected a driver of that name, got none"
exit 1
