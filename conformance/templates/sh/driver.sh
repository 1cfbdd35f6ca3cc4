#!/bin/sh
# A driver for simtune-conformance that is started for each operation: $OP and $OP_ARGS say what to do, stdout takes one line
# of JSON, and the exit code is 0 if all went well, 1 if it failed and says so, and 89 for an operation that there is not.
# The client under test is curl with jq. Put your own program in its place: what comes after "the operations" calls it.
# A driver does not retry, follow links or mend answers: that would be taken for the client's doing.
set -u

work=$(mktemp -d) || exit 70
trap 'rm -rf "$work"' EXIT
body=$work/body

failed() { # KIND [STATUS]: says how the client failed, and ends.
  jq -nc --arg kind "$1" --arg status "${2:-}" \
    '{ok: false, error: ({kind: $kind} + if $status == "" then {} else {status: ($status | tonumber)} end)}'
  exit 1
}

# --- the client
sign_in() {
  token=${GRAPH_ACCESS_TOKEN:-}
  [ -z "$token" ] || return 0
  status=$(curl -sS -m 5 -o "$body" -w '%{http_code}' "$GRAPH_TOKEN_URL" -d grant_type=client_credentials \
    -d client_id="$GRAPH_CLIENT_ID" --data-urlencode client_secret="$GRAPH_CLIENT_SECRET" \
    --data-urlencode scope="$GRAPH_SCOPE") || failed network
  [ "$status" = 200 ] || failed auth "$status"
  token=$(jq -er .access_token "$body") || failed auth
}

ask() { # METHOD URL [OPTION…]: the answer is in $body.
  method=$1 url=$2
  shift 2
  status=$(curl -sS -m 5 -o "$body" -w '%{http_code}' -X "$method" -H "Authorization: Bearer $token" "$@" "$url")
  case $?:$status in
    28:*) failed timeout ;;
    0:2??) ;;
    0:3??) failed redirect "$status" ;;
    0:*) failed http "$status" ;;
    *) failed network ;;
  esac
}

list() { # [OPTION…]: all devices, page by page.
  ask GET "$devices" -G "$@"
  : >"$work/devices"
  while :; do
    jq -c '.value[]' "$body" >>"$work/devices" 2>/dev/null || failed parse
    next=$(jq -r '."@odata.nextLink" // empty' "$body")
    [ -n "$next" ] || break
    ! grep -qxF -e "$next" "$work/links" 2>/dev/null || failed parse # it leads in a circle
    echo "$next" >>"$work/links"
    ask GET "$next"
  done
  jq -sc '{devices: map(map_values(if type == "number" then tostring else . end)), complete: true}' "$work/devices"
}

# --- the operations
arg() { printf '%s' "$OP_ARGS" | jq -r "$1"; }
devices=$GRAPH_BASE_URL/deviceManagement/managedDevices
device=$devices/$(arg '.deviceId // "none"')
select=$(arg '(.select // []) | join(",")')
filter=$(arg '.filter // empty')

case $OP in
  list_devices)
    sign_in
    list ${filter:+--data-urlencode "\$filter=$filter"} ${select:+--data-urlencode "\$select=$select"}
    ;;
  find_device)
    sign_in
    list --data-urlencode "\$filter=$(arg '"\(.by) eq '\''\(.value | gsub("'\''"; "'\'\''"))'\''"')"
    ;;
  get_device)
    sign_in
    ask GET "$device" -G ${select:+--data-urlencode "\$select=$select"}
    jq -c '{device: map_values(if type == "number" then tostring else . end)}' "$body" 2>/dev/null || failed parse
    ;;
  reset_passcode)
    sign_in
    ask POST "$device/resetPasscode" -d ''
    echo '{"outcome":"accepted"}'
    ;;
  get_action_result)
    sign_in
    ask GET "$device"
    jq -c '[.deviceActionResults // [] | .[] | select(.actionName == "resetPasscode")] | max_by(.startDateTime)
      | {state: (.actionState // "none"), passcode}' "$body" 2>/dev/null || failed parse
    ;;
  *) exit 89 ;;
esac
