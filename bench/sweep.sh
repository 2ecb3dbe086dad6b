#!/usr/bin/env bash
# sweep.sh PROGRAM [TRACE.flt [RUNS]] -- time of a sweep of 60 cells, 10 page sizes by 6
# policies, on one core and on two, against that of one LRU cell; with 16 MiB of memory, and
# with 4, where cells of large pages do little but fault.  The least of RUNS counts.
set -euo pipefail
program=$1
trace=$(realpath "${2:-traces/cc1.flt}")
runs=${3:-3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/cell.yaml" <<END
trace: $trace
policy: lru
END
cat >"$folder/sweep.yaml" <<END
trace: $trace
sweep:
  machine.page_size: [512, 1 KiB, 2 KiB, 4 KiB, 8 KiB, 16 KiB, 32 KiB, 64 KiB, 128 KiB, 256 KiB]
  policy: [lru, fifo, clock, sieve, arc, opt]
END

# least FILE JOBS MEMORY -- seconds by the clock that an experiment takes at least
least()
{
    for ((i = 0; i < runs; i++)); do
        local start=$EPOCHREALTIME
        "$program" run "$folder/$1.yaml" -j "$2" --set "machine.memory=$3" \
            --output "$folder/results" >/dev/null 2>&1
        echo "$EPOCHREALTIME $start" | awk '{ print $1 - $2 }'
        rm -rf "$folder/results"
    done | sort -n | head -n 1
}

for memory in "16 MiB" "4 MiB"; do
    cell=$(least cell 1 "$memory")
    one=$(least sweep 1 "$memory")
    two=$(least sweep 2 "$memory")
    awk -v cell="$cell" -v one="$one" -v two="$two" -v memory="$memory" 'BEGIN {
        printf "%s: one LRU cell %.3f s; 60 cells %.3f s on one core, %.3f s on two\n",
               memory, cell, one, two
        printf "60 cells take %.1f times one; two cores are %.2f times faster\n",
               one / cell, one / two }'
done
