#!/usr/bin/env bash
# `faultline curve`: curves as tables, CSV, JSON and pictures; what it reads and refuses.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# points CURVE COLUMN -- the values of a column, of one curve, in one line
points()
{
    awk -F , -v curve="$1" -v name="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; if (!at) exit 1 }
        NR > 1 && $3 == curve { printf "%s%s", sep, $at; sep = " " }' out.txt
}

# have_points CURVE COLUMN VALUE...
have_points()
{
    local curve=$1 name=$2 values
    shift 2
    values=$(points "$curve" "$name")
    [ "$values" = "$*" ] || fail "$name of $curve is '$values', not '$*'"
}

# The string of Belady, Nelson, Shedler (CACM 12(6), 1969), counted by hand.
printf '%s\n' 1 2 3 4 1 2 5 1 2 3 4 5 >string.pages
exits 0 "$FAULTLINE" curve --curves all --format csv string.pages
have_points lru frames 1 2 3 4 5
have_points lru faults 12 12 10 8 5
have_points opt faults 12 9 7 6 5
have_points footprint reference 1 2 3 4 7 12
have_points footprint pages 1 2 3 4 5 5
have_points reuse-distance distance 2 3 4 ''
have_points reuse-distance accesses 2 2 3 5
[ "$(points working-set faults | cut -d ' ' -f 1-7)" = "12 12 10 8 7 7 5" ] ||
    fail "the working set faults otherwise"
[ "$(column trace | sort -u)" = string ] || fail "the trace has another name"
exits 0 "$FAULTLINE" curve --frames 2,4-9 --format csv string.pages
have_points lru frames 2 4 5
have_points opt faults 9 6 5

# Tables for the eye: powers of two and the footprint.
exits 0 "$FAULTLINE" curve string.pages
prints 'string.pages, pages of 4 KiB: 12 references, 5 pages, 20 KiB'
prints '               4        16 KiB               8      0.6667               6         0.5'
prints '               5        20 KiB               5      0.4167               5      0.4167'
! grep -q '^ *3 ' out.txt || fail "3 is no power of two"
exits 0 "$FAULTLINE" curve --frames 3 --curves opt string.pages
prints '               3        12 KiB               7      0.5833'

# Every format, compressed or piped; opt reads twice, which a pipe does not let it.
exits 0 "$FAULTLINE" trace generate zipf full.flt size=256KiB references=60000 writes=0.5
exits 0 "$FAULTLINE" curve --format csv full.flt
cp out.txt full.csv
exits 0 "$FAULTLINE" trace convert --to pages full.flt
zstd -q -f out.txt -o pages.zst
exits 0 "$FAULTLINE" curve --format csv pages.zst
cut -d , -f 2- full.csv >full.points
cut -d , -f 2- out.txt | cmp - full.points || fail "a list of pages gives other points"
# shellcheck disable=SC2002 # a pipe is what is tested
cat full.flt | exits 0 "$FAULTLINE" curve --curves lru,vmin --format csv -
[ "$(column trace | sort -u)" = stdin ] || fail "standard input has another name"
# shellcheck disable=SC2002
cat full.flt | exits 3 "$FAULTLINE" curve -
says 'faultline: '

# Page sizes together are as those alone.
exits 0 "$FAULTLINE" curve --page-size 16KiB,1KiB,4KiB --curves all --format csv full.flt
grep -E '^[^,]*,(4096|page_size),' out.txt >together.csv
exits 0 "$FAULTLINE" curve --page-size 4KiB --curves all --format csv full.flt
cmp together.csv out.txt || fail "page sizes change each other"

# Files and pictures, of the curves asked for.
exits 0 "$FAULTLINE" curve --curves all --output made full.flt
prints 'curves in made: curves.csv, curves.json'
prints "full.flt, pages of 4 KiB"
for name in fault-rate fault-rate-by-window pages-by-window fault-rate-by-pages footprint \
    reuse-distance; do
    if [ ! -s made/$name.svg ] || [ ! -s made/$name.png ]; then fail "no picture $name"; fi
done
exits 0 "$FAULTLINE" curve --curves all --format csv full.flt
cmp out.txt made/curves.csv || fail "curves.csv is another"
exits 0 "$FAULTLINE" curve --curves all --format json full.flt
cmp out.txt made/curves.json || fail "curves.json is another"
python3 - <<'EOF' || fail "curves.json does not say what curves.csv does"
import csv, json
curves = json.load(open("made/curves.json"))["curves"]
rows = [r for r in csv.DictReader(open("made/curves.csv"))]
points = [(c, dict(zip(c["columns"], p))) for c in curves for p in c["points"]]
assert len(points) == len(rows) > 1000
assert curves[0]["columns"] == ["frames", "memory", "faults", "fault_rate"]
for (c, p), r in zip(points, rows):
    assert (c["trace"], str(c["page_size"]), c["curve"]) == \
        (r["trace"], r["page_size"], r["curve"])
    assert all((v is None and r[k] == "") or float(r[k]) == v for k, v in p.items())
EOF
exits 0 "$FAULTLINE" curve --quiet --curves opt --output few full.flt
[ ! -s out.txt ] || fail "--quiet prints"
[ -e few/fault-rate.svg ] || fail "there is no picture"
[ ! -e few/footprint.svg ] || fail "there is a picture of no curve"

# A reduced trace knows lru and opt, from its frames on.
exits 0 "$FAULTLINE" trace reduce --frames 8 full.flt sad.flt
exits 0 "$FAULTLINE" trace reduce --frames 8 --policy lru full.flt olr.flt
grep -E ',(lru|opt|curve),([89]|[1-9][0-9]+|frames),' full.csv | cut -d , -f 2- >from8.points
exits 0 "$FAULTLINE" curve --format csv sad.flt
cut -d , -f 2- out.txt | cmp - from8.points || fail "the reduced trace gives other points"
exits 0 "$FAULTLINE" curve sad.flt
prints '               8        32 KiB '
exits 2 "$FAULTLINE" curve olr.flt
says "olr.flt: reduced by OLR, which is exact for lru only and not for policy 'opt'"
exits 0 "$FAULTLINE" curve --curves lru olr.flt
exits 2 "$FAULTLINE" curve --frames 7-9 sad.flt
says 'sad.flt: reduced for 8 frames or more, not for 7: use the full trace'
exits 2 "$FAULTLINE" curve --page-size 1KiB sad.flt
says 'sad.flt: reduced for pages of 4 KiB or more, not of 1 KiB'
for name in working-set vmin window-footprint footprint reuse-distance; do
    exits 2 "$FAULTLINE" curve --curves "lru,$name" sad.flt
    says_only "faultline: sad.flt: a reduced trace keeps faults only, and curve '$name' \
needs all references: use the full trace"
done

# What is wrong is told.
exits 2 "$FAULTLINE" curve
says "faultline: one trace is needed, not 0"
exits 2 "$FAULTLINE" curve --curves lru,otp full.flt
says "unknown curve 'otp' for --curves; nearest is 'opt'; there are lru, opt, working-set"
exits 2 "$FAULTLINE" curve --curves lru,lru full.flt
says "curve 'lru' is twice in the list of --curves"
exits 2 "$FAULTLINE" curve --page-size 5KiB full.flt
says "bad value '5KiB' for --page-size"
exits 2 "$FAULTLINE" curve --page-size 4KiB,4KiB full.flt
says "'4KiB' is twice in the list of --page-size"
exits 2 "$FAULTLINE" curve --page-size 256 full.flt
says 'full.flt: pages of 256 B: the trace knows addresses to 512 B only'
for range in 0 9-8 x 1-4294967296 ''; do
    exits 2 "$FAULTLINE" curve --frames "$range" full.flt
    says "bad value '$range' for --frames"
done
exits 2 "$FAULTLINE" curve --format xml full.flt
says "unknown format 'xml' of --format: csv or json"
exits 2 "$FAULTLINE" curve --format csv --output x full.flt
exits 3 "$FAULTLINE" curve nothing.flt
exits 4 "$FAULTLINE" curve --output full.flt/x full.flt
printf '@map 0x10000 64KiB rw\n0x10000\n' >ops.txt
exits 0 "$FAULTLINE" curve ops.txt
prints 'ops.txt, pages of 4 KiB: 1 references, 1 pages'
prints 'its operations on memory (1) are not carried out'

# Ctrl-C ends it at once, and leaves nothing.
exits 0 "$FAULTLINE" trace generate uniform long.flt references=10000000 pages=16384
status=0
timeout --foreground -s INT 1.5 "$FAULTLINE" curve --output stopped --curves lru,opt --page-size \
    512B,1KiB,2KiB,4KiB long.flt >out.txt 2>err.txt || status=$?
[ "$status" -eq 124 ] || fail "it was not interrupted: $status"
says_only "faultline: interrupted"
[ ! -e stopped ] || fail "it left a folder"

# `curve` of an experiment: files, a picture for each trace, and what is drawn there.
cat >e.yaml <<'EOF'
sweep:
  trace: [full.flt, string.pages]
  machine.frames: [2, 3, 4, 5]
  policy: [lru, fifo, opt]
curve: [lru, opt]
plots:
  - { x: machine.frames, y: faults, series: policy, curves: [lru, opt], pictures: trace,
      only: [fifo, opt], file: over }
  - { curve: opt, x: frames, y: faults, file: alone }
EOF
exits 0 "$FAULTLINE" run e.yaml --output results
prints 'results in results: results.csv, results.json, effective.yaml, curves.csv, curves.json'
for name in over-full over-string alone; do
    if [ ! -s results/$name.svg ] || [ ! -s results/$name.png ]; then
        fail "no picture $name"
    fi
done
grep -q "with lines .* title 'lru curve'" results/over-string.gp || fail "no curve is drawn"
grep -q "with points .* title 'fifo'" results/over-string.gp || fail "no cells are drawn"
! grep -q "title 'lru'" results/over-string.gp || fail "lru was not asked for"
awk '/^END/ { on = 0 } on { print } /^\$line3 / { on = 1 }' results/over-string.gp >drawn.txt
printf '%s\n' '2 12' '3 10' '4 8' '5 5' | cmp - drawn.txt || fail "the curve is another"
awk '/^END/ { on = 0 } on { print $1 } /^\$line3 / { on = 1 }' results/over-full.gp >drawn.txt
printf '%s\n' 2 3 4 5 | cmp - drawn.txt || fail "more is drawn than what is beside the cells"
[ "$(grep -c '^.line[0-9]* <<' results/alone.gp)" -eq 2 ] || fail "other curves are drawn alone"
cut -d , -f 2- <(grep '^full,\|^trace' results/curves.csv) | cmp - full.points ||
    fail "the experiment has other curves"
exits 0 "$FAULTLINE" run e.yaml --output again --set curve=opt --set plots=[] --quiet
! grep -q ',lru,' again/curves.csv || fail "lru was not asked for"
sed -e '/^curve/d' -e '/^plots/,$d' e.yaml >none.yaml
exits 0 "$FAULTLINE" run none.yaml --output again --resume --quiet
[ ! -e again/curves.csv ] || fail "the old curves.csv is left"
[ ! -e again/curves.json ] || fail "the old curves.json is left"
exits 0 "$FAULTLINE" plot results/curves.csv --x memory --y faults --series curve
