#!/usr/bin/env bash
# The comparison of 4.3BSD's model with the machine: its settings, its arithmetic and its
# rule, with results made up in the place of the program's.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

counters=(pgin pgpgin pgout pgrec scan dfree pgpgout intrans fastpgrec pgfrec zfod faults
    rev swpin swpout)

# row MEM PATTERN KB A NPROCS[,PROC] PHASE [COUNTER=MIN-MAX]... -- a line of a summary; what
# is not said is 100, in all runs.
row()
{
    awk -v names="elapsed_ms ${counters[*]/#/v_}" -v line="$*" 'BEGIN {
        n = split(line, word, " ")
        for (i = 7; i <= n; i++) {
            split(word[i], part, /[=-]/)
            least[part[1]] = part[2]
            most[part[1]] = part[3]
        }
        printf "%s,500,0,%s,%s,w,10,%s,0,%s,%s,3", word[1], word[2], word[3], word[4],
            word[5] (word[5] ~ /,/ ? "" : ","), word[6]
        n = split(names, name, " ")
        for (i = 1; i <= n; i++) {
            if (!(name[i] in least))
                least[name[i]] = most[name[i]] = 100
            printf ",%s,%s,%s", (least[name[i]] + most[name[i]]) / 2, least[name[i]],
                most[name[i]]
        }
        print ""
    }'
}

# summary ROW... -- summary.csv of these lines
summary()
{
    local name line
    {
        printf 'mem,ipms,settle_s,pattern,kb,mode,iters,A,B,nprocs,proc,phase,runs'
        for name in elapsed_ms "${counters[@]/#/v_}"; do
            printf ',%s_mean,%s_min,%s_max' "$name" "$name" "$name"
        done
        echo
        for line in "$@"; do
            # shellcheck disable=SC2086 # words
            row $line
        done
    } >summary.csv
}

# The program: in a session all programs run twice, and what they do the first time does not
# count.  Their counters grow by 100 times n in the phases init and run, where n is 1 for the
# first program of a footprint, 2 for the second; of first ones by what model.txt has of the
# footprint.  When they are printed they grow by 1000.  Times are seconds.
cat >fake <<'FAKE'
#!/usr/bin/env bash
echo "$*" >>"$TEST/calls.txt"
cp shell.txt "$TEST"
footprints=$(sed 's/{generate: /\n/g' <<<"$*" | sed '1d; /thread: [1-9]/d' |
    sed 's/.*kb: \([0-9]*\).*/\1/' | tr '\n' ' ')
seeds=$(sed 's/.*sweep\.seed=\[\([^]]*\)\].*/\1/; s/,//g' <<<"$*")
folder=$(sed 's/.*--output \([^ ]*\).*/\1/' <<<"$*")
for kb in $footprints; do
    [ ! -e "$TEST/fails-$kb" ] || exit "$(cat "$TEST/fails-$kb")"
done
mkdir -p "$folder"
awk -v footprints="$footprints" -v seeds="$seeds" -v names="time $COUNTERS" '
    { init[$1, $2] = $3; run[$1, $2] = $4; step[$1, $2] = $5 }
    END {
        n = split(names, name, " ")
        split("start init report run", mark, " ")
        nseeds = split(seeds, seed, " ")
        programs = split(footprints, kb, " ")
        printf "trace,%smark,process", (nseeds > 1 ? "seed," : "")
        for (i = 1; i <= n; i++)
            printf ",%s", name[i]
        print ""
        for (p = 1; p <= programs; p++)
            nth[p] = ++seen[kb[p]]
        for (s = 1; s <= nseeds; s++)
            for (p = 1; p <= 2 * programs; p++)
                for (m = 1; m <= 4; m++) {
                    which = (p - 1) % programs + 1
                    printf "\"a, b\",%s%s,%s", (nseeds > 1 ? seed[s] "," : ""), mark[m], \
                        (p > 1 ? "vt." p : "vt")
                    for (i = 1; i <= n; i++) {
                        counter = name[i] == "time" ? "elapsed" : name[i]
                        key = kb[which] SUBSEP counter
                        known = nth[which] == 1 && (key in init)
                        value = 7 * i * seed[s]
                        if (m > 1)
                            value += known ? init[key] : 100 * nth[which]
                        if (m > 2)
                            value += 1000
                        if (m > 3)
                            value += known ? run[key] + step[key] * (s - 2) : \
                                100 * nth[which]
                        if (p <= programs)
                            value *= 3
                        printf ",%.9g", name[i] == "time" ? value / 1000 : value
                    }
                    print ""
                }
    }' "$TEST/model.txt" >"$folder/marks.csv"
FAKE
chmod +x fake
export FAULTLINE=$PWD/fake COUNTERS="${counters[*]/#faults/v_faults}" TEST=$PWD
live=$SOURCE_DIR/scripts/bsd43-live
: >model.txt

# is COUNTER WORDS -- the output has one line of the counter, with these words
is()
{
    local line
    line=$(awk -v counter="$1" '$1 == counter { $1 = ""; print substr($0, 2) }' out.txt)
    [ "$line" = "$2" ] || fail "$1 is '$line', not '$2'"
}

# What is asked of the program; both phases come from one run.
summary '2M hot 1420 395 1 init' '2M hot 1420 395 1 run'
sed -i 's/$/\r/' summary.csv # as some write them
exits 0 "$live" --phases 2 summary.csv
prints '2 of 2 lines pass from 1.18 times free memory on, 0 of 0 below; 0 were not run'
[ "$(wc -l <calls.txt)" -eq 1 ] || fail "the program did not run once"
for setting in machine.memory=2MiB kernel.wired=1538 machine.clock=500kHz \
    'sweep.seed=[1, 2]' "$SOURCE_DIR/configs/kernels/bsd43-live.yaml" \
    'streams: [{generate: {name: vt, pattern: hot, kb: 1420, mode: w, iters: 10, A: 395, B: 0}}]}]'; do
    grep -qF -e "$setting" calls.txt || fail "the setting '$setting' is missing"
done
for sleeper in init sh; do
    grep -qF -e "{trace: $SOURCE_DIR/configs/kernels/bsd43-live/$sleeper.txt}" calls.txt ||
        fail "$sleeper is missing"
done
[ "$(grep '^@fork\|^@wait\|^@sleep' shell.txt | tr '\n' ' ')" = \
    '@fork 1 @wait @sleep 0.1s @fork 1 @wait @sleep 0.1s ' ] ||
    fail "the shell does something else"

# What ran in one boot runs so, with what is known to have run between, though only some of
# it is wanted.
rm calls.txt
summary '2M seq 1420 0 1 run' '2M seq 830 0 1 init' '2M seq 830 0 1 run' \
    '2M hot 1310 9 1 run'
exits 0 "$live" --only hot summary.csv
prints '0 of 0 lines pass from 1.18 times free memory on, 1 of 1 below'
[ "$(grep -o 'pattern: [a-z]*, kb: [0-9]*\|kb: [0-9]*, pattern: rnd' calls.txt | tr '\n' ';')" = \
    'pattern: seq, kb: 1420;pattern: seq, kb: 830;kb: 1420, pattern: rnd;kb: 830, pattern: rnd;pattern: hot, kb: 1310;' ] ||
    fail "another session: $(cat calls.txt)"
[ "$(grep -c '^@fork' shell.txt)" -eq 10 ] || fail "the shell runs other programs"
summary '2M seq 1420 0 1 run' '2M hot 1310 9 1 run' '2M rnd 1300 0 1 run'
exits 0 "$live" summary.csv
[ "$(grep -c '^@fork' shell.txt)" -eq 6 ] || fail "rnd ran although the summary has it"

# A phase is a difference of two traces, mean and extremes are those of the start phases.
printf '%s\n' '430 elapsed 300 5000 7' '430 pgin 20 60 10' >model.txt
summary '1M seq 430 0 1 init elapsed_ms=290-310 v_pgin=19-21' \
    '1M seq 430 0 1 run elapsed_ms=4000-6000 v_pgin=50-70'
exits 0 "$live" --only ', init' summary.csv
prints '1M 500/ms seq kb=430 w iters=10 A=0 B=0, init: 1.50 times free memory'
is elapsed '300.0 290 310 300.0 300 300 ok'
is pgin '20.0 19 21 20.0 20 20 ok'
is rev '100.0 100 100 100.0 100 100'
exits 0 "$live" --only ', run' summary.csv
is elapsed '5000.0 4000 6000 5000.0 4993 5007 ok'
is pgin '60.0 50 70 60.0 50 70 ok'

# From 1.18 times free memory on 10 % beyond minimum and maximum are allowed.
printf '%s\n' '338 pgin 0 90 0' '338 pgpgin 0 132 0' '338 pgout 0 89 0' '338 scan 0 134 0' \
    >model.txt
summary '1M seq 338 0 1 run v_pgin=100-120 v_pgpgin=100-120 v_pgout=100-120 v_scan=100-120'
exits 1 "$live" summary.csv
is pgin '110.0 100 120 90.0 90 90 ok'
is pgpgin '110.0 100 120 132.0 132 132 ok'
is pgout '110.0 100 120 89.0 89 89 MISS -1.0, -1.1 %'
is scan '110.0 100 120 134.0 134 134 MISS +2.0, +1.5 %'
prints '0 of 1 lines pass from 1.18 times free memory on, 0 of 0 below'

# Below it they are the bounds, for the mean; what only is shown does not decide.
printf '%s\n' '336 pgin 0 100 0' '336 pgpgin 0 120 0' '336 pgout 0 99 0' \
    '336 scan 0 121 3' '336 rev 0 7 0' '336 dfree 0 3 0' >model.txt
summary '1M seq 336 0 1 run v_pgin=100-120 v_pgpgin=100-120 v_pgout=100-120 v_scan=100-120
    v_dfree=0-0' '1M seq 335 0 1 run'
exits 1 "$live" summary.csv
prints '336 w iters=10 A=0 B=0, run: 1.17 times free memory'
prints '  pgin            110.0      100      120       100.0      100      100  ok'
prints '  pgpgin          110.0      100      120       120.0      120      120  ok'
prints '       99.0       99       99  MISS -1.0, -1.0 %'
prints '      121.0      118      124  MISS +1.0, +0.8 %, a phase is within'
prints '  dfree             0.0        0        0         3.0        3        3  MISS +3.0'
prints '0 of 0 lines pass from 1.18 times free memory on, 1 of 2 below'

# What grows counts as it is in the end.
: >model.txt
summary '1M grow 71 14 1 run'
exits 0 "$live" summary.csv
prints 'run: 0.74 times free memory'

# Processes that ran together: each is compared with its own, and all of them count; those of
# two lines that not all of them have in common belong together as they stand.
rm calls.txt
printf '%s\n' '430 pgin 0 77 0' '300 pgin 0 55 0' >model.txt
summary '1M seq 430 0 2,p1 run v_pgin=77-77' '1M seq 430 0 2,p2 run v_pgin=200-200' \
    '1M seq 300 0 2,p1 run v_pgin=55-55' '1M hot 310 9 2,p2 run v_pgin=100-100'
live_only_pgin()
{
    "$live" "$@" | awk '$1 == "pgin" || /times/' >pgin.txt
}
live_only_pgin summary.csv || true
[ "$(awk '$1 == "pgin" { print $2, $5, $NF }' pgin.txt | tr '\n' ' ')" = \
    '77.0 77.0 ok 200.0 200.0 ok 55.0 55.0 ok 100.0 100.0 ok ' ] ||
    fail "several processes: $(cat pgin.txt)"
[ "$(grep -c '2 processes, p[12], run: 3.01 times' pgin.txt)" -eq 2 ] || fail "$(cat pgin.txt)"
[ "$(grep -c '2 processes, p[12], run: 2.13 times' pgin.txt)" -eq 2 ] || fail "$(cat pgin.txt)"
[ "$(wc -l <calls.txt)" -eq 1 ] || fail "one session was expected"
for streams in 'kb: 430, mode: w, iters: 10, A: 0, B: 0}}, {generate: {name: vt, pattern: seq, kb: 430,' \
    'kb: 300, mode: w, iters: 10, A: 0, B: 0}}, {generate: {name: vt, pattern: hot, kb: 310,'; do
    grep -qF -e "$streams" calls.txt || fail "'$streams' is missing"
done
[ "$(sed -n '/^@[fw]/p' shell.txt | head -7 | tr '\n' ' ')" = '@fork 1 @fork 2 @wait @fork 3 @fork 4 @wait @fork 1 ' ] ||
    fail "the shell starts other programs"

# The child of a program is a stream behind all programs.
: >model.txt
summary '1M fork 100 1 2,q1 run' '1M fork 90 3 2,q2 run v_pgin=200-200'
live_only_pgin summary.csv || true
streams='{generate: {name: vt, pattern: fork, kb: 100, mode: w, iters: 10, A: 1, B: 0, child: 3}, thread: 0}, {generate: {name: vt, pattern: fork, kb: 90, mode: w, iters: 10, A: 3, B: 0, child: 4}, thread: 0}, {generate: {name: vt, pattern: fork, kb: 100, mode: w, iters: 10, A: 1, B: 0, child: 3}, thread: 3}, {generate: {name: vt, pattern: fork, kb: 90, mode: w, iters: 10, A: 3, B: 0, child: 4}, thread: 4}]}]'
grep -qF -e "$streams" calls.txt || fail "the streams of children are others"

# What cannot be run says so.
rm calls.txt
summary '1M seq 430 0 2,p1 run' '1M hot 100 9 2,p2 run' '1M seq 440 0 2,p1 run' \
    '3M seq 100 1 1 run' '1M grow 100 0 1 run'
exits 1 "$live" --only 'seq kb=440|3M|grow' summary.csv
prints "440 w iters=10 A=0 B=0 2 processes, p1, run: not run, no line says what process 2 ran"
prints "not run, the machine's wired pages are not known"
prints "not run, nothing grows"
prints '3 were not run'
[ ! -e calls.txt ] || fail "the program ran"

# A failed cell leaves its lines without results; a wrong setting ends it all.
summary '1M seq 430 0 1 run' '2M seq 1780 0 1 run'
echo 1 >fails-430
exits 1 "$live" --keep kept summary.csv
prints '  no results'
prints '1 of 2 lines pass from 1.18'
rm fails-430 calls.txt
exits 0 "$live" --keep kept summary.csv
[ "$(wc -l <calls.txt)" -eq 1 ] || fail "what was kept ran again"
exits 0 "$live" --keep kept --phases 1 summary.csv
[ "$(wc -l <calls.txt)" -eq 3 ] || fail "results of other phases were taken"
for file in kept/1M*; do
    sed -i 5d "$file"
done
exits 1 "$live" --keep kept summary.csv
prints '1 of 2 lines pass from 1.18'
echo 2 >fails-430
exits 2 "$live" summary.csv

# Counters that are not there.
rm fails-430
COUNTERS=${COUNTERS/scan/} exits 2 "$live" summary.csv
says "there is no column 'scan'"
sed -i '1s/v_dfree_min/dfree_min/' summary.csv
exits 2 "$live" summary.csv
says "the summary has no column 'v_dfree_min'"

exits 2 "$live"
says "one SUMMARY.csv is needed"
exits 2 "$live" --phases 0 summary.csv
says "bad number of phases '0'"
exits 2 "$live" nowhere.csv
says "'nowhere.csv' cannot be read"
exits 0 "$live" --help
prints "how many start phases"
