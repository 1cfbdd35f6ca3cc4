#!/usr/bin/env bash
# `check --time warp` with libfaketime itself: verdicts are those of the wall and come sooner, for a client in Rust and for
# one in Python; what is not warped is noticed.
# Usage: warp.sh FOLDER, where the programs are.
# CLIENTS_PACKAGES names the folder with packages that clients.sh left there.
set -euo pipefail

programs=$(realpath "${1:?usage: warp.sh FOLDER}")
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
verdict() { jq -r 'select(.event == "rule" and .rule == "THR-01") | .verdict' "$1/results.ndjson"; }
label() { jq -r 'select(.event == "run") | .time' "$1/results.ndjson"; }
now() { date +%s%N; }
is() { [ "$2" = "$3" ] || { echo "$1 is $2, not $3"; return 1; }; }

# What both keepers of time say of a client, and that warp takes less than two thirds of the wall's time, although it looks
# twice whether there is any.
compared() { # NAME RULES EXIT VERDICT COMMAND…
  local name=$1 rules=$2 exit=$3 verdict=$4 began wall warp
  shift 4
  echo "--- $name: $verdict, by the wall and under warp"
  began=$(now)
  ends_with "$exit" "$kit" check --smoke -j 1 --only "$rules" --time wall --out "$scratch/$name-wall" -- "$@"
  wall=$(($(now) - began))
  began=$(now)
  ends_with "$exit" "$kit" check --smoke -j 1 --only "$rules" --time warp --out "$scratch/$name-warp" -- "$@"
  warp=$(($(now) - began))
  is "THR-01 by the wall" "$(verdict "$scratch/$name-wall")" "$verdict"
  is "THR-01 under warp" "$(verdict "$scratch/$name-warp")" "$verdict"
  is "time by the wall" "$(label "$scratch/$name-wall")" wall
  is "time under warp" "$(label "$scratch/$name-warp")" "warp x10"
  echo "$((wall / 1000000)) ms by the wall, $((warp / 1000000)) ms under warp"
  [ "$((warp * 3))" -lt "$((wall * 2))" ] || { echo "warp takes too long"; return 1; }
}
compared rust 'THR-0[1234]' 0 PASS "$programs/reference-worker"
compared rust-hasty THR-01 1 FAIL "$programs/reference-worker" --defect B01
# Compiled modules would be left beside the program.
compared python 'THR-0[1234]' 0 PASS "$packages/venv/bin/python" -B "$root/conformance/workers/python/worker.py"

tiers=$(jq -r 'select(.event == "finding") | .tier' "$scratch/rust-hasty-warp/results.ndjson" | sort -u)
is "the findings' tier" "$tiers" warp

echo "--- a failure is replayed under warp, and fixed there"
failure=$(find "$scratch/rust-hasty-warp/failures" -name 'THR-01-*.json' | head -n 1)
ends_with 1 "$kit" replay "$failure" --time warp -- "$programs/reference-worker" --defect B01
ends_with 0 "$kit" replay "$failure" --time warp -- "$programs/reference-worker"

echo "--- all smallest scenarios under warp"
ends_with 0 "$kit" check --smoke --time warp --out "$scratch/all" -- "$programs/reference-worker"
is "time" "$(label "$scratch/all")" "warp x10"

echo "--- a driver out of reach of what is preloaded"
ends_with 0 "$kit" check --smoke --only PAG-01 --time warp --out "$scratch/untouched" -- \
  env -u LD_PRELOAD "$programs/reference-worker" 2>"$scratch/errors"
cat "$scratch/errors"
grep -q 'time is kept by the wall: libfaketime has no effect on the driver' "$scratch/errors"
is "time" "$(label "$scratch/untouched")" wall
