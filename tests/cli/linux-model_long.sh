#!/usr/bin/env bash
# The model of Linux faults as often as a live 6.18 did (tests/data/linux-live.csv, measured by
# scripts/linux-live on a quiet machine).
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
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    { rows++; wrong += $at["live"] != $at["model"] }
    END { exit rows != 6 || wrong }' rows.csv || fail "the model is not the kernel: $(<rows.csv)"
