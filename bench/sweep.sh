#!/usr/bin/env bash
# sweep.sh PROGRAM [TRACE.flt [RUNS]] -- time of a sweep of 60 cells, 10 page sizes by 6
# policies, on one core and on two, against that of one LRU cell.  The least of some runs
# counts; RUNS of each.
set -euo pipefail
program=$1
trace=$(realpath "${2:-traces/cc1.flt}")
runs=${3:-3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/sweep.yaml" <<END
trace: $trace
machine: { memory: 4 MiB }
sweep:
  machine.page_size: [512, 1 KiB, 2 KiB, 4 KiB, 8 KiB, 16 KiB, 32 KiB, 64 KiB, 128 KiB, 256 KiB]
  policy: [lru, fifo, clock, sieve, arc, opt]
END
cat >"$folder/cell.yaml" <<END
trace: $trace
machine: { memory: 4 MiB }
policy: lru
END

# Seconds by the clock that an experiment takes at least.
least() { # FILE JOBS
    for ((i = 0; i < runs; i++)); do
        local start=$EPOCHREALTIME
        "$program" run "$folder/$1.yaml" -j "$2" --output "$folder/results" >/dev/null 2>&1
        echo "$EPOCHREALTIME $start" | awk '{ print $1 - $2 }'
        rm -rf "$folder/results"
    done | sort -n | head -n 1
}

cell=$(least cell 1)
one=$(least sweep 1)
two=$(least sweep 2)
echo "one LRU cell: $cell s; 60 cells: $one s on one core, $two s on two"
awk -v cell="$cell" -v one="$one" -v two="$two" \
    'BEGIN { printf "60 cells take %.1f times one; two cores are %.2f times faster\n",
             one / cell, one / two }'
