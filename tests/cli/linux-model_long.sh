#!/usr/bin/env bash
# The model of Linux faults as often as a live 6.18 did: tests/data/linux-live.csv and
# recorded programs, measured by scripts/linux-live.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

if ! command -v python3 >/dev/null; then
    echo "linux-model: skipped: python3 is not installed"
    exit 77
fi
exits 0 "$SOURCE_DIR/scripts/linux-live" --model-only --csv rows.csv \
    --table "$SOURCE_DIR/tests/data/linux-live.csv"
for program in sort find; do
    exits 0 "$SOURCE_DIR/scripts/linux-live" --model-only --csv "$program.csv" \
        --frames 50,60,70 "$SOURCE_DIR/traces/$program.flt"
done
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { rows++; wrong += $at["live"] != $at["model"] }
    END { exit rows != 7 || wrong }' rows.csv || fail "the model is not the kernel: $(<rows.csv)"
faults() { cut -d , -f 4,11 "$1.csv" | tail -n +2 | tr '\n' ' '; }
[ "$(faults sort)" = "50,643 60,391 70,266 " ] ||
    fail "traces/sort.flt faults otherwise than in the kernel: $(<sort.csv)"
[ "$(faults find)" = "50,221 60,116 70,129 " ] ||
    fail "traces/find.flt faults otherwise than in the kernel: $(<find.csv)"
