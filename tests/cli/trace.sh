#!/usr/bin/env bash
# The trace commands: make, look at, cut, convert, damage and check traces; exit statuses.
set -euo pipefail

# exits STATUS COMMAND... -- the command ends with this status; its words go to out.txt
exits()
{
    local wanted=$1 status=0
    shift
    "$@" >out.txt 2>&1 </dev/null || status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "exit status $status, not $wanted: $*" >&2
        cat out.txt >&2
        exit 1
    fi
}

# says TEXT -- the last command said so
says()
{
    grep -qF -- "$1" out.txt || { echo "'$1' is not in: $(cat out.txt)" >&2 && exit 1; }
}

# 65 pages, 64 B apart: 65 * 64 references a turn.
exits 0 "$FAULTLINE" trace generate loop loop.flt iterations=2 --set writes=1
exits 0 "$FAULTLINE" trace info loop.flt
says '8,320'
says '65 (260 KiB)'
exits 0 "$FAULTLINE" trace info --json loop.flt
says '"stores": 8320'
exits 0 "$FAULTLINE" trace check loop.flt
says 'loop.flt: ok, 8,320 references in 1 chunk'

# The same seed gives the same bytes, another one others.
for seed in 1 1 2; do
    exits 0 "$FAULTLINE" trace generate uniform new.flt --seed "$seed" references=400000
    [ ! -e old.flt ] || cmp -s old.flt new.flt || differ=$seed
    mv new.flt old.flt
done
test "${differ:-}" = 2

# A load over a page boundary, a modify, and text that a native copy repeats exactly.
printf 'I  400000,4\n L 1ffc,8\n M 5000,4\n S 5fff,2\n' >four.txt
printf '1024 R\n1 R\n2 R\n5 R\n5 W\n5 W\n6 W\n' >pages.txt
exits 0 "$FAULTLINE" trace convert four.txt four.flt --format lackey
for input in four.txt four.flt; do
    exits 0 "$FAULTLINE" trace convert --to pages "$input"
    cmp out.txt pages.txt
done
"$FAULTLINE" trace convert - - --format lackey --origin 'converted from four.txt (lackey)' \
    <four.txt | cmp - four.flt

# The third step of four.txt begins with the second load.
exits 0 "$FAULTLINE" trace cut four.flt cut.flt --from 2 --count 1
exits 0 "$FAULTLINE" trace convert --to pages cut.flt
says '5 R'
exits 2 "$FAULTLINE" trace cut four.flt none.flt --from 100 --count 1
says 'the trace has 5 references'
test ! -e none.flt

# Operations on memory go from text into a native trace, and out of it as they were.
cat >ops.txt <<'END'
==1== Lackey, an example Valgrind tool
@map 0x10000 64KiB rw
@map 0x7f0000000000 8192 rx file "/lib/a b.so" 4KiB shared  # code
I  7f0000000010,4
 S 10008,8
@advise 65536 4096 dontneed
@fork 2
 L 10ffc,8
@exit
END
cat >ops.pages <<'END'
@map 0x10000 0x10000 rw
@map 0x7f0000000000 0x2000 rx file "/lib/a b.so" 0x1000 shared
34091302912 R
16 W
@advise 0x10000 0x1000 dontneed
@fork 2
16 R
17 R
@exit
END
exits 0 "$FAULTLINE" trace convert ops.txt ops.flt
says 'ops.flt: 3 references and 5 operations in 1 chunk'
for input in ops.txt ops.flt ops.pages; do
    exits 0 "$FAULTLINE" trace convert --to pages "$input"
    cmp out.txt ops.pages
done
exits 0 "$FAULTLINE" trace check ops.txt ops.flt loop.flt
says 'ops.txt: ok, 3 references and 5 operations in 1 chunk'
says 'ops.flt: ok, 3 references and 5 operations in 1 chunk'
says 'loop.flt: ok, 8,320 references in 1 chunk'
exits 0 "$FAULTLINE" trace info ops.flt
says "  operations             5"
says '    map                  2'
says '    advise               1'
exits 0 "$FAULTLINE" trace info --json ops.flt
says '"map": 2,'
says '"unmap": 0,'
exits 0 "$FAULTLINE" trace info loop.flt
if grep operations out.txt; then exit 1; fi

# A cut has the operations before its references, and at the end of all those after them.
exits 0 "$FAULTLINE" trace cut ops.flt cut.flt --from 2 --count 1
exits 0 "$FAULTLINE" trace convert --to pages cut.flt
printf '@advise 0x10000 0x1000 dontneed\n@fork 2\n16 R\n17 R\n' | cmp - out.txt
exits 0 "$FAULTLINE" trace cut ops.flt cut.flt --from 2 --count 2
says 'cut.flt: 1 references and 3 operations'
exits 0 "$FAULTLINE" trace cut ops.flt cut.flt --from 3 --count 1
exits 0 "$FAULTLINE" trace convert --to pages cut.flt
printf '@exit\n' | cmp - out.txt
exits 2 "$FAULTLINE" trace cut ops.flt none.flt --from 4 --count 1
test ! -e none.flt

# The mistake is named, even where nothing else tells the format.
printf '@exit\n@frok 2\n' >wrong.txt
exits 3 "$FAULTLINE" trace check wrong.txt
says "wrong.txt:2:2: unknown operation 'frok'; did you mean 'fork'?"
exits 0 "$FAULTLINE" trace check "$SOURCE_DIR/traces/sort.flt" # of version 1

# Damage: the place is named, and what is sound can be saved.
head -c "$(($(stat -c %s old.flt) - 100000))" old.flt >damaged.flt
exits 3 "$FAULTLINE" trace check damaged.flt loop.flt
says 'damaged.flt: damaged: chunk'
says 'loop.flt: ok'
exits 3 "$FAULTLINE" trace check --skip-damaged damaged.flt
says 'are sound'
exits 3 "$FAULTLINE" trace convert damaged.flt saved.flt
test ! -e saved.flt
exits 0 "$FAULTLINE" trace convert --skip-damaged damaged.flt saved.flt
says 'lost as damaged'
exits 0 "$FAULTLINE" trace check saved.flt

# Mistakes.
exits 2 "$FAULTLINE" trace generate lop x.flt
says "did you mean 'loop'"
exits 2 "$FAULTLINE" trace generate loop x.flt size=1
exits 2 "$FAULTLINE" trace convert four.txt x.flt --granule 100B
exits 2 "$FAULTLINE" trace info --jsn loop.flt
exits 3 "$FAULTLINE" trace info missing.flt
exits 4 "$FAULTLINE" trace generate loop missing/x.flt
if [ -w /dev/full ]; then
    status=0
    "$FAULTLINE" trace info loop.flt >/dev/full 2>out.txt || status=$?
    test "$status" -eq 4
fi
"$FAULTLINE" trace convert --to pages old.flt | head -n 1 >out.txt # pipefail: a clean end

# Ctrl-C leaves nothing behind.
exits 1 timeout --foreground --preserve-status -s INT 1 \
    "$FAULTLINE" trace generate uniform big.flt references=1000000000000
says 'big.flt: not written: interrupted'
test -z "$(find . -name 'big*')"
