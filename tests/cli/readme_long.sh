#!/usr/bin/env bash
# The first command of the README gives what the README says.
set -euo pipefail

"$SOURCE_DIR/scripts/run" "$SOURCE_DIR/configs/experiments/page-size.yaml" >table.txt

test -s table.txt
cd results/page-size
test -s effective.yaml
test -s results.json
test "$(wc -l <results.csv)" -gt 1
# Every plot is there in its three forms.
plots=0
for picture in *.svg; do
    test -s "${picture%.svg}.png"
    test -s "${picture%.svg}.gp"
    plots=$((plots + 1))
done
test "$plots" -gt 0
