#!/usr/bin/env bash
# The first command of the README gives what the README says, and the numbers it gave before.
set -euo pipefail

"$SOURCE_DIR/scripts/run" "$SOURCE_DIR/configs/experiments/page-size.yaml" >table.txt

test -s table.txt
cd results/page-size
test -s effective.yaml
test -s results.json
cmp results.csv "$SOURCE_DIR/results/reference/page-size/results.csv"
# Every plot is there in its three forms.
plots=0
for picture in *.svg; do
    test -s "${picture%.svg}.png"
    test -s "${picture%.svg}.gp"
    plots=$((plots + 1))
done
test "$plots" -gt 0
