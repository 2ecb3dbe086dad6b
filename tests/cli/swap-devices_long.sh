#!/usr/bin/env bash
# An experiment in time gives the numbers that it gave before, on every machine and with
# every compiler: six swap devices, two processes, with a baseline and samples.
set -euo pipefail

"$FAULTLINE" run "$SOURCE_DIR/configs/experiments/swap-devices.yaml" --output out --quiet
for table in results processes devices; do
    cmp "out/$table.csv" "$SOURCE_DIR/results/reference/swap-devices/$table.csv"
done
test "$(head -1 out/series.csv | cut -d, -f4,5)" = time,process
