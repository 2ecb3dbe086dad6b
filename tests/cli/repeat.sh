#!/usr/bin/env bash
# A run repeats byte for byte, whatever the number of threads, and the form in which a trace
# comes does not change what is counted.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# A made-up program as lackey prints one: a function that is called again and again walks
# through memory, back and forth; some references cross blocks and pages.
awk 'BEGIN {
    x = 1
    for (i = 0; i < 30000; i++) {
        x = (x * 16807) % 2147483647
        printf "I  %x,%d\n", 4194304 + (i * 4) % 9000 + (x % 7 == 0) * 65536, 1 + x % 8
        if (x % 3 == 0) printf " L %x,8\n", 268435456 + (i * 52) % 300000
        if (x % 5 == 0) printf " S %x,4\n", 134217728 + x % 100000
        if (x % 11 == 0) printf " M %x,16\n", 268435456 + (x % 700) * 4096 - 8
    }
}' >program.lackey
gzip -k program.lackey
"$FAULTLINE" trace convert program.lackey program.flt >converted.txt

policies=$("$FAULTLINE" list policies | awk '{ printf "%s%s", (NR > 1 ? ", " : ""), $1 }')
cat >all.yaml <<END
trace: program.flt
machine:
  memory: 128 KiB
  tlb: {l1i: {entries: 8, ways: 4}, l1d: {entries: 8, ways: full, replacement: random},
        l2: {entries: 64, ways: 16}}
  mmu: x86-64
  adapt_page_size: yes
sweep:
  machine.page_size: [512, 4 KiB, 16 KiB]
  policy: [$policies]
plots:
  - {x: machine.page_size, y: fault_rate, series: policy, file: faults}
  - {x: machine.page_size, y: [walks, tlb_l1d_misses], series: policy, file: tlb}
END

# The same experiment again, on one thread and on two: the same files with the same bytes.
exits 0 "$FAULTLINE" run all.yaml --output one -j 1
mv out.txt table.txt
for name in effective.yaml results.csv results.json faults.svg faults.png tlb.svg tlb.png; do
    [ -s "one/$name" ] || fail "$name was not written"
done
for jobs in 1 2; do
    exits 0 "$FAULTLINE" run all.yaml --output other -j "$jobs"
    sed 's:other:one:' out.txt | diff table.txt - || fail "the tables differ, -j $jobs"
    diff -r one other || fail "the results differ, -j $jobs"
    rm -r other
done

# With policies of each kind: that look forward, are told of each use, or see accessed bits only.
sed 's/policy: .*/policy: [opt, vmin, lru, random, linux5]/' all.yaml >few.yaml
exits 0 "$FAULTLINE" run few.yaml --output few
for form in csv json; do
    exits 0 "$FAULTLINE" run few.yaml -j 2 --stdout "$form"
    cmp out.txt "few/results.$form"
done

# counters ARGUMENT... -- what the experiment counts: all columns but the trace's name
counters()
{
    exits 0 "$FAULTLINE" run few.yaml --stdout csv "$@"
    cut -d , -f 2- out.txt >counters.csv
    cmp wanted.csv counters.csv || fail "other counters than from the native trace"
}

cut -d , -f 2- few/results.csv >wanted.csv
counters --set trace=program.lackey
counters --set trace=program.lackey.gz
counters --set trace=- <program.lackey
counters --set trace=- <program.lackey.gz
counters --set trace=- <program.flt
counters --set trace=- < <(cat program.lackey)
counters --set trace=- < <(cat program.lackey.gz)
counters --set trace=- < <(cat program.flt)

# Chance has a seed: the same one the same, another one another.
for seed in 1 1 2; do
    exits 0 "$FAULTLINE" run --set trace=program.flt --set machine.frames=16 \
        --set policy=random --set seed="$seed" --stdout csv
    column faults >>random.txt
done
[ "$(uniq -c random.txt | awk '{ printf "%s ", $1 }')" = "2 1 " ] ||
    fail "the seed does not decide"
