#!/usr/bin/env bash
# record.sh PROGRAM [RUNS] -- how fast a compressor and a sort are recorded, by the clock, from
# their start to the compressed trace on disk; and lackey's text piped into
# `faultline trace convert` on a twentieth of the work.  The best of RUNS counts.
set -euo pipefail
program=$(realpath "$1")
runs=${2:-3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# rate NAME COMMAND... -- million references per second of what COMMAND writes to NAME.flt
rate()
{
    local name=$1
    shift
    for ((i = 0; i < runs; i++)); do
        rm -f "$name".*
        local start=$EPOCHREALTIME
        "$@" >/dev/null
        local end=$EPOCHREALTIME
        "$program" trace info --quiet --json "$name.flt" |
            awk -v seconds="$(echo "$end $start" | awk '{ print $1 - $2 }')" -F '[:,]' '
                /"references":/ && !n { n = $2 }
                END { printf "%.1f %.0f\n", n / seconds / 1e6, n / 1e6 }'
    done | sort -rn | head -n 1
}

lackey()
{
    local name=$1
    shift
    mkfifo "$name.log"
    "$program" trace convert --quiet --format lackey - "$name.flt" <"$name.log" >/dev/null &
    exec {log}>"$name.log"
    valgrind -q --tool=lackey --trace-mem=yes --log-fd="$log" -- "$@"
    exec {log}>&-
    wait
}

seq 100000 | sort -R --random-source=<(yes) >all.txt
head -n 5000 all.txt >part.txt
for work in "xz --threads=1 --stdout" "sort"; do
    read -ra words <<<"$work"
    read -r ours references <<<"$(rate ours "$program" record --quiet -o ours -- "${words[@]}" all.txt)"
    read -r theirs _ <<<"$(rate theirs lackey theirs "${words[@]}" part.txt)"
    awk -v work="$work" -v ours="$ours" -v theirs="$theirs" -v references="$references" 'BEGIN {
        printf "%s: %d million references at %.1f million/s; lackey %.2f million/s: %.0f times\n",
               work, references, ours, theirs, ours / theirs }'
done
