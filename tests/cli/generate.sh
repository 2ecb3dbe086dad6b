#!/usr/bin/env bash
# Experiments that generate their traces count what the same traces from files count.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

pages=(16 64 256)
for seed in 1 2; do
    for n in "${pages[@]}"; do
        "$FAULTLINE" trace generate uniform "u$n-$seed.flt" --seed "$seed" pages="$n" \
            stride=64KiB references=20000
    done
done >generated.txt

cat >made.yaml <<'END'
generate: { name: uniform, references: 20000, stride: 64 KiB }
machine: { frames: 32, mmu: x86-64, tlb.l1d: { entries: 16, ways: 4 } }
sweep: { seed: [1, 2], generate.pages: [16, 64, 256], policy: [lru, random] }
plots: [{ x: generate.pages, y: walks, series: policy }]
END
cat >files.yaml <<'END'
machine: { frames: 32, mmu: x86-64, tlb.l1d: { entries: 16, ways: 4 } }
zip:
  seed: [1, 1, 1, 2, 2, 2]
  trace: [u16-1.flt, u64-1.flt, u256-1.flt, u16-2.flt, u64-2.flt, u256-2.flt]
sweep: { policy: [lru, random] }
END

# counts FILE -- the columns that both have, of results.csv; quoted labels come first.
counts()
{
    sed 's/^"[^"]*"/trace/; s/^u[0-9-]*,/trace,/' "$1" |
        awk -F , '
            NR == 1 {
                for (i = 2; i <= NF; i++)
                    if ($i !~ /^(seed|generate\.)/)
                        wanted[++n] = i
            }
            { for (i = 1; i <= n; i++) printf "%s,", $wanted[i]; print "" }'
}

for timing in none events; do
    exits 0 "$FAULTLINE" run made.yaml --set "timing=$timing" --quiet
    exits 0 "$FAULTLINE" run files.yaml --set "timing=$timing" --quiet
    [ "$(wc -l <results/made/results.csv)" -eq 13 ] || fail "there are not 12 cells"
    diff <(counts results/made/results.csv) <(counts results/files/results.csv) ||
        fail "a generated trace counts differently, timing $timing"
    [ -s results/made/walks-by-pages.svg ] || fail "the plot was not drawn"
done

# The sweep is a column, and labels tell what the user set.
exits 0 "$FAULTLINE" run made.yaml --stdout csv --set sweep.seed='[1]' --set policy=lru
have_column_of_made()
{
    sed 's/^"[^"]*"/trace/' out.txt >plain.txt
    [ "$(column "$1" plain.txt | tr '\n' ' ')" = "$2 " ] || fail "$1 is not $2"
}
have_column_of_made generate.pages '16 64 256'
have_column_of_made references '20000 20000 20000'
prints '"uniform(pages=64,stride=65536,references=20000)",lru,'
[ "$(wc -l <out.txt)" -eq 4 ] || fail "there are not 3 cells"

# A name is enough; --set takes the place of a trace and of a generator.
exits 0 "$FAULTLINE" run --set generate=loop --set machine.frames=64 --stdout csv
have_column trace loop
have_column faults 6500
echo 'trace: nowhere.flt' >trace.yaml
exits 0 "$FAULTLINE" run trace.yaml --set 'generate={name: loop, iterations: 2}' --stdout csv
have_column references 8320
exits 0 "$FAULTLINE" run made.yaml --set trace=u16-1.flt --set policy=lru --set seed=1 \
    --stdout csv
have_column trace u16-1

# Nothing is made to check an experiment; a run says if it cannot.
exits 0 env TMPDIR=/nonexistent "$FAULTLINE" check made.yaml
prints "made.yaml: ok, 12 cells"
exits 4 env TMPDIR=/nonexistent "$FAULTLINE" run made.yaml
says "/nonexistent: cannot create a temporary file"
exits 2 "$FAULTLINE" check made.yaml --set generate.pages=0
says "--set 'generate.pages=0'"
says "'pages' of generator 'uniform'"
exits 2 "$FAULTLINE" trace generate uniform bad.flt stride=8B
says "generator 'uniform': 'stride' is smaller than 'page_size'"
[ ! -e bad.flt ] || fail "a trace was made of bad parameters"

# Finished cells are known again by the trace's digest, which is made anew.
rm -r results
exits 0 "$FAULTLINE" run made.yaml --quiet
cp -r results/made undisturbed
cells=(results/made/cells/*)
[ "${#cells[@]}" -eq 12 ] || fail "there are not 12 finished cells"
rm "${cells[0]}" "${cells[5]}"
exits 0 "$FAULTLINE" run made.yaml --resume --quiet
diff -r results/made undisturbed || fail "it differs from the undisturbed run"

# The effective experiment gives the same results.
cp results/made/effective.yaml effective.yaml
exits 0 "$FAULTLINE" run effective.yaml --quiet --output again
cmp again/results.csv results/made/results.csv

exits 0 "$FAULTLINE" list keys generate
prints "generator of a synthetic trace"
