#!/usr/bin/env bash
# 4.3BSD gives the numbers that it gave before, on every machine and with every compiler:
# fork against vfork, and policies under its mechanism.
set -euo pipefail

# same NAME OPTION... -- the experiment's results are those of the reference
same()
{
    local name=$1
    shift
    "$FAULTLINE" run "$SOURCE_DIR/configs/experiments/$name.yaml" --output "$name" --quiet "$@"
    cmp "$name/results.csv" "$SOURCE_DIR/results/reference/$name/results.csv"
}
same bsd-fork --set 'kernel={name: bsd43, kernel_memory: reckoned}'
same bsd-policies
