#!/usr/bin/env bash
# Real curl meets every act of a fault: what reaches it over the wire, and what curl makes of it.
# Usage: check.sh PATH-OF-SIMTUNE     Prints a line per check; stops at the first that does not hold.
#
# Each line of the table below is asked twice: without the fault it must succeed and show nothing of what the line says
# is right, with the fault it must show it. So no line holds when faults do nothing.
set -euo pipefail

simtune=${1:?usage: check.sh PATH-OF-SIMTUNE}
[ -x "$simtune" ] || { echo "$simtune is no program; build it first: cargo build --release" >&2; exit 1; }
for tool in curl jq; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done
simtune=$(realpath "$simtune")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
. "$here/../checks.sh"
# What somebody has set for a simulator, a proxy or roots of their own is not meant here.
unset "${!SIMTUNE_@}" http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
# What is no text is shown by cat -v.
export LC_ALL=C

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
cd "$scratch"

"$simtune" serve --listen 127.0.0.1:0 --control 127.0.0.1:0 --ready-file ready.json --ca-dir ca --clock manual \
  >/dev/null 2>log &
server=$!
for ((waited = 0; waited < 100; waited++)); do
  [ ! -s ready.json ] || break
  sleep 0.1
done
[ -s ready.json ] || fail "start" "not ready after 10 s" "$(cat log)"
member() { jq -re ".$1" ready.json; }
control=$(member controlUrl)/api/tenants/default
faults=$control/faults
bearer="Authorization: Bearer $("$simtune" token --control "$(member controlUrl)")"
ca=$(member caFile)
plain=$(member graphUrl) tls=$(member graphTlsUrl)
sign_in=$(member tenantId)/oauth2/v2.0/token
plain_sign_in=$(member authorityUrl)/$sign_in tls_sign_in=$(member authorityTlsUrl)/$sign_in
client=$(member clientId) secret=$(member clientSecret)
device=$(curl -sS -H "$bearer" "$plain/deviceManagement/managedDevices?\$filter=deviceName%20eq%20%27iPhone-1%27" |
  jq -re '.value[0].id')

# Calls, by name. `twice` is one run of curl that asks two times.
call() { # DOOR CALL OPTIONS…: leaves all that is known of it in $told
  local door=$1 called=$2 graph=$tls token_url=$tls_sign_in options=()
  shift 2
  case $door in
    http) graph=$plain token_url=$plain_sign_in ;;
    https) options+=(--cacert "$ca" --http1.1) ;;
    h2) options+=(--cacert "$ca" --http2) ;;
  esac
  local devices="$graph/deviceManagement/managedDevices?\$top=2&\$select=id,deviceName"
  case $called in
    devices) options+=(-H "$bearer" "$devices") ;;
    twice) options+=(-H "$bearer" "$devices" --output body2 "$devices") ;;
    last) options+=(-H "$bearer" "$graph/deviceManagement/managedDevices?\$top=1000&\$select=id,deviceName") ;;
    whole) options+=(-H "$bearer" "$graph/deviceManagement/managedDevices?\$top=2") ;;
    passcode) options+=(-H "$bearer" -X POST "$graph/deviceManagement/managedDevices/$device/resetPasscode" -d "") ;;
    token)
      options+=(-d grant_type=client_credentials -d "client_id=$client" -d "client_secret=$secret"
        -d scope=https://graph.microsoft.com/.default "$token_url")
      ;;
  esac
  local code=0 transfers
  : >body
  : >headers
  transfers=$(curl --no-progress-meter --max-time 5 --output body --dump-header headers --write-out \
    'http=%{http_code} bytes=%{size_download} redirects=%{num_redirects} connects=%{num_connects} time=%{time_total}\n' \
    "$@" "${options[@]}" 2>errors) || code=$?
  told="exit=$code ${transfers//$'\n'/ }"$'\n'"$(cat headers errors body | tr -d '\r' | cat -v)"
}

met=()
# meets DOOR CALL ACT RIGHT OPTIONS…: RIGHT is a pattern of what is right, with a ! before it of what must be missing.
meets() {
  local door=$1 called=$2 act=$3 right=$4 negated=
  shift 4
  local name="$door $called $act${*:+ ($*)}"
  if [ "${right:0:1}" = '!' ]; then negated=1 right=${right:1}; fi
  shows() { if [[ $told =~ $right ]]; then [ -z "$negated" ]; else [ -n "$negated" ]; fi; }

  curl -sS -X DELETE "$faults"
  call "$door" "$called" "$@"
  [[ $told =~ ^exit=0\ (http=20[04]\ [^$'\n']*)+ ]] || fail "$name: without the fault" "expected: success" "got:      $told"
  ! shows || fail "$name: without the fault" "it shows already: ${negated:+not }$right" "got:      $told"

  local of=listDevices times=
  case $called in
    passcode) of=resetPasscode ;;
    token) of=token ;;
  esac
  # A second try, and a redirect that is followed, is to succeed.
  case "$* $act" in
    *--max-redirs*) ;;
    *"--retry "* | *'"self"'*) times='"times":1,' ;;
  esac
  local rule='{"id":"one","match":{"operation":"'$of'"},'$times'"act":'$act'}'
  curl -sS --fail-with-body -X PUT "$faults" -d "{\"value\":[$rule]}" >answer || fail "$name" "$(cat answer)"
  call "$door" "$called" "$@"
  shows || fail "$name" "expected: ${negated:+not }$right" "got:      $told"
  [[ $(curl -sS "$faults") =~ \"hits\":[1-9] ]] || fail "$name" "the fault did not strike"
  act=${act#'{"'}
  met+=("${act%%'"'*}")
  ok "$name"
}

# --- status: every form of Retry-After, bodies and headers --------------------------------------------------------------
meets http devices '{"status":{"code":429,"retryAfter":5,"body":"throttled"}}' 'exit=0 http=429 .*retry-after: 5'$'\n''.*TooManyRequests'
meets http devices '{"status":{"code":429,"retryAfter":"2.128"}}' 'http=429 .*retry-after: 2\.128'$'\n'
meets http devices '{"status":{"code":503,"retryAfter":-1}}' 'http=503 .*retry-after: -1'$'\n'
meets http devices '{"status":{"code":503,"retryAfter":"soon"}}' 'http=503 .*retry-after: soon'$'\n'
meets http devices '{"status":{"code":429,"retryAfter":{"date":"imf","in":"PT4S"}}}' 'retry-after: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT'
meets http devices '{"status":{"code":429,"retryAfter":{"date":"rfc850","in":"PT4S"}}}' 'retry-after: [A-Z][a-z]+day, [0-9]{2}-[A-Z][a-z]{2}-[0-9]{2} [0-9:]{8} GMT'
meets http devices '{"status":{"code":429,"retryAfter":{"date":"asctime","in":"-PT4S"}}}' 'retry-after: [A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4}'
meets http devices '{"status":{"code":503}}' 'exit=22 http=503 ' --fail
meets http devices '{"status":{"code":503,"retryAfter":1}}' 'exit=0 http=200 .*Will retry in 1(\.0*)? second' --retry 1
meets http devices '{"status":{"code":500,"body":"nested"}}' 'http=500 .*"message":"\{'
meets http devices '{"status":{"code":503,"body":"html"}}' 'http=503 .*content-type: text/html.*<'
meets http devices '{"status":{"code":502,"body":"empty"}}' 'exit=0 http=502 bytes=0 '
meets http devices '{"status":{"code":418,"headers":{"X-Pot":"tea"},"body":{"text":"short and stout","contentType":"text/x-pot"}}}' 'http=418 .*content-type: text/x-pot.*x-pot: tea.*short and stout'
meets http token '{"status":{"code":429,"retryAfter":60,"body":"entraThrottled"}}' 'http=429 .*retry-after: 60.*"error"'
meets http passcode '{"status":{"code":504,"body":"emptyMessage"}}' 'http=504 .*"message":""'
meets https devices '{"status":{"code":429,"retryAfter":5}}' 'exit=0 http=429 .*retry-after: 5'
meets h2 devices '{"status":{"code":429,"retryAfter":5}}' 'exit=0 http=429 .*HTTP/2 429.*retry-after: 5'

# --- what happens to the connection -------------------------------------------------------------------------------------
meets http devices '{"reset":{"at":"start"}}' 'exit=(52|56) http=000 bytes=0 '
meets http devices '{"reset":{"at":"head"}}' 'exit=56 http=(000|200) bytes=0 '
meets http devices '{"reset":{"at":"body"}}' 'exit=(18|56) http=200 bytes=[1-9]'
meets http devices '{"reset":{}}' 'exit=0 http=200 .*Will retry in' --retry 1 --retry-delay 1 --retry-all-errors
meets https devices '{"reset":{"at":"body"}}' 'exit=(18|56) http=200 bytes=[1-9]'
meets h2 devices '{"reset":{"at":"body"}}' 'exit=(18|92) http=200 '
meets http devices '{"truncate":{"bytes":10}}' 'exit=18 http=200 bytes=10 '
meets http passcode '{"reset":{"at":"start"}}' 'exit=(52|56) http=000 '
meets https devices '{"truncate":{"bytes":10}}' 'exit=(18|56) http=200 bytes=10 '
meets h2 devices '{"truncate":{"bytes":10}}' 'exit=(18|92) http=200 bytes=10 '
meets http devices '{"stall":{"for":"PT1H"}}' 'exit=28 http=000 bytes=0 ' --max-time 0.8
meets http devices '{"stall":{"for":"PT1H","at":"head"}}' 'exit=28 http=(000|200) bytes=0 ' --max-time 0.8
meets https devices '{"stall":{"for":"PT1H","at":"body"}}' 'exit=28 http=200 ' --max-time 0.8
meets http devices '{"stall":{"for":"PT0.5S"}}' 'exit=0 http=200 .*time=(0\.[5-9]|[1-4]\.)'
meets http devices '{"slow":{"bytesPerSecond":200}}' 'exit=28 ' --max-time 0.8
meets https devices '{"slow":{"bytesPerSecond":2000}}' 'exit=0 http=200 .*time=(0\.[3-9]|[1-4]\.)'
meets http devices '{"chunk":{"bytes":1}}' $'\n''1'$'\n''\{'$'\n''1'$'\n''"'$'\n' --raw
meets https devices '{"chunk":{"bytes":7}}' $'\n''7'$'\n''.{7}'$'\n''7'$'\n' --raw
meets http twice '{"close":{}}' 'connects=1 .*connects=1 '
meets https twice '{"close":{}}' 'connects=1 .*connects=1 '
meets http devices '{"informational":{"code":103}}' 'exit=0 http=200 .*HTTP/1\.1 103 .*HTTP/1\.1 200'
meets https devices '{"informational":{"code":102}}' 'exit=0 http=200 .*HTTP/1\.1 102 .*HTTP/1\.1 200'

# --- redirects and tokens -----------------------------------------------------------------------------------------------
meets http devices '{"redirect":{"code":308,"location":"self"}}' 'exit=0 http=200 bytes=[0-9]+ redirects=1 ' --location
meets http devices '{"redirect":{"code":307,"location":"self"}}' 'exit=47 http=307 ' --location --max-redirs 3
meets http devices '{"redirect":{"code":302,"location":"relative"}}' 'exit=0 http=302 .*location: /v1\.0/deviceManagement'
meets http devices '{"redirect":{"code":301}}' '^exit=0 http=301 .* redirects=0 ' --location
meets http devices '{"redirect":{"code":302,"location":"foreignHost"}}' 'location: https?://graph\.example/v1\.0/deviceManagement'
meets https devices '{"redirect":{"code":308,"location":"self"}}' 'exit=0 http=200 bytes=[0-9]+ redirects=1 ' --location
meets http devices '{"token":{"defect":"expired"}}' 'http=401 .*token is expired'
meets http devices '{"token":{"defect":"claimsChallenge"}}' 'http=401 .*www-authenticate: Bearer .*claims='
meets https devices '{"token":{"defect":"missingRole"}}' 'http=403 .*DeviceManagementManagedDevices'
meets http token '{"token":{"defect":"empty"}}' 'http=200 .*"access_token":""'
meets https token '{"token":{"defect":"notJwt"}}' 'http=200 .*"access_token":"not-a-jwt"'

# --- pages --------------------------------------------------------------------------------------------------------------
meets http devices '{"page":{"kind":"empty"}}' '"value":\[\]'
meets http devices '{"page":{"kind":"noLink"}}' '!@odata\.nextLink'
meets http last '{"page":{"kind":"nullLink"}}' '"@odata.nextLink":null'
meets http last '{"page":{"kind":"emptyLink"}}' '"@odata.nextLink":""'
meets http devices '{"page":{"kind":"foreignLink"}}' '"@odata.nextLink":"https?://[^"/]*\.example'
meets http devices '{"page":{"kind":"relativeLink"}}' '"@odata.nextLink":"[^h"]'
meets http devices '{"page":{"kind":"escapedLink"}}' '%24skiptoken='
meets http devices '{"page":{"kind":"noValue"}}' '!"value":'
meets https devices '{"page":{"kind":"nullValue"}}' '"value":null'

# --- bodies -------------------------------------------------------------------------------------------------------------
meets http devices '{"body":{"kind":"empty"}}' 'exit=0 http=200 bytes=0 '
meets http devices '{"body":{"kind":"emptyObject"}}' 'http=200 bytes=2 .*\{\}$'
meets http passcode '{"body":{"kind":"emptyObject"}}' 'http=200 bytes=2 .*\{\}$'
meets http devices '{"body":{"kind":"html"}}' 'http=200 .*<html'
meets http devices '{"body":{"kind":"wrongContentType"}}' 'http=200 .*content-type: text/plain'
meets http devices '{"body":{"kind":"invalidJson"}}' ',,'
meets http devices '{"body":{"kind":"truncatedJson"}}' '!\}$'
meets http devices '{"body":{"kind":"twice"}}' '\}\{"@odata.context"'
meets http devices '{"body":{"kind":"whitespace"}}' '[ '$'\n\t'']{1000}\{'
meets http devices '{"body":{"kind":"bom"}}' 'M-oM-;M-\?\{'
meets http devices '{"body":{"kind":"brokenGzip"}}' 'exit=(23|56|61) http=200 .*content-encoding: gzip' --compressed
meets http devices '{"body":{"kind":"notGzip"}}' 'exit=(23|56|61) http=200 .*content-encoding: gzip' --compressed
meets http devices '{"body":{"kind":"gzipUnasked"}}' 'exit=0 http=200 .*content-encoding: gzip.*\^_M-\^K'
meets http devices '{"body":{"kind":"gzipTwice"}}' 'exit=0 http=200 .*\^_M-\^K' --compressed
meets http devices '{"body":{"kind":"gzipUnannounced"}}' 'exit=0 http=200 .*\^_M-\^K' --compressed
meets http devices '{"body":{"kind":"lengthTooLong"}}' 'exit=18 http=200 .*content-length: '
meets https devices '{"body":{"kind":"lengthTooLong"}}' 'exit=(18|56) http=200 .*content-length: '
meets http devices '{"body":{"kind":"lengthTooShort"}}' 'exit=0 http=200 .*content-length: .*[^}]$'
meets http passcode '{"body":{"kind":"lengthAnnounced"}}' 'http=204 .*content-length: 0'
meets http devices '{"body":{"kind":"inStreamError"}}' '"error":'
meets http devices '{"body":{"kind":"errorWithStatus"}}' 'http=200 .*"error":'
meets http whole '{"body":{"kind":"numbersAsStrings"}}' '"totalStorageSpaceInBytes":"[0-9]'
meets https whole '{"body":{"kind":"zeroDates"}}' '"enrolledDateTime":"0001-01-01T00:00:00Z"'

# --- every act was met --------------------------------------------------------------------------------------------------
acts=$(jq -r '."$defs".FaultAct | [.oneOf[].required[0]] | sort | join(" ")' "$here/../../../fixtures/schema/fault.schema.json")
equal "curl met every act" "$acts" "$(printf '%s\n' "${met[@]}" | sort -u | paste -sd ' ')"

kill -TERM "$server"
wait "$server" || fail "the simulator ends" "$(cat log)"
server=
echo "$checks checks"
