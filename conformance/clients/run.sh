#!/usr/bin/env bash
# Every client through both doors, and a table of how it went.
# Usage: run.sh PATH-OF-SIMTUNE [CLIENT…]     Clients are the folders beside this file; all of them unless some are named.
# CLIENTS_PACKAGES names a folder in which what was fetched and built stays for the next time; a `venv` there is taken as it is.
set -euo pipefail

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
known=(python-msgraph-sdk python-msal node-graph-client rust-graph-rs-sdk curl)
doors=(base-url proxy)

simtune=${1:?usage: run.sh PATH-OF-SIMTUNE [CLIENT…]}
[ -x "$simtune" ] || { echo "$simtune is no program; build it first: cargo build --release" >&2; exit 64; }
simtune=$(realpath "$simtune")
shift
clients=("${@:-${known[@]}}")
for client in "${clients[@]}"; do
  [[ " ${known[*]} " = *" $client "* ]] || { echo "$client is no client; known are: ${known[*]}" >&2; exit 64; }
done
for tool in curl jq; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 69; }
done
# What somebody has set for a simulator of their own is not meant here.
unset "${!SIMTUNE_@}"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
packages=${CLIENTS_PACKAGES:-$scratch/packages}
mkdir -p "$packages"
packages=$(realpath "$packages")
# A simtune.toml in the current folder would count.
cd "$scratch"

# --- What a client needs ---------------------------------------------------------------------------------------------

# Node's fetch takes HTTPS_PROXY to heart from 22.21 and 24.0 on, which a distribution may not have yet.
node_program() { compgen -G "$packages/node/node_modules/node-linux-*/bin/node" || type -P node; }
knows_proxies='const [a, b] = process.versions.node.split("."); process.exit(a >= 24 || (a == 22 && b >= 21) ? 0 : 1)'

prepare() { # CLIENT
  case $1 in
    python-*)
      [ ! -d "$packages/venv" ] || return 0
      python3 -m venv "$packages/venv"
      "$packages/venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-compile --no-input \
        -r "$here/../../.ci/clients/python/requirements.txt" ||
        # Half a set would be taken for a whole one the next time.
        { rm -rf "$packages/venv"; return 1; }
      ;;
    node-*)
      mkdir -p "$packages/node"
      cp "$here/$1"/{client.mjs,package.json,package-lock.json} "$packages/node"
      npm ci --prefix "$packages/node" --cache "$scratch/npm" --ignore-scripts --no-audit --no-fund --no-update-notifier
      "$(node_program)" -e "$knows_proxies" ||
        { echo "$(node_program) is too old to know proxies: it must be 22.21 or 24" >&2; return 1; }
      ;;
    rust-*) cargo build --quiet --locked --manifest-path "$here/$1/Cargo.toml" --target-dir "$packages/rust" ;;
  esac
}

command_of() { # CLIENT: leaves it in `command`
  case $1 in
    # Compiled modules would be left beside the program.
    python-*) command=("$packages/venv/bin/python" -B "$here/$1/client.py") ;;
    node-*) command=("$(node_program)" "$packages/node/client.mjs") ;;
    rust-*) command=("$packages/rust/debug/graph-rs-sdk-client") ;;
    curl) command=("$here/curl/client.sh") ;;
  esac
}

# --- The runs --------------------------------------------------------------------------------------------------------

row() { printf '%-20s' "$1"; printf ' %-10s' "${@:2}"; echo; }

table=$(row client "${doors[@]}")
failures=0
for client in "${clients[@]}"; do
  printf '\n--- %s\n' "$client"
  # Not as a condition: `set -e` would be off in it.
  set +e
  (set -e; prepare "$client")
  code=$?
  set -e
  if [ "$code" -ne 0 ]; then
    echo "FAIL $client cannot be prepared"
    failures=$((failures + 1))
    table+=$'\n'$(row "$client" missing missing)
    continue
  fi
  command_of "$client"
  results=()
  for door in "${doors[@]}"; do
    printf '%s: %s\n' "$client" "$door"
    # Nothing of what a client asks may be unknown here, or have no effect.
    if timeout 180 "$simtune" exec --fail-on unknown-route,ignored-filter -- "$here/around.sh" "$door" "${command[@]}"; then
      results+=(ok)
    else
      results+=(FAILED)
      failures=$((failures + 1))
    fi
  done
  table+=$'\n'$(row "$client" "${results[@]}")
done

printf '\n%s\n' "$table"
exit "$((failures > 0))"
