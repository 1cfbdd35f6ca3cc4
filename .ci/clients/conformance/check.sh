#!/usr/bin/env bash
# The conformance kit by its README: who behaves is not convicted, over real sockets and by either way of driving; who does
# not is convicted of what it does, by a failure that is saved, still fails when replayed, and is fixed by who behaves.
# Usage: check.sh FOLDER, where the programs are.
set -euo pipefail

programs=${1:?usage: check.sh FOLDER}
kit=$programs/simtune-conformance
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

ends_with() {
  local expected=$1 code=0
  shift
  "$@" || code=$?
  if [ "$code" -ne "$expected" ]; then
    echo "it ended with $code, not with $expected: $*"
    return 1
  fi
}

verdict() { jq -r --arg rule "$2" 'select(.event == "rule" and .rule == $rule) | .verdict' "$1/results.ndjson"; }

echo "--- a client that behaves, as a worker"
ends_with 0 "$kit" check --smoke --out "$out/good" -- "$programs/reference-worker"
passed=$(jq 'select(.event == "summary") | .pass' "$out/good/results.ndjson")
[ "$passed" -ge 40 ] || { echo "only $passed rules were tested and kept"; exit 1; }

echo "--- the same, started for each operation"
ends_with 0 "$kit" check --smoke --drive command --out "$out/command" -- "$programs/reference-command"

echo "--- the same, spoken to by POST"
ends_with 0 "$kit" check --smoke --drive http --out "$out/http" -- "$programs/reference-worker" --http

echo "--- drawn scenarios"
ends_with 0 "$kit" check --cases 64 --seed "${SEED:-1}" --out "$out/drawn" -- "$programs/reference-worker"

# Some defects, and the rule that each breaks; what convicts every defect is tested in process.
while read -r defect rule; do
  echo "--- a client with $defect breaks $rule"
  ends_with 1 "$kit" check --smoke --only "$rule" --out "$out/$defect" -- "$programs/reference-worker" --defect "$defect"
  [ "$(verdict "$out/$defect" "$rule")" = FAIL ] || { echo "$rule is $(verdict "$out/$defect" "$rule")"; exit 1; }
  failure=$(find "$out/$defect/failures" -name "$rule-*.json" | head -n 1)
  ends_with 1 "$kit" replay "$failure" -- "$programs/reference-worker" --defect "$defect"
  ends_with 0 "$kit" replay "$failure" -- "$programs/reference-worker"
done <<'DEFECTS'
B24 PAG-01
B01 THR-01
B17 IDM-01
B56 ERR-07
B14 THR-12
DEFECTS

echo "--- two shards come to what one run comes to"
verdicts() { jq -c 'select(.event == "rule") | [.rule, .verdict, .triggered, .consumed, .scenarios]' "$1/results.ndjson"; }
drawn=(--only 'PAG-0*' --cases 6 --seed "${SEED:-1}")
client=("$programs/reference-worker" --defect B24)
ends_with 1 "$kit" check "${drawn[@]}" --out "$out/whole" -- "${client[@]}"
for share in 1 2; do
  ends_with 1 "$kit" check "${drawn[@]}" --shard "$share/2" --out "$out/shards/$share" -- "${client[@]}"
done
ends_with 64 "$kit" report "$out/shards/2/results.ndjson" --out "$out/merged"
ends_with 1 "$kit" report "$out"/shards/*/results.ndjson --out "$out/merged"
diff <(verdicts "$out/whole") <(verdicts "$out/merged")
