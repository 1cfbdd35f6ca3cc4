#!/usr/bin/env bash
# Fuzzes the query engine on the stable toolchain, where cargo-fuzz's sanitizers do not exist and libFuzzer does.
#
#   run.sh SECONDS                 replays the corpus, then fuzzes for SECONDS in all; the corpus is left as it is
#   run.sh replay TARGET FILE…     runs single inputs, such as the one a crash has left
#   run.sh grow TARGET SECONDS     fuzzes and keeps in the corpus what reaches something new, in as few inputs as it takes
#
# Exit code 0 only if every target ran, ran fast enough to mean something, and nothing was found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

targets=(filter query)
# Fewer executions a second than this and the time was not worth its name: a tenth of what a slow machine does.
least_speed=200
# Longer than the engine's own limit of 8 KiB, so that the limit is met too.
limits=(-max_len=8400 -timeout=10 -rss_limit_mb=1024)

host=$(rustc -vV | sed -n 's/^host: //p')
root=$(realpath -m "${CARGO_TARGET_DIR:-../../target}")/fuzz
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The flags cargo-fuzz gives; with a target named, build scripts and macros are compiled without them.
build() {
  local coverage=(level=4 inline-8bit-counters pc-table trace-compares) flags=(--cfg fuzzing -Cpasses=sancov-module) flag
  for flag in "${coverage[@]}"; do
    flags+=("-Cllvm-args=-sanitizer-coverage-$flag")
  done
  CARGO_TARGET_DIR=$root RUSTFLAGS="${flags[*]} -Ccodegen-units=1" \
    cargo build --release --locked --target "$host" --bins
}

binary() { printf '%s/%s/release/%s\n' "$root" "$host" "$1"; }

is_target() {
  local target
  for target in "${targets[@]}"; do
    [ "$target" != "$1" ] || return 0
  done
  echo "there is no target '$1'; known are ${targets[*]}" >&2
  return 1
}

# fuzz TARGET SECONDS CORPUS…: what is new goes into the first folder, and what went wrong into artifacts.
fuzz() {
  local target=$1 seconds=$2 artifacts=$PWD/artifacts/$1 log=$scratch/$1.log code=0 executions
  shift 2
  mkdir -p "$artifacts"
  "$(binary "$target")" "$@" "${limits[@]}" -dict=odata.dict -artifact_prefix="$artifacts/" \
    -max_total_time="$seconds" -print_final_stats=1 >"$log" 2>&1 || code=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  if [ "$code" -ne 0 ]; then
    tail -n 60 "$log"
    echo "$target: something was found (or the fuzzer could not run); exit code $code. Once more, input by input:"
    sed -n "s|.*Test unit written to \(.*\)|  simulator/fuzz/run.sh replay $target \1|p" "$log"
    return 1
  fi
  # As many executions as the corpus has inputs are no fuzzing yet.
  if [ "${executions:-0}" -lt $((seconds * least_speed)) ]; then
    tail -n 20 "$log"
    echo "$target: only ${executions:-no} executions in $seconds s; that is no fuzzing"
    return 1
  fi
  grep -E 'DONE|INITED' "$log" | sed "s/^/$target: /"
  echo "$target: $executions executions in $seconds s, nothing found"
}

# A corpus is a text file, one input a line, with C's escapes for what is no plain text: unpack TARGET FOLDER.
# The filters that the tests and the other parsers are asked about begin beside it.
unpack() {
  local number=0 line prefix=
  mkdir -p "$2"
  while IFS= read -r line; do
    number=$((number + 1))
    printf '%b' "$line" >"$2/$number"
  done <"corpus/$1.txt"
  [ "$1" != query ] || prefix='$filter='
  sed -nE 's/^(= |[~!] [0-9]+ )//p' ../../fixtures/odata/filters.txt | while IFS= read -r line; do
    number=$((number + 1))
    printf '%s' "$prefix$line" >"$2/$number"
  done
}

pack() {
  python3 - "$1" "corpus/$2.txt" <<'END'
import sys
from pathlib import Path

inputs = {file.read_bytes() for file in Path(sys.argv[1]).iterdir()}
lines = sorted(data.decode("latin-1").encode("unicode_escape").decode("ascii") for data in inputs)
Path(sys.argv[2]).write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
print(len(lines), "inputs in", sys.argv[2])
END
}

replay_corpus() {
  local target=$1 folder=$2 count
  count=$(find "$folder" -type f | wc -l)
  # An empty or missing corpus must not pass for a clean one.
  [ "$count" -ge 500 ] || { echo "$target: the corpus holds only $count inputs"; return 1; }
  if ! "$(binary "$target")" "${limits[@]}" -artifact_prefix="$scratch/" "$folder"/* >"$scratch/replay.log" 2>&1; then
    tail -n 40 "$scratch/replay.log"
    echo "$target: an input fails: the file named last is line N of corpus/$target.txt (or, behind its end, a filter of fixtures/odata)"
    return 1
  fi
  [ "$(grep -c '^Executed ' "$scratch/replay.log")" -eq "$count" ] || { echo "$target: not every input ran"; return 1; }
  echo "$target: $count inputs of the corpus replayed"
}

case "${1:-}" in
  replay)
    is_target "${2:-}"
    target=$2
    shift 2
    files=()
    for file in "$@"; do files+=("$(realpath "$file")"); done
    build
    "$(binary "$target")" "${limits[@]}" "${files[@]}"
    ;;
  grow)
    is_target "${2:-}"
    build
    mkdir "$scratch/new" "$scratch/least"
    unpack "$2" "$scratch/corpus"
    fuzz "$2" "$3" "$scratch/new" "$scratch/corpus"
    # Only new edges count, not how often they are taken: some hundred inputs instead of thousands.
    "$(binary "$2")" -merge=1 -use_counters=0 "${limits[@]}" -max_len=400 \
      "$scratch/least" "$scratch/corpus" "$scratch/new" >"$scratch/merge.log" 2>&1
    pack "$scratch/least" "$2"
    ;;
  '' | *[!0-9]*)
    sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
    exit 64
    ;;
  *)
    build
    share=$(($1 / ${#targets[@]}))
    [ "$share" -ge 1 ] || { echo "at least ${#targets[@]} seconds, please"; exit 64; }
    for target in "${targets[@]}"; do
      unpack "$target" "$scratch/corpus-$target"
      replay_corpus "$target" "$scratch/corpus-$target"
      mkdir "$scratch/$target"
      fuzz "$target" "$share" "$scratch/$target" "$scratch/corpus-$target"
    done
    ;;
esac
