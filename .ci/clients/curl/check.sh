#!/usr/bin/env bash
# Real curl against a running simulator: tokens, paging, passcode resets and refusals, audits, the journal, the end.
# Usage: check.sh PATH-OF-SIMTUNE     Prints a line per check; stops at the first that does not hold.
set -euo pipefail

simtune=${1:?usage: check.sh PATH-OF-SIMTUNE}
[ -x "$simtune" ] || { echo "$simtune is no program; build it first: cargo build --release" >&2; exit 1; }
for tool in curl jq; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done

simtune=$(realpath "$simtune")
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../checks.sh"
# What somebody has set for a simulator of their own is not meant here; see also the change of folder below.
unset "${!SIMTUNE_@}"

# A proxy meant for package registries must not see requests to this machine.
export no_proxy="127.0.0.1,localhost${no_proxy:+,$no_proxy}"
export NO_PROXY=$no_proxy

scratch=$(mktemp -d)
server=
at_exit() {
  if [ -n "$server" ]; then
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$scratch"
}
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# http CURL-ARGUMENTS…: leaves the answer in $status, $body and $headers. curl's own failures end the check.
http() {
  status=$(curl --silent --show-error --max-time 30 --output "$scratch/body" --dump-header "$scratch/headers" \
    --write-out '%{http_code}' "$@") || fail "curl $*" "curl ended with $?"
  body=$(cat "$scratch/body")
  headers=$(tr -d '\r' <"$scratch/headers")
}
graph() { http -H "Authorization: Bearer $token" "$@"; }
json() { jq -r "$1" <<<"$body"; }
advance() {
  http -H 'Content-Type: application/json' -d "{\"by\":\"$1\"}" "$control/api/tenants/default/clock/advance"
  [ "$status" = 200 ] || fail "the clock advances by $1" "expected: 200" "got:      $status $body"
}

# --- start

# A simtune.toml in the current folder would count.
cd "$scratch"

"$simtune" serve --listen 127.0.0.1:0 --control 127.0.0.1:0 --ready-file "$scratch/ready.json" --clock manual \
  >"$scratch/stdout" 2>"$scratch/stderr" &
server=$!
for ((waited = 0; waited < 300; waited++)); do
  [ ! -e "$scratch/ready.json" ] || break
  kill -0 "$server" 2>/dev/null || fail "serve starts" "it ended early:" "$(cat "$scratch/stderr")"
  sleep 0.1
done
[ -e "$scratch/ready.json" ] || fail "a ready file within 30 s" "$(cat "$scratch/stderr")"
equal "the ready file is for its owner only" 600 "$(stat -c %a "$scratch/ready.json")"

ready() { jq -re ".$1" "$scratch/ready.json"; }
authority=$(ready authorityUrl)
graph_url=$(ready graphUrl)
beta_url=$(ready graphBetaUrl)
control=$(ready controlUrl)
tenant=$(ready tenantId)
client=$(ready clientId)
secret=$(ready clientSecret)
equal "the ready file names the process" "$server" "$(ready pid)"
"$simtune" wait --control "$control" --timeout 10s || fail "simtune wait" "it ended with $?"
ok "simtune wait"

# --- tokens

token_url=$authority/$tenant/oauth2/v2.0/token
http --data-urlencode grant_type=client_credentials --data-urlencode "client_id=$client" \
  --data-urlencode "client_secret=$secret" --data-urlencode scope=https://graph.microsoft.com/.default "$token_url"
equal "a token for a secret in the form" 200 "$status"
equal "it is a bearer token" Bearer "$(json .token_type)"
token=$(json .access_token)
first_token=$token
matches "it has three parts" '^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$' "$token"

http --user "$client:$secret" -d grant_type=client_credentials \
  --data-urlencode scope=https://graph.microsoft.com/.default "$token_url"
equal "a token for a secret by HTTP Basic" 200 "$status"
token=$(json .access_token)
graph "$graph_url/organization"
equal "Graph takes that token" 200 "$status"

http -d grant_type=client_credentials -d "client_id=$client" -d client_secret=wrong \
  --data-urlencode scope=https://graph.microsoft.com/.default "$token_url"
equal "a wrong secret is refused" "401 invalid_client" "$status $(json .error)"
http "$graph_url/deviceManagement/managedDevices"
equal "Graph refuses without a token" "401 InvalidAuthenticationToken" "$status $(json .error.code)"

# --- every device, page by page

graph "$graph_url/deviceManagement/managedDevices?\$count=true&\$top=1"
equal "a list with its count" 200 "$status"
count=$(json '."@odata.count"')

url="$graph_url/deviceManagement/managedDevices?\$top=20&\$select=id,deviceName"
pages=0
while [ "$url" != null ]; do
  graph "$url"
  [ "$status" = 200 ] || fail "page $((pages + 1))" "expected: 200" "got:      $status $body"
  json '.value[] | [.id, .deviceName] | @tsv' >>"$scratch/devices"
  pages=$((pages + 1))
  [ "$pages" -le 100 ] || fail "paging ends" "100 pages and still a nextLink"
  url=$(json '."@odata.nextLink"')
done
equal "as many devices as @odata.count says" "$count" "$(wc -l <"$scratch/devices")"
equal "no device twice" "$count" "$(cut -f 1 "$scratch/devices" | sort -u | wc -l)"
equal "pages of 20" "$(((count + 19) / 20))" "$pages"

device() { # NAME: the address of the device
  local id
  id=$(awk -F '\t' -v name="$1" '$2 == name { print $1 }' "$scratch/devices")
  [ -n "$id" ] || fail "a device named $1 is in the fleet"
  printf '%s/deviceManagement/managedDevices/%s' "$graph_url" "$id"
}

# --- accepted resets

accepted=(iPhone-1 Android-6 Windows-Phone-8.1)
for name in "${accepted[@]}"; do
  graph -X POST -d '' "$(device "$name")/resetPasscode"
  equal "$name: the reset is accepted, without a body" "204 " "$status $body"
  graph "$(device "$name")?\$select=id,deviceActionResults"
  equal "$name: it is pending" "resetPasscode pending" \
    "$(json '.deviceActionResults[0] | "\(.actionName) \(.actionState)"')"
done
advance PT2S
outcome() { # NAME: state and passcode
  graph "$(device "$1")"
  json '.deviceActionResults[0] | "\(.actionState) \(.passcode)"'
}
equal "iPhone-1: done, and the passcode is gone rather than new" "done null" "$(outcome iPhone-1)"
android=$(outcome Android-6)
matches "Android-6: done, with a passcode of letters and digits" '^done [A-Za-z0-9]{4,}$' "$android"
phone=$(outcome Windows-Phone-8.1)
matches "Windows-Phone-8.1: done, with digits" '^done [0-9]{4,}$' "$phone"
passcodes=("${android#done }" "${phone#done }")
matches "Android-6: both letters and digits" '[A-Za-z].*[0-9]|[0-9].*[A-Za-z]' "${passcodes[0]}"

# --- refused resets

for name in MacBook-1 DESKTOP-1 Android-7 Work-profile-8; do
  graph -X POST -d '' "$(device "$name")/resetPasscode"
  equal "$name: refused" "400 BadRequest" "$status $(json .error.code)"
  inner=$(json .error.message)
  matches "$name: the message is JSON that tells nothing" '^3 An error has occurred - Operation ID' \
    "$(jq -r '"\(._version) \(.Message)"' <<<"$inner")"
  graph "$(device "$name")?\$select=id,deviceActionResults"
  equal "$name: no trace at the device" "[]" "$(jq -c '.deviceActionResults // []' <<<"$body")"
done

# --- audits

graph "$beta_url/deviceManagement/remoteActionAudits"
equal "audits on beta" 200 "$status"
equal "those accepted are in the audits as done, and no others" \
  "$(printf '%s resetPasscode done\n' "${accepted[@]}" | sort)" \
  "$(json '.value[] | "\(.deviceDisplayName) \(.action) \(.actionState)"' | sort)"
graph "$graph_url/deviceManagement/remoteActionAudits"
equal "no audits on v1.0" 400 "$status"

# --- the missing length

graph -X POST "$(device iPhone-1)/resetPasscode"
equal "a POST without a length" 411 "$status"
matches "is answered in HTML" 'content-type: text/html' "${headers,,}"
matches "that says Length Required" 'Length Required' "$body"

# --- the journal

http "$control/api/tenants/default/journal"
equal "the journal" 200 "$status"
matches "it has the resets" '/resetPasscode' "$body"
[[ $body != *"$secret"* ]] || fail "the journal holds no secret" "it holds $secret"
for leaked in "$token" "$first_token"; do
  # Without its signature as well.
  [[ $body != *"${leaked%.*}"* ]] || fail "the journal holds no token" "it holds ${leaked%.*}"
done
for passcode in "${passcodes[@]}"; do
  # As a string: a few digits may also stand in some time or id by chance.
  ! grep -qE "\"$passcode\\\\?\"" <<<"$body" || fail "the journal holds no passcode" "it holds $passcode"
done
ok "the journal holds no token, secret or passcode"
# Otherwise the line above could hold because nothing with a passcode was written at all.
equal "where a passcode was, the journal has a mask" "masked masked" \
  "$(json '[.value[].response.body | fromjson? | .. | .passcode? | strings | sub("-.*"; "")] | join(" ")')"

# --- the lines of the banner

line=$(grep -m 1 -E '^ *curl ' "$scratch/stdout") || fail "the banner has a line with curl" "$(cat "$scratch/stdout")"
pasted=$(bash -c "$line") || fail "the banner's curl line works when pasted" "$line"
equal "the banner's curl line, pasted, lists every device" "$count" "$(jq '.value | length' <<<"$pasted")"
line=$(grep -m 1 -oE 'eval ".*"$' "$scratch/stdout") || fail "the banner has a line with eval" "$(cat "$scratch/stdout")"
# shellcheck disable=SC2016
pasted=$(bash -c "$line"'; printf "%s %s" "$SIMTUNE_GRAPH_URL" "$AZURE_CLIENT_ID"')
equal "the banner's eval line, pasted, sets the environment" "$graph_url $client" "$pasted"

# --- the end

kill -TERM "$server"
code=0
wait "$server" || code=$?
server=
equal "SIGTERM ends it with exit code 0" 0 "$code"
[ ! -e "$scratch/ready.json" ] || fail "the ready file is gone"
ok "the ready file is gone"
equal "nothing on stderr tells a secret" 0 "$(grep -cF -e "$secret" -e "$token" "$scratch/stderr" || true)"

printf '%d checks with %s\n' "$checks" "$(curl --version | head -n 1 | cut -d ' ' -f 1-2)"
