#!/usr/bin/env bash
# Policies in shared objects: found, checked, run apart; what a bad one does, and that it does
# so to its own cell only.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# build NAME [OPTION...] -- NAME.so from tests/data/plugins/every-verb.c.  Some of these are
# bad on purpose, so there are no warnings.
build()
{
    local path=$1 name=${1##*/}
    shift
    "$CC" -std=c17 -D_GNU_SOURCE -w -O1 -fPIC -shared -I"$SOURCE_DIR/include" \
        -I"$SOURCE_DIR/sim" -DNAME="\"$name\"" -DTABLE="policy_${name//-/_}" "$@" \
        -o "$path.so" "$SOURCE_DIR/tests/data/plugins/every-verb.c"
}

exits 0 "$FAULTLINE" trace generate zipf t.flt size=160KiB references=4000
run=("$FAULTLINE" run --set trace=t.flt --set machine.frames=16 --stdout csv)

# The program has every function that the headers of policies declare, and shows no other.
cat >functions.awk <<'END'
# Names before the ( of declarations at the start of a line.
/^[a-z].*\(/ && !/^(static|typedef)/ {
    if (match($0, /[a-z_]+\(/)) print substr($0, RSTART, RLENGTH - 1)
}
/^MUST_CHECK .*\(/ {
    if (match($0, /[a-z_]+\(/)) print substr($0, RSTART, RLENGTH - 1)
}
END
for header in include/faultline/policy.h include/faultline/reclaim.h sim/base/error.h sim/base/rng.h sim/base/param.h; do
    awk -f functions.awk "$SOURCE_DIR/$header"
done | sort -u >declared.txt
[ "$(grep -cxE 'page_evictable|page_is_file|view_say|param_set|rng_below' declared.txt)" -eq 5 ] ||
    fail "the headers declare too little"
nm -D --defined-only "$FAULTLINE" | awk '$2 == "T" { print $3 }' | sort >shown.txt
missing=$(comm -23 declared.txt shown.txt)
[ -z "$missing" ] || fail "not shown to plug-ins: $missing"
! grep -qE '^(pager|replay|frame)_' shown.txt || fail "plug-ins see the pager"

# --- a good one --------------------------------------------------------------------------------

build every-verb
exits 0 "${run[@]}" --policy ./every-verb.so
have_column policy every-verb.so

# It is first in, first out; with other cells, on one thread and on two, with parameters.
policies='[fifo, ./every-verb.so, {name: every-verb.so, interval: 7}, lru]'
exits 0 "${run[@]}" --set "sweep.policy=$policies"
have_column policy fifo every-verb.so 'every-verb.so(interval=7)' lru
[ "$(column faults | head -n 3 | sort -u | wc -l)" -eq 1 ] || fail "it is not FIFO"
cp out.txt two.csv
exits 0 "${run[@]}" --set "sweep.policy=$policies" -j 1
cmp -s out.txt two.csv || fail "the number of workers makes a difference"
exits 0 "${run[@]}" --policy ./every-verb.so --set 'sweep.policy.interval=[1, 1000]'
have_column policy 'every-verb.so(interval=1)' 'every-verb.so(interval=1000)'
exits 0 "${run[@]}" --policy ./every-verb.so --set timing=events --set workload.copies=2
exits 0 "${run[@]}" --policy ./every-verb.so --set machine.mmu=x86-64

# Relative to the file that names it.
mkdir -p deep/er
build deep/er/every-verb
cat >deep/one.yaml <<'END'
trace: ../t.flt
machine.frames: 16
policy: { name: er/every-verb.so, keep: no }
END
exits 0 "$FAULTLINE" run deep/one.yaml --stdout csv
have_column policy 'er/every-verb.so(keep=no)'
exits 0 "$FAULTLINE" check deep/one.yaml --effective
prints 'policy: {name: er/every-verb.so, keep: no}'

# A cell is known by what is in the file: another build is another cell.
exits 0 "$FAULTLINE" run deep/one.yaml --output kept --quiet
exits 0 "$FAULTLINE" run deep/one.yaml --output kept --quiet --resume
[ "$(find kept/cells -name '*.json' | wc -l)" -eq 1 ] || fail "it is not resumed"
grep -qE '"policy.digest": "[0-9a-f]{32}"' kept/results.json || fail "no digest is recorded"
build deep/er/every-verb -DIN_VICTIM='return frame_ring_newest(&v->pages)'
exits 0 "$FAULTLINE" run deep/one.yaml --output kept --quiet --resume
[ "$(find kept/cells -name '*.json' | wc -l)" -eq 2 ] || fail "another file is the same cell"

exits 0 "$FAULTLINE" list policies ./every-verb.so
prints 'every-verb       evicts the page that came first'
prints '  sees: every reference (ideal'
prints '  interval: count; default 100; 1 to 1000; references'

# --- what is no policy -------------------------------------------------------------------------

# refused SENTENCE [OPTION...] -- bad.so, built with these options, is refused
refused()
{
    local sentence=$1
    shift
    build bad "$@"
    exits 2 "${run[@]}" --policy ./bad.so
    says "$sentence"
}
refused "policy 'bad' is built for policy ABI 2; this program has 5: compile it again" -DABI=2
refused "the policy of file 'bad' has .name 'good'; the two must be equal" -UNAME -DNAME='"good"'
refused "policy './bad.so' has no symbol 'policy_bad'" -UTABLE -DTABLE=policy_good
refused "it has no victim()" -DFIELDS='.victim = NULL,'
refused "it has access(), and sees accessed bits only" -DSEES=POLICY_REF_BITS
refused "has no access() to be told by" -DFIELDS='.access = NULL,'
refused "settled() has a meaning with POLICY_EVERY_REFERENCE only" -DSEES=POLICY_EVERY_ACCESS
refused "it has ghosts(), and no forget()" -DFIELDS='.forget = NULL,'
refused "it has tick(), so uses_time must be true" -DFIELDS='.uses_time = false,'
refused "params_size is 600; it can be 512 at most" -DFIELDS='.params_size = 600,'
refused "parameter 'keep': it lies beyond params_size" -DFIELDS='.params_size = 8,'
refused "it has no summary" -DFIELDS='.summary = NULL,'
refused "the attempt crashed: Segmentation fault" -DFIELDS='.params = (void *)16,'
refused "cannot be loaded: undefined symbol: page_unknown; a policy may call what" \
    -DIN_VICTIM='return page_unknown()'
# One that calls what only another ABI had is told of its ABI.
refused "is built for policy ABI 2" -DABI=2 -DIN_VICTIM='return page_unknown()'
exits 2 "${run[@]}" --policy ./none.so
says "policy './none.so': cannot be opened: No such file"
echo 'no shared object' >text.so
exits 2 "${run[@]}" --policy ./text.so
says "policy './text.so' cannot be loaded: "
exits 2 "${run[@]}" --policy ./t.flt
says "a shared object is named after its policy"
exits 2 "${run[@]}" --policy every-verb
says "unknown policy 'every-verb'"
exits 2 "${run[@]}" --policy ./every-verb.so --set policy.interval=1001
says "bad value '1001' for 'interval' of policy 'every-verb': it must be from 1 to 1000 references"
cat >deep/bad.yaml <<'END'
trace: ../t.flt
sweep:
  policy: [lru, er/none.so]
END
exits 2 "$FAULTLINE" check deep/bad.yaml
says "deep/bad.yaml:3:17: policy 'deep/er/none.so': cannot be opened"
exits 2 "$FAULTLINE" list policies ./none.so
says "cannot be opened"

# --- what breaks down --------------------------------------------------------------------------

# So long as nothing hangs on purpose a call may take its time.
limit=60s

# fails SENTENCE [OPTION...] -- its cell fails with the sentence, the ones beside it do not
fails()
{
    local sentence=$1
    shift
    build bad "$@"
    exits 1 "${run[@]}" --call-limit "$limit" \
        --set 'sweep.policy=[./bad.so, ./every-verb.so, fifo]'
    says "faultline: cell 1 failed (t, bad.so): policy 'bad' (./bad.so): $sentence"
    grep -c '^faultline: cell' err.txt | grep -qx 1 || fail "other cells fail too"
}
fails "ghosts() crashed at reference 0: Segmentation fault" -DIN_GHOSTS=CRASH
fails "init() crashed at reference 0: Segmentation fault" -DIN_INIT=CRASH
fails "fault() crashed at reference 1: Segmentation fault" -DIN_FAULT=CRASH
fails "page_in() crashed at reference 1: Segmentation fault" -DIN_PAGE_IN=CRASH
fails "tick() crashed at reference 0: Segmentation fault" -DIN_TICK=CRASH
fails "release() crashed at reference 1: Segmentation fault" -DIN_RELEASE=CRASH
fails "victim() crashed at reference " -DIN_VICTIM='AFTER(20, CRASH)'
says "Segmentation fault"
fails "page_out() crashed at reference " -DIN_PAGE_OUT='AFTER(20, CRASH)'
fails "access() crashed at or after reference " -DIN_ACCESS='AFTER(20, CRASH)'
fails "settled() crashed at or after reference " -DIN_SETTLED=CRASH -DFIELDS='.release = NULL,'
fails "victim() crashed at reference " -DIN_VICTIM='AFTER(20, deep(0))'
fails "victim() crashed at reference " -DIN_VICTIM='AFTER(20, abort())'
says "Aborted"
fails "victim() ended the program at reference " -DIN_VICTIM='AFTER(20, exit(0))'
limit=1s
fails "victim() has not returned for 1 s, at reference " -DIN_VICTIM='AFTER(20, HANG)'
fails "init() has not returned for 1 s, at reference 0" -DIN_INIT=HANG
limit=60s
# One that spoils the pager's memory; a sanitizer would see the pager stumble.
grep -q '^CMAKE_C_FLAGS:.*sanitize' "$BUILD_DIR/CMakeCache.txt" ||
    fails "the simulation crashed: Segmentation fault; the last call was " \
        -DIN_ACCESS='memset((char *)v->env->rng - 2048, 0xff, 2048)'

# The reference is the one at which it happens: the first that finds 16 frames full.
build bad -DIN_VICTIM=CRASH
exits 1 "${run[@]}" --policy ./bad.so
message=$(cat err.txt)
exits 0 "$FAULTLINE" trace convert --to pages t.flt
first=$(awk '!seen[$1]++ && ++n == 17 { print NR; exit }' out.txt)
[[ $message == *"victim() crashed at reference $first: "* ]] ||
    fail "reference $first is not that of: $message"

# What the pager finds out.
build bad -DIN_VICTIM='return 99'
exits 1 "${run[@]}" --policy ./bad.so
says "policy 'bad', call victim(): chose frame 99, which is not one of the 16"
says "(at reference $first)"
build bad -DIN_RELEASE='return 99'
exits 1 "${run[@]}" --policy ./bad.so
says "policy 'bad', call release(): chose frame 99"

# In simulated time, where pages are gone when a process ends.
build bad -DIN_FORGET=CRASH
exits 1 "${run[@]}" --policy ./bad.so --set timing=events --set workload.copies=2
says "forget() crashed at reference "
build bad -DIN_RESIZE=CRASH
exits 1 "${run[@]}" --policy ./bad.so --set timing=events --set workload.copies=2 \
    --set replacement=process
says "resize() crashed at reference "

# An interruption ends what hangs, and nothing is left.
build bad -DIN_VICTIM=HANG
"$FAULTLINE" run --set trace=t.flt --set machine.frames=16 --policy ./bad.so --stdout csv \
    >out.txt 2>err.txt &
program=$!
child=
for _ in {1..100}; do
    child=$(pgrep -P "$program") || true
    [ -z "$child" ] || break
    sleep 0.1
done
[ -n "$child" ] || fail "there is no process"
kill -INT "$program"
status=0
wait "$program" || status=$?
[ "$status" -eq 1 ] || fail "it ends with status $status"
says interrupted
! kill -0 "$child" 2>kill.txt || fail "process $child is left"

exits 2 "${run[@]}" --policy lru --call-limit 5
says "--call-limit"
exits 2 "${run[@]}" --policy lru --call-limit 5us
says "it is at least 1 ms"

# --- the contract ------------------------------------------------------------------------------

# breaks CHECK SENTENCE [OPTION...] -- bad.so fails the check with the sentence
breaks()
{
    local check=$1 sentence=$2
    shift 2
    build bad "$@"
    exits 1 "$FAULTLINE" check --policy ./bad.so --call-limit "$limit"
    grep -E "^failed  $check " out.txt | grep -qF -e "$sentence" ||
        fail "$check does not say: $sentence"
}
exits 0 "$FAULTLINE" check --policy ./every-verb.so --set policy.interval=3
[ "$(grep -c '^ok ' out.txt)" -eq 13 ] || fail "there are not 13 checks"
breaks victim "chose frame 99, which is not one of the" -DIN_VICTIM='return 99'
limit=300ms
breaks victim "victim() has not returned for 300 ms, at reference " -DIN_VICTIM='AFTER(9, HANG)'
limit=60s
breaks parameters "init() refuses '1000' of 'interval' and names no parameter in quotes" \
    -DLONG='((const struct verb_params *)env->params)->interval == 1000' \
    -DIN_INIT='if (LONG) return error_set(err, ERR_CONFIG, at_nowhere(), "too long")'
# A page that has left unasked is still in its order, as the oldest.
breaks leave "that can be evicted" \
    -DKEEP='frame_ring_add(&v->pages, pfn), v->pages.head = v->pages.links[pfn].older' \
    -DIN_PAGE_OUT='if (!evicted) { KEEP; return; }'
breaks leave "forget() crashed at reference " -DIN_FORGET=CRASH
breaks time "forget() crashed at reference " -DIN_FORGET=CRASH
breaks ghosts "and ghosts() says 2" -DIN_GHOSTS='return nframes / 2'
# What it chooses depends on a variable of its own; on how often it was told of uses.
breaks seed "the same replay for the second time: page " \
    -DIN_VICTIM='static int n; if (n++ % 11 == 0) return frame_ring_newest(&v->pages)'
breaks steps "step by step and reference by reference: page " -DSEES=POLICY_EVERY_ACCESS \
    -DFIELDS='.settled = NULL, .release = NULL,' \
    -DIN_VICTIM='if (v->uses % 3 == 0) return frame_ring_newest(&v->pages)'
breaks explain "pages that went, why() has said of 0 why" -DIN_WHY='return'
breaks explain "show() crashed at reference " -DIN_SHOW=CRASH
exits 0 "$FAULTLINE" check --policy clock --set policy.hand=stays
prints "ok      future "
exits 2 "$FAULTLINE" check --policy none
says "unknown policy 'none'"
exits 2 "$FAULTLINE" check --policy lru t.yaml
says "--policy checks a policy, without an experiment"
