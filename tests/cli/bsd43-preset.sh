#!/usr/bin/env bash
# The preset of the machine on which 4.3BSD was measured, run as bsd43-live runs it: a few
# short programs of a summary that is made up.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

counters=(elapsed_ms v_pgin v_pgpgin v_pgout v_pgrec v_scan v_dfree v_pgpgout v_intrans
    v_fastpgrec v_pgfrec v_zfod v_faults v_rev v_swpin v_swpout)

# row PATTERN KB ITERS PHASE [COUNTER=MIN-MAX]... -- what is not said may be anything
row()
{
    local name range
    printf '1M,500,5,%s,%s,w,%s,300,0,1,,%s,3' "$1" "$2" "$3" "$4"
    shift 4
    for name in "${counters[@]}"; do
        range=0-999999
        for word in "$@"; do
            [ "${word%%=*}" != "$name" ] || range=${word#*=}
        done
        printf ',%s,%s,%s' "${range%-*}" "${range%-*}" "${range#*-}"
    done
    echo
}

# 100 clusters fit, each is filled at half a million instructions a second in 0.85 ms, and
# touched in 8 instructions, or 912 when the program thinks.  430 do not fit: a page is freed
# for each that is brought in, at 34 pairs a tick.
{
    printf 'mem,ipms,settle_s,pattern,kb,mode,iters,A,B,nprocs,proc,phase,runs'
    for name in "${counters[@]}"; do
        printf ',%s_mean,%s_min,%s_max' "$name" "$name" "$name"
    done
    echo
    row seq 100 10 init elapsed_ms=84-88 v_zfod=200-200 v_faults=100-100 v_scan=0-0
    row seq 100 10 run elapsed_ms=32-36 v_faults=0-0 v_pgin=0-0
    row think 100 2 run elapsed_ms=394-398 v_faults=0-0 v_pgout=0-0
    row seq 430 1 init v_zfod=860-860 v_pgout=17-22 v_dfree=240-340
    row seq 430 1 run v_pgin=80-140 v_scan=600-1100 v_swpin=0-0
} >summary.csv
exits 0 "$SOURCE_DIR/scripts/bsd43-live" --phases 1 summary.csv
prints '2 of 2 lines pass from 1.18 times free memory on, 3 of 3 below; 0 were not run'

# The kernel's own CPU time is there, and adds up with the rest; seeds differ.
sed '/^@sleep/d' "$SOURCE_DIR/configs/kernels/bsd43-live/sh.txt" >shell.txt
printf '@fork 1\n@wait\n' >>shell.txt
exits 0 "$FAULTLINE" run "$SOURCE_DIR/configs/kernels/bsd43-live.yaml" --quiet --stdout csv \
    --set machine.memory=1MiB --set kernel.wired=1298 --set 'sweep.seed=[1, 2]' \
    --set 'workload.processes=[{trace: shell.txt, streams: [{generate: {name: vt, kb: 340, iters: 1}}]}]'
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    {
        sum = $column["cpu_user"] + $column["cpu_fault"] + $column["cpu_switch"] + \
            $column["cpu_kernel"] + $column["cpu_idle_paging"] + $column["cpu_idle"]
        if (sum - $column["elapsed"] > 1e-9 || $column["elapsed"] - sum > 1e-9)
            print "the times do not add up"
        if ($column["cpu_kernel"] <= 0.0344 * $column["elapsed"])
            print "the kernel takes less than its clock"
        seen[$column["elapsed"]] = 1
    }
    END { for (e in seen) n++; if (n != 2) print "the seeds are alike" }' out.txt >wrong.txt
[ ! -s wrong.txt ] || fail "$(cat wrong.txt)"
