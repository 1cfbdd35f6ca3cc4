# What the checks of a running simulator share: one line per check, and the first that does not hold ends the script.

checks=0
ok() {
  checks=$((checks + 1))
  printf 'ok   %s\n' "$1"
}
fail() {
  printf 'FAIL %s\n' "$1" >&2
  shift
  printf '     %s\n' "$@" >&2
  exit 1
}
equal() { # NAME EXPECTED GOT
  [ "$2" = "$3" ] || fail "$1" "expected: $2" "got:      $3"
  ok "$1"
}
matches() { # NAME PATTERN GOT
  [[ $3 =~ $2 ]] || fail "$1" "expected: something like $2" "got:      $3"
  ok "$1"
}
