#!/usr/bin/env bash
# What `init` writes runs as it is with the real packages, and a test suite that knows nothing of the kit is judged by its
# traffic.
# Usage: doors.sh FOLDER, where the programs are.
# CLIENTS_PACKAGES names the folder with packages that clients.sh left there.
set -euo pipefail

programs=$(realpath "${1:?usage: doors.sh FOLDER}")
packages=$(realpath "${CLIENTS_PACKAGES:?the folder with the packages of clients.sh}")
root=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../..")
kit=$programs/simtune-conformance
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

ends_with() {
  local expected=$1 code=0
  shift
  "$@" || code=$?
  [ "$code" -eq "$expected" ] || { echo "it ended with $code, not with $expected: $*"; return 1; }
}
verdict() { jq -r --arg rule "$2" 'select(.event == "rule" and .rule == $rule) | .verdict' "$1/results.ndjson"; }
says() { # FOLDER RULE VERDICT
  [ "$(verdict "$1" "$2")" = "$3" ] || { echo "$2 is $(verdict "$1" "$2"), not $3"; return 1; }
}

# Each reads all pages, and each sends its token wherever a link leads: the first failure a newcomer sees.
first_failure() { # LANGUAGE COMMAND…, in the folder that init wrote
  local out=$scratch/$1-results
  shift
  ends_with 1 "$kit" check --smoke --only PAG-01 --only PAG-07 --out "$out" -- "$@"
  says "$out" PAG-01 PASS
  says "$out" PAG-07 FAIL
}

echo "--- init, Python"
"$kit" init --language python "$scratch/python"
ends_with 64 "$kit" init --language python "$scratch/python"
(cd "$scratch/python" && first_failure python "$packages/venv/bin/python" driver.py)

echo "--- init, Node"
"$kit" init --language node "$scratch/node"
ln -s "$packages/node/node_modules" "$scratch/node/node_modules"
node=$(compgen -G "$packages/node/node_modules/node-linux-*/bin/node" || type -P node)
(
  cd "$scratch/node"
  ends_with 0 "$kit" check --smoke --only PAG-01 --out "$scratch/node-results" -- "$node" driver.mjs
)
says "$scratch/node-results" PAG-01 PASS

echo "--- init, Rust"
"$kit" init --language rust "$scratch/rust"
(
  cd "$scratch/rust"
  CARGO_TARGET_DIR=$scratch/rust/target cargo build --quiet
  first_failure rust target/debug/my-client-driver
)

echo "--- a test suite is observed"
cat >"$scratch/faults.toml" <<'FAULTS'
[[fault]]
id = "later"
match = { operation = "listDevices" }
times = 1
act = { status = { code = 429, retryAfter = 2 } }
FAULTS
suite() { # OUT
  "$kit" observe --fleet one-of-each --faults "$scratch/faults.toml" --out "$1" -- \
    "$packages/venv/bin/python" "$root/.ci/clients/conformance/suite.py"
}
PATIENT=1 ends_with 0 suite "$scratch/patient"
says "$scratch/patient" THR-01 PASS
ends_with 1 suite "$scratch/hasty"
says "$scratch/hasty" THR-01 FAIL
