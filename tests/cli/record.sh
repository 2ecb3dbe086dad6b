#!/usr/bin/env bash
# scripts/record leaves a whole trace, and the program's own input, output and exit status.
set -euo pipefail

if ! command -v valgrind >/dev/null; then
    echo "skipped: valgrind is not installed"
    exit 77
fi

status=0
# shellcheck disable=SC2016 # $word is the recorded shell's
printf 'in\n' | "$SOURCE_DIR/scripts/record" -o sh.flt \
    sh -c 'read -r word; echo "$word, out"; exit 3' >out.txt || status=$?
test "$status" -eq 3
test "$(cat out.txt)" = "in, out"

"$FAULTLINE" trace check sh.flt
"$FAULTLINE" trace info sh.flt >info.txt
grep -q 'valgrind lackey: sh -c' info.txt
