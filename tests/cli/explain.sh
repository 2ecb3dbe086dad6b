#!/usr/bin/env bash
# `faultline explain` draws the tables of textbooks in all its forms; what is in them by hand.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null
unset COLUMNS
string="7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1" # Silberschatz, 10.4

# The whole of a table, in blocks of so many columns as a line has room for.
exits 0 "$FAULTLINE" explain --policy clock --frames 3 --width 40 "7w 0 1 2 0 3w"
cat >expected.txt <<'END'
reference    1      2      3      4
page        7w      0      1      2

clock, 3 frames
frame 0     >7rd   >7rd   >7rd    2r
frame 1             0r     0r    >0
frame 2                    1r     1
fault        F      F      F      F
victim                            7 d

reference    5      6
page         0     3w

clock
frame 0      2r    >2r
frame 1     >0r     0
frame 2      1      3rd
fault               F
victim              1

F fault; w write; r referenced; d dirty; > hand

reference  page  goes  why
        4     2     7  The hand finds that all pages
                       were used, clears their bits
                       and comes back to page 7.
        6     3     1  The hand clears the bit of 1
                       page and finds that page 1 was
                       not used.

clock  5 faults in 6 references; 2 pages evicted, 1 dirty
END
cmp out.txt expected.txt

# Several policies share the columns; each has its count of faults.
exits 0 "$FAULTLINE" explain --policy fifo --policy lru --policy opt --frames 3 "$string"
prints "fifo  15 faults in 20 references"
prints "lru   12 faults in 20 references"
prints "opt   9 faults in 20 references"
[ "$(grep -c '^page ' out.txt)" -eq 2 ] || fail "the pages do not stand once a block"

exits 0 "$FAULTLINE" explain --policy fifo --policy lru --frames 3 --until-differs "$string"
prints "differently for the first time at reference 6, to page 3."
prints "fifo: page 0 goes. Page 0 has been in memory longest."
prints "lru: page 1 goes. Page 1 was used longest ago."
exits 0 "$FAULTLINE" explain --policy lru --policy lru --frames 3 --until-differs "$string"
prints "The policies choose the same pages up to reference 20, the last."

# Parameters in each of their spellings; conventions of kernels.
for policy in "clock{ref_on_load: no}" "{name: clock, ref_on_load: no}"; do
    exits 0 "$FAULTLINE" explain --policy "$policy" --frames 3 "7 0 1 2"
    prints "clock(ref_on_load=no), 3 frames"
    prints "The hand finds that page 7 was not used."
done
exits 0 "$FAULTLINE" explain --policy clock --frames 3 "7 0 1 2" --set policy.ref_on_load=no \
    --set kernel.count_faults=once-full
prints "The hand finds that page 7 was not used."
prints "1 fault in 4 references; 1 page evicted"
prints "f fault that the kernel does not count"

# A policy that gives pages up: W(t, 2) by hand.
exits 0 "$FAULTLINE" explain --policy "working-set{window: 2}" --frames 4 "1 2 3 3 3"
grep -q '^given up  *1  2$' out.txt || fail "pages 1 and 2 are not given up"
grep -qx 'victim' out.txt || fail "a page gave way to another"

exits 0 "$FAULTLINE" explain --policy second-chance --frames 3 --width 100 "$string"
prints "        6     3     1  1 older page was used and went to the end; page 1 was not."
prints "        8     4     2  All pages were used and went to the end; page 2 is first again."

# Policies in shared objects: one says nothing, the other something that SVG must spell.
cat >plain.c <<'END'
#include "faultline/policy.h"
static pfn_t plain_victim(void *state) { (void)state; return 0; }
const struct policy_ops policy_plain = {
    .abi = POLICY_ABI, .name = "plain", .summary = "evicts frame 0", .source = "a test",
    .sees = POLICY_REF_BITS, .victim = plain_victim};
END
sed -e 's/plain/wordy/g' -e 's/\.victim =/.why = wordy_why, &/' plain.c >wordy.c
sed -i '2i static void wordy_why(void *state, pfn_t victim, struct policy_view *view)\
{ (void)state; view_say(view, "%s < 7 \& | so on", view_page(view, victim)); }' wordy.c
for policy in plain wordy; do
    "$CC" -shared -fPIC -I"$SOURCE_DIR/include" -I"$SOURCE_DIR/sim" -o $policy.so $policy.c
done
exits 0 "$FAULTLINE" explain --policy ./plain.so --policy ./wordy.so --frames 2 "1 2 3"
prints "Policy plain has chosen page 1, and gives no reason."
prints "1 < 7 & | so on."

# What a policy has unmapped is in memory until it goes: at the fault on 5 three pages are unmapped,
# and one of them goes.
exits 0 "$FAULTLINE" explain --policy '{name: linux24, batch: 3}' --frames 4 --from 5 "1 2 3 4 5"
cat >expected.txt <<'END'
reference            ..    5
page                       5

linux24(batch=3), 4 frames
frame 0               1r   5r
frame 1               2r   2
frame 2               3r   3
frame 3               4r   4
END
head -8 out.txt >head.txt
diff expected.txt head.txt

# Forms.  A file's ending says which.
exits 0 "$FAULTLINE" explain --policy fifo --frames 2 --format csv "1 2w 3 1"
cat >expected.txt <<'END'
policy,reference,page,access,fault,loaded,victim,given_up,why,frame_0,frame_1,referenced,dirty,hands,lists,numbers
fifo,1,1,read,1,1,,,,1,,,,,"queue, oldest first: 1",
fifo,2,2,write,1,1,,,,1,2,,2,,"queue, oldest first: 1 2",
fifo,3,3,read,1,1,1,,page 1 has been in memory longest,3,2,,2,,"queue, oldest first: 2 3",
fifo,4,1,read,1,1,2,,page 2 has been in memory longest,3,1,,,,"queue, oldest first: 3 1",
END
cmp out.txt expected.txt
exits 0 "$FAULTLINE" explain --policy "clock{hand: stays, ref_on_load: yes}" --frames 2 \
    --output t.md "1 2w 3"
[ ! -s out.txt ] || fail "a table went to the terminal too"
cat >expected.txt <<'END'
### clock(ref\_on\_load=yes,hand=stays), 2 frames

| reference | 1 | 2 | 3 |
|---|--:|--:|--:|
| page | 1 | 2w | 3 |
| frame 0 | \>**1**<sup>r</sup> | \>1<sup>r</sup> | \>**3**<sup>r</sup> |
| frame 1 |  | **2**<sup>rd</sup> | 2<sup>d</sup> |
| fault | **F** | **F** | **F** |
| victim |  |  | 1 |

| reference | page | goes | why |
|--:|--:|--:|---|
| 3 | 3 | 1 | The hand finds that all pages were used, clears their bits and comes back to page 1. |

3 faults in 3 references; 1 page evicted.

F fault; w write; r referenced; d dirty; \> hand
END
cmp t.md expected.txt
exits 0 "$FAULTLINE" explain --policy arc --policy ./wordy.so --frames 3 --output t.svg "$string"
head -c 5 t.svg | grep -q '<svg ' || fail "t.svg is no picture"
if command -v xmllint >/dev/null; then
    exits 0 xmllint --noout t.svg
fi
# A box a frame and reference, and one a page of a list.
[ "$(grep -c '<rect class="\(in\|hit\|full\|no\)"' t.svg)" -eq 120 ] || fail "not 120 boxes"
[ "$(grep -c '<rect class="in"' t.svg)" -eq "$(grep -c '>F</text>' t.svg)" ] ||
    fail "a fault brings in other than one page"

# A trace: the same references give the same table, also from the middle on.
tr ' ' '\n' <<<"$string" >list.txt
exits 0 "$FAULTLINE" explain --policy lru --frames 3 "$string"
cp out.txt whole.txt
exits 0 "$FAULTLINE" explain --policy lru --frames 3 --trace list.txt
cmp out.txt whole.txt
exits 0 "$FAULTLINE" explain --policy lru --frames 3 --trace list.txt --from 6 --count 2 --hex
cat >expected.txt <<'END'
reference                ..    6    7
page                         0x3  0x0

lru, 3 frames, ideal: it sees every use
frame 0                 0x2  0x2  0x2
frame 1                 0x0  0x0  0x0
frame 2                 0x1  0x3  0x3
fault                          F
victim                       0x1
stack, last used first  0x0  0x3  0x0
                        0x2  0x0  0x3
                        0x1  0x2  0x2

F fault

reference  page  goes  why
        6   0x3   0x1  Page 0x1 was used longest ago.

lru  1 fault in 2 references; 1 page evicted
END
cmp out.txt expected.txt
# References of several kinds, in steps, some of them across blocks and pages: 2 goes on in
# page 3, 7 in page 2, and 8 in a further block of its page; 5 and 6 are one instruction.
cat >lackey.txt <<'END'
I  00001000,4
 L 00002ffe,4
I  00001004,4
 S 00003000,4
 M 00004000,4
I  00001ffe,4
I  000021fe,4
 L 00003004,4
I  00002300,4
END
exits 0 "$FAULTLINE" explain --policy lru --frames 9 --trace lackey.txt --format csv
cut -d , -f 2-5 out.txt >whole.txt
cat >expected.txt <<'END'
reference,page,access,fault
1,1,fetch,1
2,2,read,1
2,3,read,1
3,1,fetch,0
4,3,write,0
5,4,read,1
6,4,write,0
7,1,fetch,0
7,2,fetch,0
8,2,fetch,0
9,3,read,0
10,2,fetch,0
END
cmp whole.txt expected.txt
for from in 2 3 5 7 8 9 10; do
    exits 0 "$FAULTLINE" explain --policy lru --frames 9 --trace lackey.txt --format csv \
        --from $from
    awk -F , -v from=$from 'NR == 1 || $1 >= from' expected.txt |
        cmp - <(cut -d , -f 2-5 out.txt) || fail "from $from on it is another trace"
done

# Of many frames, those that matter.
exits 0 "$FAULTLINE" explain --policy lru --policy opt --policy vmin --frames 64 \
    --trace "$SOURCE_DIR/tests/data/sq2.flt" --from 300 --count 3
prints "lru, 64 frames, of which"
exits 0 "$FAULTLINE" explain --policy fifo --frames 3 --set generate=loop --count 3
prints "fifo  1 fault in 3 references; no page evicted"

# What is wrong, and what would be right.
exits 2 "$FAULTLINE" explain --policy fifo --frames 3 "7 0 x"
says_only "faultline: reference string:1:5: 'x' is no page: a number is expected, with 'w' \
before or after it for a write, as in 3w"
exits 2 "$FAULTLINE" explain --frames 3 "7 0"
says "--policy is needed"
exits 2 "$FAULTLINE" explain --policy fifo "7 0"
says_only "faultline: --frames is needed: how many frames memory has"
exits 2 "$FAULTLINE" explain --policy fifi --frames 3 "7 0"
says "nearest is 'fifo'"
exits 2 "$FAULTLINE" explain --policy fifo --frames 3
says "a string of references such as \"7 0 1 2 0 3\" is needed, or --trace"
exits 2 "$FAULTLINE" explain --policy fifo --frames 3 7 0
says "'0' is one argument too many"
exits 2 "$FAULTLINE" explain --policy fifo --frames 3 --trace list.txt "7 0"
says "a string and a trace are given"
exits 2 "$FAULTLINE" explain --policy fifo --frames 3 --until-differs "7 0"
says "a second --policy is needed"
exits 2 "$FAULTLINE" explain --policy fifo --frames 3 --from 3 "7 0"
says_only "faultline: there is no reference 3: there are 2"
exits 2 "$FAULTLINE" explain --policy fifo --frames 3 --from 0 "7 0"
says_only "faultline: --from is 0; it must be at least 1"
exits 2 "$FAULTLINE" explain --policy fifo --frames 3 --format svgz "7 0"
says "unknown format 'svgz' of --format: text, markdown, csv or svg"
exits 2 "$FAULTLINE" explain --policy fifo --set "sweep.machine.frames=[3, 4]" "7 0"
says "machine.frames varies"
exits 2 "$FAULTLINE" explain --policy fifo --frames 3 --set timing=events "7 0"
says "'timing: none' is right"
exits 4 "$FAULTLINE" explain --policy fifo --frames 3 --output none/t.svg "7 0"
says "none/t.svg"
