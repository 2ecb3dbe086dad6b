#!/usr/bin/env bash
# A process that the kernel ends, for want of memory or swap space or by its limits, is told of: on
# standard error, in processes.csv and in results.json, and again by --resume.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

cat >bsd.yaml <<END
trace: $SOURCE_DIR/traces/sort.flt
timing: events
kernel: bsd43
policy: pagedaemon-43
workload: {regions: infer, fold: yes}
machine: {mmu: vax, page_size: 1 KiB, adapt_page_size: yes, table_frames: apart,
  memory: 2 MiB}
END

exits 0 "$FAULTLINE" run --quiet --set swap.size=64KiB --output small bsd.yaml
says "cell 1 (sort, pagedaemon-43): process 'sort' was ended at 0 s: there is no swap space"
says "raise swap.size"
[ "$(wc -l <err.txt)" -eq 1 ] || fail "there is more than one message"
grep -q ',killed$' small/processes.csv || fail "processes.csv does not tell of it"
grep -q "\"warning\": \"process 'sort' was ended at 0 s" small/results.json ||
    fail "results.json does not tell of it"
exits 0 "$FAULTLINE" run --quiet --resume --set swap.size=64KiB --output small bsd.yaml
says "process 'sort' was ended"

# It has 1.5 MiB of data and stack, and runs where there is room for them.
exits 0 "$FAULTLINE" run --quiet --set swap.size=16MiB --output large bsd.yaml
[ ! -s err.txt ] || fail "there are messages"
[ "$(cut -d, -f12 large/processes.csv | tail -n 1)" -eq 8812308 ] ||
    fail "not all references were made"
grep -q '"warning": ""' large/results.json || fail "results.json warns of something"

# A program of today is larger than 4.3BSD allows.
exits 0 "$FAULTLINE" run --quiet --set swap.size=64MiB --set kernel.limits=kernel \
    --set "trace=$SOURCE_DIR/traces/cc1.flt" --output limits bsd.yaml
says "its text would have 6598 KiB, of at most 6144 KiB that 4.3BSD allows"
says "set 'kernel.limits: none'"

# Linux kills for want of memory; without a clock, where there is nobody else, the cell fails.
cat >linux.yaml <<END
trace: $SOURCE_DIR/traces/sort.flt
timing: events
kernel: linux
policy: native
swap.device: ssd
files.device: ssd
swap.size: 64KiB
workload: {regions: infer, fold: yes}
END
exits 0 "$FAULTLINE" run --quiet --set machine.memory=512KiB --output little linux.yaml
says "cell 1 (sort, linux5): process 'sort' was ended at"
says "out of memory: it had"
grep -q ',killed$' little/processes.csv || fail "processes.csv does not tell of it"
grep -q '"warning": "process .sort. was ended' little/results.json ||
    fail "results.json does not tell of it"
exits 0 "$FAULTLINE" run --quiet --set machine.memory=1MiB --output more linux.yaml
[ ! -s err.txt ] || fail "there are messages"
exits 1 "$FAULTLINE" run --quiet --set "trace=$SOURCE_DIR/traces/sort.flt" \
    --set kernel=linux --set machine.memory=128KiB --output none
says "out of memory: nothing can be reclaimed in 32 frames"
says "the only process would be killed"
