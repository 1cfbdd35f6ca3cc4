#!/usr/bin/env bash
# Published clients through the smallest scenarios of the kit: what is found must be what docs/reports says, by its waivers.
# Usage: clients.sh FOLDER, where the programs are.
# CLIENTS_PACKAGES names a folder with packages as conformance/clients/run.sh leaves them there; what is missing is fetched.
set -euo pipefail

programs=$(realpath "${1:?usage: clients.sh FOLDER}")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../..")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
packages=$(realpath "${CLIENTS_PACKAGES:-$scratch}")

if [ ! -d "$packages/venv" ]; then
  python3 -m venv "$packages/venv"
  "$packages/venv/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir --no-compile --no-input \
    -r "$root/.ci/clients/python/requirements.txt" || { rm -rf "$packages/venv"; exit 1; }
fi
if [ ! -d "$packages/node/node_modules" ]; then
  mkdir -p "$packages/node"
  cp "$root/conformance/clients/node-graph-client"/package*.json "$packages/node"
  npm ci --prefix "$packages/node" --cache "$scratch/npm" --ignore-scripts --no-audit --no-fund --no-update-notifier
fi
# Modules are looked for beside the program.
cp "$root/conformance/workers/node/worker.mjs" "$packages/node"
node=$(compgen -G "$packages/node/node_modules/node-linux-*/bin/node" || type -P node)

failed=()
check() { # REPORT, COMMAND…
  local report=$1 code=0 new
  shift
  echo "--- $report"
  "$programs/simtune-conformance" check --smoke --waivers "$root/docs/reports/$report.waivers.toml" --out "$scratch/$report" \
    -- "$@" || code=$?
  [ "$code" -eq 0 ] || failed+=("$report: the kit ended with $code")
  # Recommendations do not end it with 1, and new ones belong in the report all the same.
  new=$(jq -r 'select(.event == "rule" and (.verdict | IN("FAIL", "WARN", "FLAKY", "XPASS"))) | .rule' "$scratch/$report/results.ndjson")
  [ -z "$new" ] || failed+=("$report: not in its waivers: ${new//$'\n'/ }")
}
check node-graph-client "$node" "$packages/node/worker.mjs"
# Compiled modules would be left beside the program.
check python-msgraph-sdk "$packages/venv/bin/python" -B "$root/conformance/workers/python/worker.py"

printf '%s\n' ${failed[@]+"${failed[@]}"}
exit "$((${#failed[@]} > 0))"
