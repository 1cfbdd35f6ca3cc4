#!/usr/bin/env bash
# The doors of the client port with TLS stacks that other people wrote: OpenSSL, curl, Node and Python.
# Usage: check.sh PATH-OF-SIMTUNE     Prints a line per check; stops at the first that does not hold.
set -euo pipefail

simtune=${1:?usage: check.sh PATH-OF-SIMTUNE}
[ -x "$simtune" ] || { echo "$simtune is no program; build it first: cargo build --release" >&2; exit 1; }
for tool in curl jq openssl node python3; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done
simtune=$(realpath "$simtune")
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../checks.sh"
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# What somebody has set for a simulator, a proxy or roots of their own is not meant here.
unset "${!SIMTUNE_@}" http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS

scratch=$(mktemp -d)
running=()
at_exit() {
  local pid
  for pid in ${running[@]+"${running[@]}"}; do
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap at_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
cd "$scratch"

"$simtune" serve --listen 127.0.0.1:0 --control 127.0.0.1:0 --ready-file ready.json --ca-dir ca --tls-name intune.test \
  >/dev/null 2>log &
running+=($!)
waited=0
until [ -s ready.json ]; do
  [ "$waited" -lt 100 ] || fail "start" "not ready after 10 s" "$(cat log)"
  waited=$((waited + 1))
  sleep 0.1
done
member() { jq -r ".$1" ready.json; }
proxy=$(member proxyUrl)
port=${proxy##*:}
ca=$(member caFile)
control=$(member controlUrl)
token=$("$simtune" token --control "$control")
users=/v1.0/users
journal() { curl -sS "$control/api/tenants/default/journal" | jq -r '.value[-1] | "\(.door) \(.scheme) \(.httpVersion) \(.status)"'; }

# --- The certificates, by OpenSSL ---------------------------------------------------------------------------------
openssl_says() { # NAME OPTIONS…
  openssl s_client -connect "127.0.0.1:$port" -CAfile "$ca" -verify_return_error "$@" </dev/null 2>&1 || true
}
for name in localhost graph.microsoft.com login.microsoftonline.com microsoftgraph.chinacloudapi.cn intune.test; do
  for version in -tls1_2 -tls1_3; do
    matches "openssl: $name $version" "Verify return code: 0" \
      "$(openssl_says "$version" -servername "$name" -verify_hostname "$name")"
  done
done
matches "openssl: 127.0.0.1 without a name" "Verify return code: 0" "$(openssl_says -noservername -verify_ip 127.0.0.1)"
matches "openssl: ::1 without a name" "Verify return code: 0" "$(openssl_says -noservername -verify_ip ::1)"
matches "openssl: ALPN h2" "ALPN protocol: h2" "$(openssl_says -servername localhost -alpn h2,http/1.1)"
matches "openssl: ALPN http/1.1" "ALPN protocol: http/1.1" "$(openssl_says -servername localhost -alpn http/1.1)"
matches "openssl: no ALPN" "No ALPN negotiated" "$(openssl_says -servername localhost)"
matches "openssl: a foreign name gets no certificate" "no peer certificate available" "$(openssl_says -servername example.com)"
matches "openssl: through the proxy" "Verify return code: 0" "$(openssl s_client -proxy "127.0.0.1:$port" \
  -connect graph.microsoft.com:443 -CAfile "$ca" -verify_return_error -verify_hostname graph.microsoft.com </dev/null 2>&1)"

# --- What its key signs beyond its names is worth nothing ---------------------------------------------------------
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out leaf-key.pem 2>/dev/null
forge() { # FILE SUBJECT-ALTERNATIVE-NAME [MORE-EXTENSIONS]
  openssl req -new -key leaf-key.pem -subj "/CN=forged" -out leaf.csr
  printf 'subjectAltName=%s\n%s\n' "$2" "${3-}" >leaf.ext
  openssl x509 -req -in leaf.csr -CA ca/ca.pem -CAkey ca/ca-key.pem -set_serial 1 -days 2 -extfile leaf.ext -out "$1" 2>/dev/null
}
verdict() { openssl verify -purpose sslserver -CAfile ca/ca.pem "$1" 2>&1 || true; }
forge within.pem DNS:graph.microsoft.com
matches "openssl verify: a name within" "within.pem: OK" "$(verdict within.pem)"
for name in DNS:example.com DNS:portal.azure.com DNS:microsoft.com IP:192.0.2.1; do
  forge outside.pem "$name"
  matches "openssl verify: $name is outside" "permitted subtree violation" "$(verdict outside.pem)"
done
forge below.pem DNS:localhost "basicConstraints=critical,CA:TRUE"
openssl req -new -key leaf-key.pem -subj "/CN=lower" -out leaf.csr
printf 'subjectAltName=DNS:localhost\n' >leaf.ext
openssl x509 -req -in leaf.csr -CA below.pem -CAkey leaf-key.pem -set_serial 2 -days 2 -extfile leaf.ext -out lower.pem 2>/dev/null
matches "openssl verify: no authority below it" "path length constraint exceeded" \
  "$(openssl verify -CAfile ca/ca.pem -untrusted below.pem lower.pem 2>&1 || true)"
equal "the key is its owner's" 600 "$(stat -c %a ca/ca-key.pem)"

# A server that shows the forged certificate, for the verifiers below.
forge outside.pem DNS:example.com
openssl s_server -accept 0 -cert outside.pem -key leaf-key.pem -www >forger 2>&1 &
running+=($!)
waited=0
until grep -q '^ACCEPT' forger; do
  [ "$waited" -lt 100 ] || fail "openssl s_server" "$(cat forger)"
  waited=$((waited + 1))
  sleep 0.1
done
forger=$(sed -n 's/^ACCEPT.*:\([0-9]*\)$/\1/p' forger)

# --- curl ---------------------------------------------------------------------------------------------------------
curl_says() { # OPTIONS… URL: status, version
  curl --silent --show-error --max-time 20 --cacert "$ca" -H "Authorization: Bearer $token" -o body \
    --write-out '%{http_code} %{http_version}' "$@"
}
curl_door() { # NAME EXPECTED DOOR OPTIONS…
  equal "curl: $1" "$2" "$(curl_says "${@:4}")"
  equal "curl: $1: the door" "$3" "$(journal)"
}
curl_door "plain" "200 1.1" "base-url http 1.1 200" "http://127.0.0.1:$port$users"
curl_door "--http2-prior-knowledge" "200 2" "base-url http 2 200" --http2-prior-knowledge "http://127.0.0.1:$port$users"
curl_door "--http2" "200 2" "base-url https 2 200" --http2 "https://localhost:$port$users"
curl_door "--http1.1" "200 1.1" "base-url https 1.1 200" --http1.1 "https://127.0.0.1:$port$users"
curl_door "--no-alpn" "200 1.1" "base-url https 1.1 200" --no-alpn "https://localhost:$port$users"
curl_door "--proxy" "200 2" "proxy https 2 200" --proxy "$proxy" "https://graph.microsoft.com$users"
matches "curl: links keep the name" 'https://graph.microsoft.com/v1.0/\$metadata' "$(cat body)"
curl_door "--proxy1.0" "200 2" "proxy https 2 200" --proxy1.0 "$proxy" "https://graph.microsoft.com$users"
curl_door "--proxy, plain" "200 1.1" "proxy http 1.1 200" --proxy "$proxy" "http://graph.microsoft.com$users"
curl_door "--proxy with TLS" "200 2" "proxy https 2 200" --proxy "https://localhost:$port" --proxy-cacert "$ca" \
  "https://graph.microsoft.com$users"
curl_door "--connect-to" "200 2" "host-mapping https 2 200" --connect-to "::127.0.0.1:$port" "https://graph.microsoft.com$users"
curl_door "--resolve" "200 2" "base-url https 2 200" --resolve "intune.test:$port:127.0.0.1" "https://intune.test:$port$users"
curl_says --connect-to "::127.0.0.1:$port" https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration >/dev/null
equal "curl: metadata under Microsoft's name" "https://login.microsoftonline.com/common/oauth2/v2.0/token" "$(jq -r .token_endpoint body)"
curl_says "https://localhost:$port/common/v2.0/.well-known/openid-configuration" >/dev/null
equal "curl: metadata with scheme, host and port" "https://localhost:$port/common/oauth2/v2.0/token" "$(jq -r .token_endpoint body)"
equal "curl: a foreign host, absolute" "403 1.1" "$(curl_says --proxy "$proxy" http://example.com/)"
matches "curl: the refusal names it" "does not lead to 'example.com:80'" "$(cat body)"
matches "curl: a foreign host, tunnel" "response 403" "$(curl_says --proxy "$proxy" https://example.com/ 2>&1 || true)"
equal "curl: the refusal is in the journal" "proxy http 1.1 403" "$(journal)"
matches "curl: the control port, tunnel" "response 403" "$(curl_says --proxytunnel --proxy "$proxy" "$control/api/ready" 2>&1 || true)"
code=0
curl_says --connect-to "::127.0.0.1:$forger" https://example.com/ >/dev/null 2>&1 || code=$?
equal "curl: the forged certificate" 60 "$code"

# --- A proxy client that says no more than it must ----------------------------------------------------------------
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'CONNECT graph.microsoft.com:443 HTTP/1.0\r\n\r\n' >&3
IFS= read -r -t 10 answer <&3
exec 3>&-
matches "raw: CONNECT, HTTP/1.0, no header" '^HTTP/1\.[01] 200 ' "$answer"

# --- Node and Python ----------------------------------------------------------------------------------------------
export CHECK_CA=$ca CHECK_PORT=$port CHECK_TOKEN=$token CHECK_FORGER=$forger
within() { # NAME COMMAND…: checks of another language, a line each
  local name=$1
  shift
  "$@" >said 2>&1 || fail "$name" "$(cat said)"
  while IFS= read -r line; do ok "$name: $line"; done <said
}
within node env NODE_EXTRA_CA_CERTS="$ca" node "$here/check.mjs"
within python python3 "$here/check.py"

# --- The end ------------------------------------------------------------------------------------------------------
equal "nothing failed inside" 0 "$(curl -sS "$control/metrics" | awk '/^simtune_.*class="5/ { sum += $2 } END { print sum + 0 }')"
kill -TERM "${running[0]}"
code=0
wait "${running[0]}" || code=$?
equal "it ends when asked to" 0 "$code"
printf '%d checks\n' "$checks"
