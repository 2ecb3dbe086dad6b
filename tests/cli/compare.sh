#!/usr/bin/env bash
# trace compare: equal traces of several formats, the first difference, exit statuses.
set -euo pipefail
# shellcheck source=tests/expect.bash
source "$SOURCE_DIR/tests/expect.bash"

printf 'I  400000,4\n L 1ffc,8\n M 5000,4\n S 5fff,2\n' >four.txt
"$FAULTLINE" trace convert --format lackey four.txt four.flt
"$FAULTLINE" trace convert --format lackey --granule 4KiB four.txt coarse.flt
"$FAULTLINE" trace convert --to pages four.txt >pages.txt

# Whatever the format and the granule.
cp four.flt input.flt
for other in four.flt coarse.flt four.txt -; do
    exits 0 "$FAULTLINE" trace compare four.flt "$other" <input.flt
    prints 'equal: 5 references'
done

# A list of pages has a line, and so a reference, for each page of one that crosses pages.
exits 1 "$FAULTLINE" trace compare coarse.flt pages.txt
cat >expected.txt <<'EOF'
different: at reference 0, chunk 0 of coarse.flt and 0 of pages.txt (blocks of 4 KiB)
     reference  coarse.flt                        pages.txt
>            0  fetch 0x400000                    load  0x400000
             1  load  0x1000 + 0x2000             load  0x1000
             2  load  0x5000                      load  0x2000
             3  store 0x5000                      load  0x5000
EOF
cmp expected.txt out.txt || fail "another picture of the difference"

# Another address in the same block is no difference, a longer reference is one.
sed 's/1ffc,8/1ff8,8/' four.txt >shorter.txt
exits 1 "$FAULTLINE" trace compare four.txt shorter.txt
prints '>            1  load  0x1e00 + 0x2000             load  0x1e00'
sed 's/5fff,2/5ffe,3/' four.txt >nearby.txt
exits 0 "$FAULTLINE" trace compare four.txt nearby.txt

# One that ends too early.
head -n 2 four.txt >two.txt
exits 1 "$FAULTLINE" trace compare two.txt four.flt
grep -qE '^> +2  \(end\) +load  0x5000$' out.txt || fail "the end is not shown"
exits 1 "$FAULTLINE" trace compare four.txt two.txt
grep -qE '^> +2  load  0x5000 +\(end\)$' out.txt || fail "the end is not shown"

# Operations count when asked for.
sed '2a @fork 1' four.txt >fork.txt
sed '2a @fork 2' four.txt >other.txt
exits 0 "$FAULTLINE" trace compare fork.txt four.txt
exits 0 "$FAULTLINE" trace compare fork.txt other.txt
exits 0 "$FAULTLINE" trace compare --operations fork.txt fork.txt
prints 'equal: 5 references and 1 operation'
exits 1 "$FAULTLINE" trace compare --operations fork.txt other.txt
prints 'different: before reference 2, chunk 0 of fork.txt and 0 of other.txt'
prints '  fork.txt: @fork 1'
prints '  other.txt: @fork 2'
exits 1 "$FAULTLINE" trace compare --operations four.txt fork.txt
prints '  four.txt: no operation'

# Mistakes.
exits 2 "$FAULTLINE" trace compare four.flt
says 'two traces are needed, not 1 file name'
exits 2 "$FAULTLINE" trace compare - -
says 'only one of the two can be standard input'
exits 3 "$FAULTLINE" trace compare four.flt none.flt
exits 3 "$FAULTLINE" trace compare none.flt four.flt
says 'none.flt: cannot open'
head -c -30 four.flt >damaged.flt
exits 3 "$FAULTLINE" trace compare damaged.flt four.flt
