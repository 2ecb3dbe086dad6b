#!/usr/bin/env bash
# Counters of kernel: linux by the names of /proc/vmstat, without a clock: what must hold
# between them, and which columns runs of other kernels have.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

cat >group.yaml <<'END'
generate: { name: uniform, pages: 600, references: 50000, writes: 1 }
machine.frames: 2000
kernel: { name: linux, cgroup_frames: 300 }
sweep: { policy: [native, lru] }
END
lists="pgscan_anon pgscan_file pgsteal_anon pgsteal_file pgrefill pgactivate pgdeactivate \
pgrotated workingset_refault_anon workingset_refault_file workingset_activate_anon \
workingset_activate_file workingset_restore_anon workingset_restore_file"

# cell ROW NAME: what is in the column of that name.
cell() {
    awk -F, -v row="$1" -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
        NR == row + 1 { print at ? $at : "no column" }' result/results.csv
}
# is ROW NAME VALUE
is() {
    [ "$(cell "$1" "$2")" = "$3" ] || fail "row $1: $2 is '$(cell "$1" "$2")', not '$3'"
}
# more ROW NAME: it is above 0.
more() {
    [ "$(cell "$1" "$2")" -gt 0 ] || fail "row $1: $2 is '$(cell "$1" "$2")'"
}

# Anonymous memory in a group that never has a frame too few outside of it: all reclaim is
# direct, and none stalls for want of frames.  A page that comes back from swap space is one
# that reclaim took.
exits 0 "$FAULTLINE" run group.yaml --output result --quiet
sed -i 's/"[^"]*"/trace/' result/results.csv
for row in 1 2; do
    is "$row" pgfault "$(cell "$row" faults)"
    is "$row" pgmajfault "$(cell "$row" faults_major)"
    is "$row" pswpin "$(cell "$row" faults_major)"
    is "$row" pgsteal_direct "$(cell "$row" page_outs)"
    is "$row" pswpout "$(cell "$row" page_outs)"
    for name in pgscan_kswapd pgsteal_kswapd pageoutrun allocstall oom_kill; do
        is "$row" "$name" 0
    done
    more "$row" pgmajfault
done
is 1 pgscan_anon "$(cell 1 pgscan_direct)"
is 1 pgsteal_anon "$(cell 1 pgsteal_direct)"
is 1 workingset_refault_anon "$(cell 1 pswpin)"
for name in pgscan_file pgsteal_file workingset_refault_file workingset_activate_file \
    workingset_restore_file; do
    is 1 "$name" 0
done
[ "$(cell 1 pgscan_direct)" -gt "$(cell 1 pgsteal_direct)" ] || fail "all went at first sight"

# A policy without lists looks at what it takes, and counts nothing of lists.
is 2 pgscan_direct "$(cell 2 pgsteal_direct)"
for name in $lists; do
    is 2 "$name" ""
done

# They come back from what the folder keeps.
cp result/results.csv before.csv
exits 0 "$FAULTLINE" run group.yaml --output result --quiet --resume
sed -i 's/"[^"]*"/trace/' result/results.csv
cmp before.csv result/results.csv || fail "the counters have changed"
grep -q '"pgscan_anon": null' result/results.json || fail "results.json has it as a number"

# Kernels have no columns of each other's, unless they are run side by side.
[[ "$(head -n 1 result/results.csv)" != *,v_faults,* ]] || fail "there are those of 4.3BSD"
[[ "$(head -n 1 result/results.csv)" == *,pswpin,pswpout,pgfault,* ]] || fail "others"
exits 0 "$FAULTLINE" run group.yaml --output result --quiet --set kernel=textbook \
    --set sweep.policy=[lru]
[[ "$(head -n 1 result/results.csv)" != *pgfault* ]] || fail "the textbook kernel has them"
exits 0 "$FAULTLINE" run group.yaml --output result --quiet \
    --set 'sweep.kernel=[textbook, {name: linux, cgroup_frames: 300}]' --set sweep.policy=[lru]
sed -i 's/"[^"]*"/trace/' result/results.csv
is 1 pgfault ""
more 2 pgfault

# 2.6.24 counts a page that is mapped twice to tell how hard it tries, but not here.
exits 0 "$FAULTLINE" run group.yaml --output result --quiet \
    --set 'sweep.policy=[linux26, lru]'
sed -i 's/"[^"]*"/trace/' result/results.csv
is 1 pgscan_direct "$(cell 1 pgscan_anon)"
more 1 pgscan_direct

# As all counters they can be drawn.
exits 0 "$FAULTLINE" run group.yaml --output drawn --quiet --set sweep.policy=[native] \
    --set 'sweep.kernel.cgroup_frames=[200, 300, 400]' --set 'plots=[{y: pgscan_direct}]'
ls drawn/pgscan_direct*.svg >/dev/null || fail "there is no picture"

# Over time there is what is free and on the lists; of a policy without lists the latter is
# blank, and of a process all of it.
exits 0 "$FAULTLINE" run group.yaml --output result --quiet --set timing=events \
    --set workload.regions=infer --set swap.device=zram --set files.device=disk \
    --set 'series=10 ms'
sed -i 's/"[^"]*"/trace/' result/series.csv
[[ "$(head -n 1 result/series.csv)" == *,swap_queue,nr_free_pages,watermark_min,*,\
cgroup_usage,pgfault,*,pageoutrun ]] || fail "other headings of series.csv"
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["process"] != "all" { bad += $at["nr_free_pages"] $at["cgroup_usage"] $at["pgfault"] != "" }
    $at["process"] == "all" {
        bad += $at["watermark_min"] <= 0 || $at["watermark_low"] < $at["watermark_min"] ||
               $at["watermark_high"] <= $at["watermark_low"]
        bad += $at["nr_free_pages"] != $at["free_frames"] || $at["cgroup_usage"] > 300 ||
               $at["cgroup_usage"] < $at["resident"]
    }
    $at["process"] == "all" && $at["policy"] == "lru" { bad += $at["nr_active_anon"] != "" }
    $at["process"] == "all" && $at["policy"] != "lru" {
        lists = $at["nr_inactive_anon"] + $at["nr_active_anon"]
        bad += lists > $at["resident"] || $at["nr_inactive_file"] + $at["nr_active_file"] > 0
        most = lists > most ? lists : most
        samples++
    }
    END { exit bad > 0 || most < 200 || samples < 3 }' result/series.csv ||
    fail "the samples are wrong"

# Each page is stored into once: as many slots are taken as pages have gone.
seq 1 500 | sed 's/$/ W/' >once.txt
exits 0 "$FAULTLINE" run --set trace=once.txt --set machine.frames=2000 \
    --set "kernel={name: linux, cgroup_frames: 200}" --set timing=events \
    --set workload.regions=infer \
    --set swap.device=zram --set files.device=disk --output result --quiet
sed -i 's/"[^"]*"/trace/' result/results.csv
is 1 swap_used_max "$(cell 1 pswpout)"
more 1 swap_used_max
