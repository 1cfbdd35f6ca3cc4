#!/usr/bin/env bash
# Passcode resets with curl.
# Usage: client.sh [base-url]     Without the word, Graph and its sign-in are where they always are.
set -euo pipefail

if [ "${1-}" = base-url ]; then
  authority=$SIMTUNE_AUTHORITY_URL
  graph=$SIMTUNE_GRAPH_URL
else
  authority=https://login.microsoftonline.com
  graph=https://graph.microsoft.com/v1.0
fi

token() { # CLIENT-ID CLIENT-SECRET
  curl -fsS "$authority/$AZURE_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials -d "client_id=$1" \
    --data-urlencode "client_secret=$2" -d scope=https://graph.microsoft.com/.default | jq -re .access_token
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# ask CURL-ARGUMENTS…: leaves the answer in $status and $body.
ask() {
  status=$(curl -sS --max-time 30 -H "Authorization: Bearer $bearer" -o "$scratch/body" -w '%{http_code}' "$@")
  body=$(cat "$scratch/body")
}
# A POST needs a length, even of nothing: -d ''.
reset() { ask -X POST -d '' "$devices/$1/resetPasscode"; }

check() { # WHAT EXPECTED GOT
  [ "$2" = "$3" ] || { echo "FAIL $1: $2 expected, got $3"; exit 1; }
  echo "ok   $1: $3"
}

# Lets time pass. Against the real Intune: wait, and look again.
advance() {
  curl -fsS -o /dev/null -H 'Content-Type: application/json' -d "{\"by\":\"$1\"}" \
    "$SIMTUNE_CONTROL_URL/api/tenants/default/clock/advance"
}

bearer=$(token "$AZURE_CLIENT_ID" "$AZURE_CLIENT_SECRET")
devices=$graph/deviceManagement/managedDevices
declare -A id_of
page="$devices?\$top=20&\$select=id,deviceName"
pages=0
while [ "$page" != null ]; do
  ask "$page"
  [ "$status" = 200 ] || check "page $((pages + 1))" 200 "$status"
  while IFS=$'\t' read -r name id; do id_of[$name]=$id; done < <(jq -r '.value[] | [.deviceName, .id] | @tsv' <<<"$body")
  page=$(jq -r '."@odata.nextLink"' <<<"$body")
  pages=$((pages + 1))
done
check "more than 60 names of devices on $pages pages" true "$([ "${#id_of[@]}" -gt 60 ] && echo true || echo "${#id_of[@]}")"

# NAME:STATE: or, where a temporary passcode is set, NAME:STATE:shown
outcomes="iPhone-1:done: Android-6:done:shown iPhone-offline:pending: iPhone-wrong-unlock-token:failed:
  Android-6-stale:notSupported:"
for outcome in $outcomes; do
  reset "${id_of[${outcome%%:*}]}"
  check "${outcome%%:*}: the reset" 204 "$status"
done
advance PT1M
for outcome in $outcomes; do
  ask "$devices/${id_of[${outcome%%:*}]}?\$select=deviceActionResults"
  check "${outcome%%:*}" "${outcome#*:}" \
    "$(jq -r '.deviceActionResults[0] | "\(.actionState):\(if .passcode then "shown" else "" end)"' <<<"$body")"
done

reset "${id_of[MacBook-1]}"
check "a Mac" 400 "$status"
check "a Mac: the reason" "An error has occurred" "$(jq -r '.error.message | fromjson.Message[:21]' <<<"$body")"
ask "$devices/00000000-0000-4000-8000-000000000000"
check "an unknown device" 404 "$status"
ask -X POST "$devices/${id_of[iPhone-1]}/resetPasscode" --http1.1
check "a POST without a length" 411 "$status"

# Twenty at once; a reset needs a body there, even an empty object.
requests='[{id: "mac", method: "POST", url: ($url + $mac + "/resetPasscode"), headers: {"Content-Type": "application/json"}, body: {}},
  {id: "iphone", method: "POST", url: ($url + $iphone + "/resetPasscode"), headers: {"Content-Type": "application/json"}, body: {}}]'
ask -H 'Content-Type: application/json' "$graph/\$batch" -d "$(jq -n --arg url /deviceManagement/managedDevices/ \
  --arg mac "${id_of[MacBook-1]}" --arg iphone "${id_of[iPhone-1]}" "{requests: $requests}")"
check "a batch" 200 "$status"
check "a batch: each by its id" "iphone 204, mac 400" \
  "$(jq -r '[.responses | sort_by(.id)[] | "\(.id) \(.status)"] | join(", ")' <<<"$body")"

# An app that may read devices and no more.
bearer=$(token "$READER_CLIENT_ID" "$READER_CLIENT_SECRET")
ask "$devices/${id_of[iPhone-1]}"
check "an app that may only read reads" 200 "$status"
reset "${id_of[iPhone-1]}"
check "its reset" 403 "$status"

advance PT48H
ask "$devices"
check "an expired token" 401 "$status"
curl --version | head -n 1 | cut -d ' ' -f 1-2
