#!/usr/bin/env bash
# What `faultline run` does with an experiment, and check, list and plot around it; counts
# of textbook reference strings are those of the textbooks or done by hand.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

columns=trace,policy,page_size,frames,references,ifetches,loads,stores,accesses,faults,\
faults_cold,faults_major,faults_minor,faults_referenced,fault_rate,page_ins,page_outs,\
page_outs_dirty,resident_mean,ghosts_max,policy_memory,tlb_l1i_misses,tlb_l1d_misses,tlb_l2_hits,tlb_l2_misses,tlb_l3_hits,\
tlb_l3_misses,tlb_flushes,walks,walk_accesses,walk_writes,walk_instructions,\
walk_cache_hits,table_cache_hits,table_cache_misses,modify_walks,alias_faults,table_bytes,\
translation_time,cycles_per_reference,bytes_fetched,bytes_touched

# headings LIST -- the first line of the output
headings()
{
    [ "$(head -n 1 out.txt)" = "$1" ] || fail "the columns are '$(head -n 1 out.txt)'"
}

# run SETTING... -- a run that has no file, as CSV; a trace may come on standard input
run()
{
    local set=() setting
    for setting; do
        set+=(--set "$setting")
    done
    exits 0 "$FAULTLINE" run --stdout csv "${set[@]}"
    [ ! -s err.txt ] || fail "there is a message"
}

# Reference strings as courses print them, through a pipe.  Silberschatz, Galvin & Gagne,
# "Operating System Concepts", page replacement: 15, 12 and 9 faults with 3 frames.
run trace=- machine.frames=3 'sweep.policy=[fifo, lru, opt]' \
    < <(echo '7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1')
headings "$columns"
have_column trace stdin stdin stdin
have_column policy fifo lru opt
have_column faults 15 12 9
have_column references 20 20 20
have_column fault_rate 0.75 0.6 0.45
have_column faults_cold 6 6 6
have_column page_ins 15 12 9
have_column page_outs 12 9 6
have_column bytes_fetched $((15 * 4096)) $((12 * 4096)) $((9 * 4096))
have_column bytes_touched $((6 * 4096)) $((6 * 4096)) $((6 * 4096))

# With writes: FIFO in 3 frames faults every time and evicts 1 (written), 2 and 3 (written).
run trace=- machine.frames=3 policy=fifo < <(printf '# page, W if written\n1 W, 2, 3 W\n4 1 5\n')
have_column loads 4
have_column stores 2
have_column faults 6
have_column page_outs 3
have_column page_outs_dirty 2

# Belady, Nelson & Shedler 1969, as addresses of two courses: FIFO has its anomaly.
belady='1 2 3 4 1 2 5 1 2 3 4 5'
for page in $belady; do echo "0000${page}7fc R"; done >belady-hex.txt
for page in $belady; do echo "l 0x${page}7fc 3"; done >belady-cycles.txt
for trace in belady-hex.txt belady-cycles.txt; do
    run "trace=$trace" 'sweep.machine.frames=[3, 4]' 'sweep.policy=[fifo, lru, opt]'
    headings "$columns"
    have_column frames 3 3 3 4 4 4
    have_column faults 9 10 7 10 8 6
    have_column loads 12 12 12 12 12 12
done
sed 's/^l/s/' belady-cycles.txt | run trace=- machine.frames=3 policy=fifo
have_column stores 12
have_column page_outs_dirty 6

# One memory in frames of several sizes.  Pages of 4 KiB: 0 4 2 0 4 2; of 8 KiB: 0 2 1 0 2 1;
# of 16 KiB: 0 1 0 0 1 0.
printf '%s R\n' 00000000 00004000 00002000 00000000 00004000 00002000 >pages.txt
run trace=pages.txt machine.memory=8KiB 'sweep.machine.page_size=[4 KiB, 8 KiB]'
have_column frames 2 1
have_column faults 6 6
run trace=pages.txt machine.memory=16KiB 'sweep.machine.page_size=[4 KiB, 8 KiB, 16KiB]'
have_column frames 4 2 1
have_column faults 3 6 5

# A loop over 65 pages in 64 frames, four times round: LRU misses all, MRU hardly any.
"$FAULTLINE" trace generate loop loop.flt iterations=4 >generated.txt
run trace=loop.flt machine.frames=64 'sweep.policy=[lru, mru]'
have_column references 16640 16640
have_column faults 260 68

# Memory counted in bytes, rounded down, is memory counted in frames.
run trace=loop.flt machine.frames=60 policy=clock
mv out.txt frames.txt
for memory in 240KiB '243 KiB' 245760; do
    run trace=loop.flt "machine.memory=$memory" policy=clock
    cmp out.txt frames.txt || fail "not the same as 60 frames"
done
run trace=loop.flt
have_column frames unlimited
have_column faults 65

# The TLB: four ways of one set hold four pages of a loop of five never, a set of eight does.
run trace=loop.flt machine.mmu=x86-64 machine.tlb.l1d.entries=64 \
    machine.tlb.l2.entries=0 'sweep.machine.tlb.l1d.ways=[full, 4]'
headings "$columns,machine.tlb.l1d.ways"
have_column machine.tlb.l1d.ways 64 4
# 65 pages go round in 64 entries: LRU misses each time.  In 16 sets of 4, one set has 5.
have_column tlb_l1d_misses 260 $((60 + 5 * 4))
have_column walks 260 $((60 + 5 * 4))
have_column walk_accesses $((4 * 260)) $((4 * 80))

# Swept keys have columns of their own at the end, but those that have one already.
run trace=loop.flt machine.frames=8 'sweep.seed=[1, 2]' 'sweep.policy=[random]' \
    'sweep.kernel.dirty=[written]'
headings "$columns,seed,kernel.dirty"

# A file in another folder: its trace is beside it, --set's is where we are.
mkdir -p deep/er
mv loop.flt deep/er
cat >deep/er/ways.yaml <<'END'
experiment: ways
trace: loop.flt
machine: {frames: 64}
sweep: {policy: [lru, fifo], seed: [1, 2]}
plots: [{x: policy, y: faults, file: faults}]
END
exits 0 "$FAULTLINE" check deep/er/ways.yaml
prints "deep/er/ways.yaml: ok, 4 cells"
exits 0 "$FAULTLINE" run deep/er/ways.yaml --set trace=pages.txt --stdout csv
have_column trace pages pages pages pages
exits 0 "$FAULTLINE" run deep/er/ways.yaml
prints "results in results/ways: results.csv, results.json, effective.yaml"
mv out.txt table.txt
cp results/ways/results.csv out.txt
headings "$columns,seed"
have_column policy lru lru fifo fifo
have_column seed 1 2 1 2
have_column faults 260 260 260 260

# The same results in each form.
exits 0 "$FAULTLINE" run deep/er/ways.yaml --stdout table
diff out.txt <(head -n "$(wc -l <out.txt)" table.txt)
prints "trace  policy  page size  frames  seed  faults  fault rate"
exits 0 "$FAULTLINE" run deep/er/ways.yaml --stdout csv
cmp out.txt results/ways/results.csv
exits 0 "$FAULTLINE" run deep/er/ways.yaml --stdout json
cmp out.txt results/ways/results.json
[ "$(grep -c '"faults": 260,' out.txt)" -eq 4 ] || fail "not 260 faults in each of 4 cells"
if command -v jq >/dev/null; then
    jq -e '.experiment == "ways" and (.cells | length) == 4' out.txt >jq.txt ||
        fail "it is not the JSON that was meant"
fi

# --set beats the sweep, and the sweep beats the plain key.
exits 0 "$FAULTLINE" check deep/er/ways.yaml --set policy=mru
prints "ok, 2 cells"
exits 0 "$FAULTLINE" run deep/er/ways.yaml --set policy=mru --stdout csv
have_column policy mru mru
have_column faults 68 68
exits 0 "$FAULTLINE" run deep/er/ways.yaml --set 'sweep.policy=[opt, lru, mru]' --set seed=1 \
    --stdout csv
headings "$columns"
have_column policy opt lru mru
exits 0 "$FAULTLINE" check deep/er/ways.yaml --set machine.memory=1MiB --effective
prints "memory: 1MiB"
! grep -q frames out.txt || fail "machine.frames is there still"

# Zipped keys go together; each pair meets each value of the sweep.
cat >zip.yaml <<'END'
trace: deep/er/loop.flt
zip: {machine.page_size: [2 KiB, 4 KiB, 8 KiB], machine.frames: [130, 65, 33]}
sweep: {policy: [fifo, lru]}
END
exits 0 "$FAULTLINE" run zip.yaml --stdout csv
have_column page_size 2048 2048 4096 4096 8192 8192
have_column frames 130 130 65 65 33 33
have_column faults 130 130 65 65 33 33
exits 2 "$FAULTLINE" check zip.yaml --set 'zip.machine.frames=[130, 65]'
says "the lists under zip must have one length"

# Presets: beside the file, one upon the other, and those of an installation by their name.
cat >deep/machine.yaml <<'END'
machine: {page_size: 8 KiB, frames: 4}
policy: mru
END
cat >preset.yaml <<'END'
trace: pages.txt
extends: ./deep/machine
machine: {frames: 1}
END
exits 0 "$FAULTLINE" run preset.yaml --stdout csv
have_column policy mru
have_column page_size 8192
have_column frames 1
have_column faults 6
mkdir -p root/bin root/share/faultline
cp "$FAULTLINE" root/bin
cp -r "$SOURCE_DIR/configs" root/share/faultline
# Four frames for tables, one for the program.
exits 0 root/bin/faultline run preset.yaml --set 'extends=[machines/x86-64, ./deep/machine]' \
    --set machine.page_size=4KiB --set machine.frames=5 --stdout csv
have_column walks 6
exits 2 root/bin/faultline check preset.yaml --set extends=machines/x86-46
says "no preset 'machines/x86-46'; nearest is 'machines/x86-64'"

# Plots: drawn by the run, and drawn again from the folder.
for picture in faults.svg faults.png faults.gp; do
    [ -s "results/ways/$picture" ] || fail "$picture was not drawn"
done
grep -q '^  results/ways/faults.svg$' table.txt || fail "the table does not name the plot"
exits 0 "$FAULTLINE" plot results/ways --x seed --y faults,page_ins --series policy
prints "results/ways/faults-page_ins-by-seed-per-policy.svg"
while IFS= read -r picture; do
    [ -s "$picture" ] || fail "'$picture' was not drawn"
done <out.txt
exits 0 "$FAULTLINE" plot results/ways/results.csv --x seed --output again.svg
head -c 4 again.png | cmp - <(printf '\x89PNG')
grep -q '</svg>' again.svg || fail "again.svg is no picture"
exits 2 "$FAULTLINE" plot results/ways --x sead
says "sead"

# Pictures over time are drawn from a folder's series.csv, one for each cell if processes are
# asked for.
mkdir -p timed
cat >timed/results.csv <<'END'
trace,policy,page_size,frames,references,faults,elapsed,cpu_utilisation
a+b,lru,4096,8,10,4,0.123,0.5
a+b,fifo,4096,8,10,5,0.246,0.25
END
series=trace,policy,time,process,resident,free_frames,faults_per_second,\
page_ins_per_second,page_outs_per_second,scans_per_second,cpu_utilisation,ready,waiting,\
swap_queue
echo "$series" >timed/series.csv
for policy in lru fifo; do
    for time in 0.05 0.1; do
        echo "a+b,$policy,$time,all,3,5,60,60,20,9,0.5,1,1,2"
        echo "a+b,$policy,$time,a,2,,40,40,,,,,,"
        echo "a+b,$policy,$time,b,1,,20,20,,,,,,"
    done
done >>timed/series.csv
exits 0 "$FAULTLINE" plot timed --x time --y resident --series process
diff out.txt - <<'END'
timed/resident-by-time-per-process-lru.svg
timed/resident-by-time-per-process-lru.png
timed/resident-by-time-per-process-fifo.svg
timed/resident-by-time-per-process-fifo.png
END
exits 0 "$FAULTLINE" plot timed --x time --y resident --series policy --output course
grep -q "title 'fifo'" course.gp || fail "a cell has no line"
grep -q "set xlabel 'time (ms)'" course.gp || fail "the times are not in milliseconds"
exits 0 "$FAULTLINE" plot timed --x policy --y elapsed --output elapsed
grep -q "set ylabel 'simulated time (ms)'" elapsed.gp || fail "not in milliseconds"
exits 2 "$FAULTLINE" plot timed --x time --y faults
says "unknown column 'faults' for y"
exits 2 "$FAULTLINE" plot results/ways --x time --y resident
says "'time' is a column of series.csv, which these results do not have"
sed -i 's/,all,3,/,all,/' timed/series.csv
exits 3 "$FAULTLINE" plot timed --x time --y resident
says "timed/series.csv:2: row has 13 fields, but there are 14 headings"

# With a clock, finished cells come back with their tables, byte for byte.
cat >clock.yaml <<'END'
trace: deep/er/loop.flt
timing: events
series: 10 ms
machine: {frames: 64}
sweep: {policy: [lru, fifo, mru]}
plots: [{x: time, y: resident, series: process}]
END
exits 0 "$FAULTLINE" run clock.yaml
prints "results in results/clock: results.csv, results.json, effective.yaml, processes.csv, \
devices.csv, series.csv"
cp -r results/clock undisturbed
cells=(results/clock/cells/*)
rm "${cells[0]}"
exits 0 "$FAULTLINE" run clock.yaml --resume --quiet
diff -r results/clock undisturbed || fail "it differs from the undisturbed run"
grep -v '^timing\|^series\|^plots' clock.yaml >none.yaml
exits 0 "$FAULTLINE" run none.yaml --output results/clock --quiet
[ ! -e results/clock/series.csv ] || fail "a table of the earlier run is still there"
! grep -q elapsed results/clock/results.csv || fail "there are timed columns without time"

# What there is to choose from, and nothing is forgotten.
for file in "$SOURCE_DIR"/policies/*.c; do
    name=$(basename "$file" .c)
    exits 0 "$FAULTLINE" list policies
    grep -q "^$name  *[a-zA-Z]" out.txt || fail "policy '$name' is not listed"
    exits 0 "$FAULTLINE" list policies "$name"
    prints "sees: "
    run trace=pages.txt machine.frames=2 "policy=$name"
    have_column references 6
done
exits 0 "$FAULTLINE" list policies
[ "$(wc -l <out.txt)" -eq "$(find "$SOURCE_DIR/policies" -name '*.c' | wc -l)" ] ||
    fail "there are other policies than files"
exits 0 "$FAULTLINE" list counters
for name in ${columns//,/ }; do
    case $name in
    trace | policy | page_size | frames) ;;
    *) grep -q "^$name " out.txt || fail "counter '$name' is not listed" ;;
    esac
done
grep -q '^elapsed .*\[s, timing: events\]' out.txt || fail "elapsed is not marked"
! grep '^faults .*timing: events' out.txt || fail "faults are marked"
for what in kernels machines keys formats generators; do
    exits 0 "$FAULTLINE" list "$what"
    [ -s out.txt ] || fail "there are no $what"
done
