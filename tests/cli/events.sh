#!/usr/bin/env bash
# Runs with `timing: events`: they repeat byte for byte, whatever the number of threads and
# whether they were interrupted, and of what is wrong with an experiment the place is named.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# A parent that forks twice, a child, and a program with code, a heap and a stack.
awk 'BEGIN {
    x = 1
    print "@map 0x10000000 1MiB rw"
    print "@map 0x20000000 256KiB r file library"
    for (i = 0; i < 3000; i++) {
        x = (x * 16807) % 2147483647
        printf " %s %x,8\n", x % 3 ? "L" : "S", 268435456 + (x % 256) * 4096
        if (x % 5 == 0) printf " L %x,4\n", 536870912 + (i % 64) * 4096
        if (i % 1000 == 500) print "@fork 1"
    }
    print "@advise 0x10000000 128KiB dontneed"
    print " L 10000000,1"
}' >parent.lackey
awk 'BEGIN {
    for (i = 0; i < 1000; i++)
        printf " %s %x,8\n", i % 7 ? "L" : "S", 268435456 + (i * 13 % 256) * 4096
}' >child.lackey
awk 'BEGIN {
    x = 7
    for (i = 0; i < 4000; i++) {
        x = (x * 16807) % 2147483647
        printf "I  %x,%d\n", 4194304 + (i * 4) % 40000, 1 + x % 8
        if (x % 3 == 0) printf " L %x,8\n", 6291456 + (x % 300000)
        if (x % 5 == 0) printf " M %x,4\n", 8388608 - x % 30000
    }
}' >program.lackey

mkdir devices
printf 'device: zram\nsize: 8 MiB\nratio: 4\n' >devices/packed.yaml
cat >mix.yaml <<'END'
timing: events
workload:
  processes:
    - {name: family, trace: parent.lackey, streams: child.lackey,
       regions: [{start: 0x30000000, size: 4 KiB}]}
    - {trace: program.lackey, copies: 3, offset: 1234, start: 1 ms}
  regions: infer
machine: {frames: 340, cpus: 2, mmu: x86-64}
scheduler.quantum: 1 ms
kernel: {name: textbook, keep_free: 4, write_back: 20 ms}
swap: {read_ahead: 4, allocation: cluster}
files.device: disk
series: 10 ms
sweep:
  swap.device: [fixed, disk, {name: ssd, channels: 4}, packed]
  policy: [lru, clock, random]
plots:
  - {x: policy, y: elapsed, series: swap.device, file: elapsed}
END

# The same files with the same bytes: once more, on one thread and on two.
exits 0 "$FAULTLINE" run mix.yaml --output one -j 1
mv out.txt table.txt
for name in results.csv results.json processes.csv devices.csv series.csv effective.yaml; do
    [ -s "one/$name" ] || fail "$name was not written"
done
for jobs in 1 2; do
    exits 0 "$FAULTLINE" run mix.yaml --output other -j "$jobs"
    sed 's:other:one:' out.txt | diff table.txt - || fail "the tables differ, -j $jobs"
    diff -r one other || fail "the results differ, -j $jobs"
    rm -r other
done

# A plot of the folder, whose results.json names the devices by their settings.
exits 0 "$FAULTLINE" plot one --x policy --y elapsed --series swap.device --output drawn
[ -s drawn.svg ] || fail "the folder's results were not drawn"

# Something happened: all of it was simulated.
for name in faults_copy faults_zero_fill faults_reclaim faults_in_transfer page_outs_dirty \
    read_ahead_hits write_backs tlb_l2_hits context_switches; do
    column "$name" one/results.csv | awk '{ sum += $1 } END { exit sum == 0 }' ||
        fail "all $name are 0"
done
[ "$(column process one/processes.csv | sort -u | tr '\n' ' ')" = \
    "family family.1 family.2 family.3 program#1 program#2 program#3 " ] ||
    fail "the processes are others"

# Killed when the first cell is there, a run is resumed to the same bytes.  All cells may be
# there by then on a busy machine; that is no test, and it is tried again.
for _ in 1 2 3 4 5; do
    rm -rf other
    "$FAULTLINE" run mix.yaml --output other -j 2 >out.txt 2>err.txt &
    until compgen -G 'other/cells/*.json' >found.txt || ! kill -0 $! 2>signal.txt; do
        sleep 0.01
    done
    kill -KILL $! 2>signal.txt || true
    status=0
    { wait $! || status=$?; } 2>signal.txt # where bash tells of the death
    [ "$status" -eq 0 ] || break
done
[ "$status" -eq 137 ] || fail "the run was not killed: exit status $status"
exits 0 "$FAULTLINE" run mix.yaml --output other -j 2 --resume --quiet
diff -r one other || fail "the results of the resumed run differ"

# A cell that fails leaves the others alone, and their results are there.
cat >swap.yaml <<'END'
timing: events
trace: child.lackey
workload.regions: infer
machine.frames: 100
sweep: {swap.size: [16 KiB, 4 MiB, 32 KiB]}
END
exits 1 "$FAULTLINE" run swap.yaml --output swap
says "faultline: cell 1 failed (child, lru): child.lackey: swap space is full: all 4 slots are "
says "faultline: cell 3 failed (child, lru): child.lackey: swap space is full: all 8 slots are "
for name in results processes devices; do
    [ "$(wc -l <"swap/$name.csv")" -eq 2 ] || fail "$name.csv has not one row"
done
[ "$(column swap.size swap/results.csv)" = 4194304 ] || fail "another cell has finished"
kept=$(cat swap/results.csv)
exits 1 "$FAULTLINE" run swap.yaml --output swap --resume
[ "$kept" = "$(cat swap/results.csv)" ] || fail "the finished cell has other results"

# Several swap devices: a row and the laws of queues for each, alike or different, on any
# number of threads, and after an interruption.
cat >devices.yaml <<'END'
timing: events
trace: child.lackey
workload: {copies: 4, regions: infer}
machine.frames: 100
files.device: disk
swap: {device: {name: fixed, latency: 5 ms}, cluster: 4}
sweep:
  swap.devices: [1, 2, 4]
  swap.others: [none, disk, [disk, ssd]]
END
exits 0 "$FAULTLINE" run devices.yaml --output devices-1 -j 1
exits 0 "$FAULTLINE" run devices.yaml --output devices-2 -j 2
diff -r devices-1 devices-2 || fail "the results differ on two threads"
[ "$(column device devices-1/devices.csv | tr '\n' ' ')" = "swap files swap1 swap2 files \
swap1 swap2 swap3 files swap1 swap2 files swap1 swap2 swap3 files swap1 swap2 swap3 swap4 \
files swap1 swap2 swap3 swap4 files swap1 swap2 swap3 swap4 swap5 files swap1 swap2 swap3 \
swap4 swap5 swap6 files " ] || fail "other devices"
[ "$(column model devices-1/devices.csv | tail -7 | tr '\n' ' ')" = \
    "fixed fixed fixed fixed disk ssd disk " ] || fail "other models"
column writes devices-1/devices.csv | awk '$1 == 0 && ++zero > 9 { exit 1 }' ||
    fail "a swap device was not used" # that of files is not written to
find devices-2/cells -name '*.json' | sort | head -4 | xargs rm
exits 0 "$FAULTLINE" run devices.yaml --output devices-2 --resume
diff -r devices-1 devices-2 || fail "the results of the resumed run differ"
for wrong in 'swap.devices=0' 'swap.others=[disk, zram]' 'swap.others=dsk'; do
    exits 2 "$FAULTLINE" run devices.yaml --set "$wrong" --output none
    says "faultline: --set '$wrong': "
done

# Without a clock operations are not carried out, which the result says.
printf ' L 1000,8\n@exit\n L 2000,8\n' >exit.lackey
exits 0 "$FAULTLINE" run --output exit --set trace=exit.lackey \
    --set 'sweep.timing=[none, events]'
[ "$(column references exit/results.csv | tr '\n' ' ')" = '2 1 ' ] || fail "other references"
prints 'its operations on memory (1) are not carried out, nor are the traces of children replayed: timing is none'

# wrong STATUS MESSAGE -- the experiment on standard input ends with them
wrong()
{
    cat >wrong.yaml
    exits "$1" "$FAULTLINE" run wrong.yaml
    says_only "faultline: $2"
    [ ! -e results/wrong/results.csv ] || fail "results were written"
}

wrong 3 "wrong.yaml:4:13: trace 'missing.lackey': cannot open: No such file or directory" \
    <<'END'
timing: events
workload:
  - trace: child.lackey
  - {trace: missing.lackey}
END
wrong 2 "wrong.yaml:6:9: region '0x2000' overlaps region 'text' (line 5): it starts at \
0x2000, and the last byte of that one is 0x2fff" <<'END'
timing: events
workload:
  - trace: child.lackey
    regions:
      - {name: text, start: 0x1000, size: 8 KiB}
      - {start: 0x2000, size: 8 KiB}
END
printf 'device: disk\ncylinders: 10\n' >devices/tiny.yaml
wrong 2 "devices/tiny.yaml:2:12: swap.device 'tiny': 'zones' (30) of device 'disk' are \
more than its 'cylinders' (10)" <<'END'
trace: child.lackey
timing: events
swap.device: tiny
END
wrong 2 "wrong.yaml:1:1: 'workload.processes' needs 'timing: events'; with timing none \
(the default) there is no clock" <<'END'
workload: [{trace: child.lackey}]
END
wrong 2 "wrong.yaml:1:8: 'child' lies on the swap device from the start ('regions: \
all'), and swap.device 'zram' is memory, which is empty then; write 'workload.regions: \
infer' or list its regions" <<'END'
trace: child.lackey
timing: events
swap.device: zram
END
