#!/usr/bin/env bash
# 4.3BSD gives the numbers that it gave before, on every machine and with every compiler:
# fork against vfork, and policies under its mechanism.
set -euo pipefail

for name in bsd-fork bsd-policies; do
    "$FAULTLINE" run "$SOURCE_DIR/configs/experiments/$name.yaml" --output "$name" --quiet
    for table in "$SOURCE_DIR/results/reference/$name"/*.csv; do
        cmp "$name/$(basename "$table")" "$table"
    done
done
