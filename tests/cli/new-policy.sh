#!/usr/bin/env bash
# `faultline new policy`: what it writes compiles, keeps the contract and runs at once; and is
# built in as it stands.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

export FAULTLINE_CFLAGS="-I$SOURCE_DIR/include -I$SOURCE_DIR/sim"
exits 0 "$FAULTLINE" new policy two-chances
printf '%s\n' two-chances/two-chances.c two-chances/CMakeLists.txt two-chances/test.sh |
    cmp - out.txt || fail "it does not say what it has written"
exits 0 two-chances/test.sh
prints 'ok: 10 faults of 12 references, as worked by hand'
[ "$(grep -c '^ok      ' out.txt)" -ge 12 ] || fail "the contract is not checked"
# Without ever sparing a page it is first in, first out, which faults 9 times.
printf '%s\n' 1 2 3 4 1 2 5 1 2 3 4 5 >pages.txt
exits 0 "$FAULTLINE" run --set trace=pages.txt --set machine.frames=3 --stdout csv \
    --set 'sweep.policy=[{name: two-chances/two-chances.so, chances: 0}, fifo]'
have_column faults 9 9
exits 0 "$FAULTLINE" explain --policy two-chances/two-chances.so --frames 3 "1 2 3 1 4"
prints 'age 2 is the oldest, spared 0 times'

# Its test sees a policy that does something else.
sed -i 's/|| p->spared\[pfn\] >= params->chances/|| true/' two-chances/two-chances.c
exits 1 two-chances/test.sh
says '9 faults, not 10'

# Nothing is overwritten, in a folder with other things neither.
exits 2 "$FAULTLINE" new policy two-chances
says 'two-chances/two-chances.c: is there already, and nothing is overwritten'
mkdir other
echo mine >other/test.sh
exits 2 "$FAULTLINE" new policy third other
says 'other/test.sh: is there already'
[ "$(ls other)" = test.sh ] || fail "something was written all the same"

# Any name that is one, also a word of C.
exits 0 "$FAULTLINE" new policy double x/y
exits 0 x/y/test.sh
exits 2 "$FAULTLINE" new policy Two_Chances
says "'Two_Chances' cannot be the name of a policy: it is made of lower-case letters"
exits 2 "$FAULTLINE" new policy lru
says "there is a policy 'lru' already"
exits 2 "$FAULTLINE" new policy
says "a name is needed"
exits 2 "$FAULTLINE" new
says "'new' needs to know what to make: policy"
exits 4 "$FAULTLINE" new policy fourth /proc/none
says "/proc/none"

# With CMake, against the source tree.
cmake -S x/y -B cmake -DFAULTLINE_SOURCE="$SOURCE_DIR" -DFAULTLINE_PROGRAM="$FAULTLINE" \
    -DCMAKE_C_COMPILER="$CC" >cmake.log
cmake --build cmake >build.log
exits 0 ctest --test-dir cmake --output-on-failure

# As it stands it is good for policies/: the table of built-in policies finds its symbol.
exits 0 "$FAULTLINE" new policy in-the-tree tree
"$CC" -std=c17 -D_GNU_SOURCE -I"$SOURCE_DIR/sim" -I"$SOURCE_DIR/include" -Wall -Wextra \
    -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror \
    -c -o tree.o tree/in-the-tree.c
nm tree.o | grep -q ' [RD] policy_in_the_tree$' || fail "it has no policy_in_the_tree"
