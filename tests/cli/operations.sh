#!/usr/bin/env bash
# Traces with operations: without a clock they are passed over, whatever the policy; threads
# of one trace are replayed by themselves; cuts keep the thread.
set -euo pipefail
# shellcheck source=tests/expect.bash
source "$SOURCE_DIR/tests/expect.bash"

# Three threads in one trace, with other operations between their references, and each in a
# trace of its own.
awk 'BEGIN {
    srand(3)
    thread = 0
    for (i = 0; i < 20000; i++) {
        if (rand() < 0.01) {
            thread = int(3 * rand())
            print "@switch " thread >"all.txt"
        }
        own = "thread" thread ".txt"
        line = ""
        if (rand() < 0.01)
            line = sprintf("@map 0x%x 64KiB rw", 65536 * int(100 * rand()))
        else if (rand() < 0.3)
            line = sprintf("I  %x,4", 4194304 + 4 * int(8192 * rand()))
        else
            line = sprintf(" %s %x,%d", substr("LSM", 1 + int(3 * rand()), 1),
                16777216 + int(rand() * rand() * 400000), 1 + int(16 * rand()))
        print line >"all.txt"
        print line >own
    }
}'
"$FAULTLINE" trace convert --format lackey all.txt all.flt >/dev/null
grep -v '^@' all.txt >plain.txt

# Leaving the operations out by hand, by trace convert and by timing: none is the same.
exits 0 "$FAULTLINE" trace convert --no-operations all.flt left.flt
exits 0 "$FAULTLINE" trace compare --operations left.flt plain.txt
cat >none.yaml <<'END'
counters: [faults, page_ins, page_outs, page_outs_dirty, references, bytes_touched]
sweep:
  trace: [plain.txt, all.flt]
  policy: [lru, fifo, clock, opt, arc, working-set, random]
  machine.frames: [3, 20, 90]
  machine.page_size: [4 KiB, 512 B]
END
exits 0 "$FAULTLINE" run none.yaml
prints 'are not carried out, nor are the traces of children replayed: timing is none'
grep -q '^plain,' results/none/results.csv || fail "no results"
sed -n 's/^plain,//p' results/none/results.csv >plain.csv
sed -n 's/^all,//p' results/none/results.csv | cmp - plain.csv || fail "other results"

# Reduction, which cannot keep them, says how to leave them out.
exits 2 "$FAULTLINE" trace reduce --frames 8 all.flt reduced.flt
says "'faultline trace convert --no-operations' leaves them out"
exits 0 "$FAULTLINE" trace reduce --frames 8 left.flt reduced.flt

# One thread is what it was by itself.
for thread in 0 1 2; do
    exits 0 "$FAULTLINE" trace convert --thread "$thread" all.flt one.flt
    exits 0 "$FAULTLINE" trace compare --operations one.flt "thread$thread.txt"
done
exits 3 "$FAULTLINE" trace convert --thread 3 all.flt none.flt
says 'all.flt: it has no thread 3'
exits 2 "$FAULTLINE" trace convert --thread x all.flt none.flt
exits 2 "$FAULTLINE" trace convert --thread 4294967296 all.flt none.flt
says 'it is from 0 to 4294967295'
[ ! -e none.flt ] || fail "a trace of nothing was written"

# The parts of a cut have together the threads of the whole.
references=$(wc -l <plain.txt)
for from in 0 5000 10000 15000; do
    exits 0 "$FAULTLINE" trace cut all.flt "cut$from.flt" --from "$from" \
        --count $((from < 15000 ? 5000 : 100000))
done
[ "$references" -gt 18000 ] || fail "a short trace"
for thread in 0 1 2; do
    exits 0 "$FAULTLINE" trace convert --to pages --thread "$thread" all.flt
    grep -v '^@' out.txt >whole.pages
    : >parts.pages
    for from in 0 5000 10000 15000; do
        exits 0 "$FAULTLINE" trace convert --to pages --thread "$thread" "cut$from.flt"
        grep -v '^@' out.txt >>parts.pages
    done
    cmp whole.pages parts.pages || fail "the parts of thread $thread differ"
done

# A workload chooses the threads; each is one of its streams.
{ echo '@thread 1' && echo '@thread 2' && cat all.txt; } >program.txt
{ echo '@thread 1' && echo '@thread 2' && cat thread0.txt; } >first.txt
cat >timed.yaml <<'END'
timing: events
machine: { frames: 60, cpus: 2 }
workload: [{name: p, trace: first.txt, streams: [thread1.txt, thread2.txt]}]
END
exits 0 "$FAULTLINE" run timed.yaml
[ "$(column references results/timed/results.csv)" -gt 18000 ] || fail "few references"
cut -d , -f 4- results/timed/results.csv >expected.csv
"$FAULTLINE" trace convert --format lackey program.txt program.flt >/dev/null
one='{name: p, trace: program.flt, thread: 0, streams: [{trace: program.txt, thread: 1}, '
one+='{trace: program.flt, thread: 2}]}'
exits 0 "$FAULTLINE" run timed.yaml --output one --set "workload=[$one]"
cut -d , -f 4- one/results.csv | cmp - expected.csv || fail "threads of one trace differ"
grep -q 'thread: 2' one/effective.yaml || fail "effective.yaml does not say the thread"
cp one/effective.yaml again.yaml
exits 0 "$FAULTLINE" run again.yaml
cmp one/results.csv results/timed/results.csv

# The same trace with another thread is another cell.
other=${one//thread: 2/thread: 1}
exits 0 "$FAULTLINE" run timed.yaml --output one --resume --set "workload=[$other]"
! cut -d , -f 4- one/results.csv | cmp -s - expected.csv || fail "a cell was taken for another"

exits 2 "$FAULTLINE" run timed.yaml --set 'workload=[{trace: program.txt}]'
says "trace 'program.txt' holds the references of several threads: replay one with 'thread: 0'"
exits 2 "$FAULTLINE" run timed.yaml --set 'workload=[{trace: a.txt, streams: [{thread: 1}]}]'
says 'a stream needs a trace, such as {trace: cc1.flt, thread: 1}'
exits 2 "$FAULTLINE" run timed.yaml --set 'workload=[{trace: a.txt, streams: [{trac: 1}]}]'
says "unknown key 'trac' of a stream; nearest is 'trace'; it has trace, thread"
exits 2 "$FAULTLINE" run timed.yaml --set 'workload=[{trace: a.txt, thread: -1}]'

# What operations map beyond the machine's addresses does not matter where they are not
# carried out.
printf ' L 7f0000001000,8\n@map 0x100000000000 1TiB rw\n L 7f0000002000,8\n' >wide.txt
cat >wide.yaml <<'END'
trace: wide.txt
machine: { mmu: x86-32, memory: 1 MiB }
workload.fold: yes
END
exits 0 "$FAULTLINE" run wide.yaml
exits 1 "$FAULTLINE" run wide.yaml --set timing=events --output events
says 'more than the 32 bits of x86-32 can hold'
