#!/usr/bin/env bash
# The zero page of Linux is left at the first store.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# Two pages are read, and one of them written: of four faults two are reads of the zero page,
# one gives a page of its own, and one a page that was never read.
printf '%s\n' 1 2 '1 W' '1 W' 2 '3 W' >pages.txt
exits 0 "$FAULTLINE" run --set trace=pages.txt --set machine.memory=1MiB \
    --set kernel=linux --stdout csv
columns=$(head -n 1 out.txt)
value() # NAME
{
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
                          NR == 2 { print $at }' out.txt
}
[ "$(value faults) $(value faults_major) $(value pgfault)" = "4 0 4" ] ||
    fail "the zero page has cost other faults: $columns"
