#!/usr/bin/env bash
# What stands around one client, inside `simtune exec`: an app that may only read, and a look at the journal afterwards.
# Usage: around.sh base-url|proxy COMMAND…     For base-url the proxy is taken away and the word given to the command.
set -euo pipefail

door=$1
shift
tenant=$SIMTUNE_CONTROL_URL/api/tenants/default
reader=$(curl -fsS -H 'Content-Type: application/json' "$tenant/apps" \
  -d '{"roles":["DeviceManagementManagedDevices.Read.All"],"displayName":"Reader"}')
READER_CLIENT_ID=$(jq -re .clientId <<<"$reader")
READER_CLIENT_SECRET=$(jq -re '.secrets[0].value' <<<"$reader")
export READER_CLIENT_ID READER_CLIENT_SECRET

if [ "$door" = base-url ]; then
  unset HTTPS_PROXY https_proxy NODE_USE_ENV_PROXY
  # For clients whose sign-in knows Microsoft's hosts only.
  READER_TOKEN=$(curl -fsS -H 'Content-Type: application/json' "$tenant/tokens" -d "{\"app\":\"$READER_CLIENT_ID\"}" | jq -re .access_token)
  export READER_TOKEN
  "$@" base-url
else
  "$@"
fi

doors=$(curl -fsS "$tenant/journal" | jq -c '[.value[].door] | unique')
if [ "$doors" != "[\"$door\"]" ]; then
  echo "FAIL the requests came by $doors"
  exit 1
fi
echo "ok   every request came by the door $door"
