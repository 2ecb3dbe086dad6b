#!/usr/bin/env bash
# The model of Linux faults as often as a live 6.18 did: tests/data/linux-live.csv and a
# recorded program, measured by scripts/linux-live.
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
exits 0 "$SOURCE_DIR/scripts/linux-live" --model-only --csv sort.csv --frames 50,60,70 \
    "$SOURCE_DIR/traces/sort.flt"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { rows++; wrong += $at["live"] != $at["model"] }
    END { exit rows != 7 || wrong }' rows.csv || fail "the model is not the kernel: $(<rows.csv)"
[ "$(cut -d , -f 4,11 sort.csv | tail -n +2 | tr '\n' ' ')" = "50,643 60,391 70,266 " ] ||
    fail "traces/sort.flt faults otherwise than in the kernel: $(<sort.csv)"
