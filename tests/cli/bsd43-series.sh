#!/usr/bin/env bash
# Samples of 4.3BSD over time: columns of its own in series.csv, that no other kernel's runs
# have; in results.json, in plots, and in cells that are taken from an earlier run.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# 6,000 references of a microsecond to one page of a process with 64 KiB.
awk 'BEGIN { for (i = 0; i < 6000; i++) printf " %s 10000000,1\n", i ? "L" : "S" }' >p.lackey
cat >tiny.yaml <<'END'
timing: events
workload:
  processes:
    - { name: p, trace: p.lackey, regions: [{ start: 0x10000000, size: 64 KiB }] }
machine: { frames: 16, cost.reference: 1 us }
kernel: bsd43
policy: pagedaemon-43
swap.device: fixed
series: 4 ms
END
own="freemem lotsfree desfree minfree deficit desscan front back rss pgin pgout pgrec \
fastpgrec pgfrec zfod scan rev dfree swpin swpout"

# Of 16 frames of 8 hw pages the u-area has 2, the page table 1, and the page one: 12 are
# free.  L is 128: a quarter, an eighth and a sixteenth of it are the thresholds.  The front
# hand is at the last frame, for 2 MiB are more than there is, and the back hand at none.
exits 0 "$FAULTLINE" run tiny.yaml --output tiny --quiet
exits 0 cat tiny/series.csv
have_column process all p
have_column freemem 96 ''
have_column lotsfree 32 ''
have_column desfree 16 ''
have_column minfree 8 ''
have_column deficit 0 ''
have_column front 15 ''
have_column back '' ''
have_column rss 8 8
have_column zfod 8 ''
have_column scan 0 ''
[[ "$(head -n 1 out.txt)" == *",swap_queue,${own// /,}" ]] || fail "other headings"
for name in $own; do
    grep -q "{\"name\": \"$name\", \"unit\": \"[a-z ]*\", \"description\": " \
        tiny/results.json || fail "results.json does not tell of $name"
done

# Of so many parameters the notes tell those that were set.
grep -q '; kernel bsd43"' tiny/results.json || fail "the notes are others"
exits 0 "$FAULTLINE" run tiny.yaml --output set --quiet --set kernel.lotsfree=40 \
    --set kernel.swapper=no
grep -q '; kernel bsd43: swapper=no, lotsfree=40"' set/results.json ||
    fail "the notes do not tell what was set"
exits 0 cat set/series.csv
have_column lotsfree 40 ''

# Other kernels have none of them, beside 4.3BSD they are blank.
exits 0 "$FAULTLINE" run tiny.yaml --output other --quiet --set kernel=textbook \
    --set policy=clock
exits 0 cat other/series.csv
[[ "$(head -n 1 out.txt)" == *,swap_queue ]] || fail "the textbook kernel has more columns"
! grep -q freemem other/results.json || fail "results.json tells of what there is not"
exits 0 "$FAULTLINE" run tiny.yaml --output both --quiet \
    --set 'sweep.kernel=[textbook, bsd43]'
exits 0 cat both/series.csv
have_column kernel textbook textbook bsd43 bsd43
have_column freemem '' '' 96 ''
have_column rss '' '' 8 8

# 96 pages, three times as many as there is memory for, again and again, and one of eight in
# between: what the samples count adds up to what the run has counted until the last one, and
# the hands go round.
awk 'BEGIN {
    for (turn = 0; turn < 20; turn++)
        for (page = 0; page < 96; page++) {
            printf " %s %x,8\n", page % 3 ? "L" : "S", 268435456 + page * 4096
            printf " L %x,8\n", 268435456 + page % 8 * 4096
        }
}' >q.lackey
cat >busy.yaml <<'END'
timing: events
workload:
  processes:
    - { name: q, trace: q.lackey, regions: [{ start: 0x10000000, size: 384 KiB }] }
machine: { frames: 32, cost.reference: 1 us }
kernel: bsd43
policy: { name: pagedaemon-43, handspread: 64 KiB }
swap.device: ra81
series: 250 ms
plots:
  - { x: time, y: [freemem, lotsfree, desfree], yscale: log, file: free }
  - { x: time, y: [front, back], file: hands }
END
exits 0 "$FAULTLINE" run busy.yaml --output busy --quiet
exits 0 cat busy/series.csv
cp busy/results.csv totals.csv
for name in pgin pgout pgrec fastpgrec pgfrec zfod scan rev dfree; do
    total=$(column "$name" totals.csv)
    column "$name" | awk -v total="$total" '{ sum += $1 }
        END { exit !(total > 0 && sum > 0.9 * total && sum <= total) }' ||
        fail "the samples of $name do not add up to $total"
done
column front | awk '$1 != "" && ($1 < 0 || $1 > 31) { exit 1 }' || fail "no such frame"
[ "$(column front | sort -u | wc -l)" -gt 20 ] || fail "the front hand does not go round"
[ "$(column freemem | sort -n | tail -n 1)" -le 256 ] || fail "more is free than there is"
for name in free hands; do
    [ -s "busy/$name.svg" ] || fail "$name.svg was not drawn"
done
grep -q '^set logscale y 10$' busy/free.gp || fail "yscale was passed over"
grep -q "^set ylabel 'hw pages'\$" busy/free.gp || fail "the unit is not at the axis"

# Once more, from the cells that the folder keeps; and drawn from its files.
mv busy/series.csv before.csv
exits 0 "$FAULTLINE" run busy.yaml --output busy --quiet --resume
cmp before.csv busy/series.csv || fail "the samples have changed"
exits 0 "$FAULTLINE" plot busy --x time --y freemem --output drawn
[ -s drawn.svg ] || fail "the folder's samples were not drawn"

# What is not there cannot be drawn.
exits 2 "$FAULTLINE" run tiny.yaml --output other --quiet --set kernel=textbook \
    --set 'plots=[{x: time, y: freemem}]'
says "unknown column 'freemem' for y; series.csv has "
