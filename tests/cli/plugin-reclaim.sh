#!/usr/bin/env bash
# Policies with lists in shared objects: kernel: linux drives them as it does those that are
# built in, and a crash or a hang is told by the call in which it is.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# build SOURCE NAME [OPTION...] -- NAME.so from the source
build()
{
    local source=$1 name=$2
    shift 2
    "$CC" -std=c17 -D_GNU_SOURCE -w -O1 -fPIC -shared -I"$SOURCE_DIR/include" \
        -I"$SOURCE_DIR/sim" "$@" -o "$name.so" "$SOURCE_DIR/$source"
}

cat >group.yaml <<'END'
generate: { name: uniform, pages: 600, references: 20000, writes: 1 }
machine.frames: 2000
kernel: { name: linux, cgroup_frames: 300 }
END
run=("$FAULTLINE" run group.yaml --stdout csv)

# The counters of each row, without what the guard takes.
counters()
{
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) { if ($i == "references") first = i
                           if ($i == "policy_memory") memory = i } }
             { for (i = first; i <= NF; i++) if (i != memory) printf "%s ", $i; print "" }' |
        sed 1d
}
# alike OPTION... -- both rows have the same counters
alike()
{
    exits 0 "${run[@]}" "$@"
    sed -i 's/"[^"]*"/trace/' out.txt
    counters <out.txt >rows.txt
    [ "$(wc -l <rows.txt)" -eq 2 ] || fail "there are not two rows"
    [ "$(sort -u rows.txt | wc -l)" -eq 1 ] || fail "the policies differ: $(cat rows.txt)"
}
for name in linux26 linux5 mglru; do
    build "policies/$name.c" "$name"
    alike --set "sweep.policy=[$name, ./$name.so]"
    alike --set "sweep.policy=[$name, ./$name.so]" --set timing=events \
        --set workload.regions=infer --set swap.device=zram --set files.device=disk
done

verb=tests/data/plugins/every-verb.c
build $verb every-verb
exits 0 "${run[@]}" --set 'sweep.policy=[fifo, ./every-verb.so]'
sed -i 's/"[^"]*"/trace/' out.txt
[ "$(column faults | sort -u | wc -l)" -eq 1 ] || fail "it is not FIFO"
[ "$(column pgsteal_anon | tail -n 1)" = "$(column page_outs | tail -n 1)" ] ||
    fail "its counters are others"

# What may be left out is not called, also where writes take time.
build $verb few -DNAME='"few"' -DTABLE=policy_few -DFIELDS='.reclaim = &fewest,'
slow=(--set timing=events --set workload.regions=infer --set swap.device=ssd)
slow+=(--set kernel.cgroup_frames=0 --set machine.frames=2000 --set generate.pages=3000)
exits 0 "${run[@]}" --policy ./few.so "${slow[@]}"
exits 0 "${run[@]}" --policy ./every-verb.so "${slow[@]}"

# Without what must be there it is no policy.
build $verb bad -DNAME='"bad"' -DTABLE=policy_bad -DFIELDS='.reclaim = &no_sizes,'
exits 2 "${run[@]}" --policy ./bad.so
says "policy 'bad': its reclaim lacks one of shrink(), used()"

# fails SENTENCE [OPTION...] -- the cell of the policy, built with these options, fails
limit=60s
fails()
{
    local sentence=$1
    shift
    build $verb bad -DNAME='"bad"' -DTABLE=policy_bad "$@"
    exits 1 "${run[@]}" --policy ./bad.so --call-limit "$limit"
    says "policy 'bad' (./bad.so): $sentence"
}
fails "priorities() crashed at reference " -DIN_PRIORITIES=CRASH
fails "shrink() crashed at reference " -DIN_SHRINK=CRASH
fails "finish() crashed at reference " -DIN_FINISH=CRASH
fails "counts() crashed at reference " -DIN_COUNTS=CRASH

# Within shrink() the kernel has the page go: page_out() is told while it is under way, and
# shrink() again when it has returned.
fails "page_out() crashed at reference " -DIN_PAGE_OUT='AFTER(3, CRASH)'
fails "shrink() crashed at reference " -DIN_SHRUNK='AFTER(3, CRASH)'
limit=1s
fails "page_out() has not returned for 1 s, at reference " -DIN_PAGE_OUT='AFTER(3, HANG)'
fails "shrink() has not returned for 1 s, at reference " -DIN_SHRUNK='AFTER(3, HANG)'
