#!/usr/bin/env bash
# `faultline trace reduce`: the same faults from fewer references, and where a reduced trace
# is refused.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# same_faults TRACE LIST -- TRACE gives what full.flt gives, for the policies of LIST
same_faults()
{
    local trace name
    for trace in full.flt "$1"; do
        exits 0 "$FAULTLINE" run --stdout csv --set trace="$trace" \
            --set "sweep.policy=$2" --set 'sweep.machine.frames=[8, 9, 12, 20, 40]' \
            --set 'sweep.machine.page_size=[4 KiB, 16 KiB]'
        for name in policy frames page_size references ifetches loads stores faults \
            faults_cold faults_major fault_rate page_ins page_outs page_outs_dirty; do
            column "$name"
        done >"$trace.txt"
    done
    cmp full.flt.txt "$1.txt" || fail "$1 gives other counts"
}

# 64 pages, few of them popular; a half of the references stores.
exits 0 "$FAULTLINE" trace generate zipf full.flt size=256KiB references=60000 \
    writes=0.5
exits 0 "$FAULTLINE" trace reduce --frames 8 full.flt sad.flt
prints 'sad.flt: 60,000 references'
prints ' of 60,000 page accesses are kept, '
exits 0 "$FAULTLINE" trace reduce --frames 8 --policy lru full.flt olr.flt
exits 0 "$FAULTLINE" trace reduce --frames 8 --policy opt full.flt again.flt
cmp sad.flt again.flt
exits 0 "$FAULTLINE" trace reduce --frames 8 --method olr full.flt again.flt
cmp olr.flt again.flt
same_faults sad.flt '[lru, opt]'
same_faults olr.flt '[lru]'

# What a reduced trace says of itself.
exits 0 "$FAULTLINE" trace info sad.flt
prints '; reduced by SAD for 8 frames of 4 KiB'
prints '  reduced by             SAD, exact for lru and opt with 8 frames or more of 4 KiB or more'
prints '  references             60,000'
exits 0 "$FAULTLINE" trace info --json olr.flt
prints '"reduced_by": "olr"'
prints '"reduced_frames": 8'
exits 0 "$FAULTLINE" trace info full.flt
! grep -q 'reduced\|kept' out.txt || fail "a full trace is reduced"
exits 0 "$FAULTLINE" trace check sad.flt olr.flt
exits 0 "$FAULTLINE" trace convert - copy.flt <sad.flt
cmp sad.flt copy.flt
exits 0 "$FAULTLINE" trace convert --to pages sad.flt
[ "$(wc -l <out.txt)" -lt 60000 ] || fail "nothing has gone"

# What is not kept is blank, and the notes say so.
exits 0 "$FAULTLINE" run --set trace=sad.flt --set machine.frames=8 --output out
prints 'the trace is reduced by SAD for 8 frames: references, faults, page-ins and page-outs'
cp out/results.csv once.csv
cp once.csv out.txt
have_column references 60000
have_column accesses ''
have_column resident_mean ''
grep -q '"accesses": null' out/results.json || fail "accesses are known"
exits 0 "$FAULTLINE" plot out --x frames --y faults
exits 0 "$FAULTLINE" run --set trace=sad.flt --set machine.frames=8 --output out --resume
cmp once.csv out/results.csv

# refuses TRACE SETTING... -- a run with these is refused, before anything is written
refuses()
{
    local set=(--set "trace=$1") setting
    for setting in "${@:2}"; do
        set+=(--set "$setting")
    done
    exits 2 "$FAULTLINE" run --output refused "${set[@]}"
    [ ! -e refused/results.csv ] || fail "there are results"
}

refuses sad.flt machine.frames=7
says_only "faultline: sad.flt: reduced for 8 frames or more, not for 7: use the full trace, \
or reduce that with '--frames 7'"
refuses sad.flt 'sweep.machine.frames=[16, 4]'
says 'not for 4'
refuses sad.flt machine.page_size=2KiB
says_only "faultline: sad.flt: reduced for pages of 4 KiB or more, not of 2 KiB: use the \
full trace, or reduce that with '--page-size'"
refuses sad.flt policy=clock
says_only "faultline: sad.flt: reduced by SAD, which is exact for lru and opt only and not \
for policy 'clock': use the full trace"
refuses olr.flt policy=opt
says "exact for lru only and not for policy 'opt': use the full trace, or reduce that with \
'--method sad'"
refuses sad.flt machine.mmu=x86-64
says "not TLB misses: use the full trace, or 'machine.mmu: ideal'"
refuses sad.flt timing=events
says "not time: use the full trace, or 'timing: none'"
refuses - machine.frames=7 <sad.flt
says 'not for 7'
exits 2 "$FAULTLINE" trace reduce --frames 16 sad.flt no.flt
says_only 'faultline: sad.flt: is reduced already: reduce the full trace'
exits 2 "$FAULTLINE" trace cut --count 10 sad.flt no.flt
says 'a reduced trace cannot be cut'

# Mistakes.
exits 2 "$FAULTLINE" trace reduce full.flt no.flt
says '--frames is needed'
exits 2 "$FAULTLINE" trace reduce --frames 0 full.flt no.flt
says "bad value '0' for --frames: it is from 1 to 4294967294"
exits 2 "$FAULTLINE" trace reduce --frames 8 full.flt
says 'an input and an output are needed'
exits 2 "$FAULTLINE" trace reduce --frames 8 --page-size 256B full.flt no.flt
says 'smaller than the granule of the trace, 512 B'
exits 2 "$FAULTLINE" trace reduce --frames 8 --method olr --policy opt full.flt no.flt
says "'--method olr' is exact for lru only"
exits 2 "$FAULTLINE" trace reduce --frames 8 --policy clock full.flt no.flt
says "bad value 'clock' for --policy"
exits 2 "$FAULTLINE" trace reduce --frames 8 --method sat full.flt no.flt
says "bad value 'sat' for --method: it is sad"
printf '1 R\n@exit\n' >ops.txt
exits 2 "$FAULTLINE" trace reduce --frames 8 --format pages ops.txt no.flt
says 'ops.txt: the trace has operations on virtual memory'
exits 3 "$FAULTLINE" trace reduce --frames 8 missing.flt no.flt
exits 4 "$FAULTLINE" trace reduce --frames 8 full.flt missing/no.flt
[ ! -e no.flt ] || fail "there is a trace"

# A list of page numbers, of 16 KiB here: by hand, the second of three accesses goes.
printf '1 R\n1 W\n1 R\n2 R\n' >pages.txt
exits 0 "$FAULTLINE" trace reduce --frames 1 --page-size 16KiB pages.txt pages.flt
exits 0 "$FAULTLINE" trace convert --to pages --page-size 16KiB pages.flt
printf '1 R\n1 W\n2 R\n' | cmp - out.txt
