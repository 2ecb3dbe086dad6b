#!/usr/bin/env bash
# The time line of 4.3BSD's model beside the machine: what is asked of the program, and the
# numbers of the picture, worked out by hand, with results made up in the place of the
# program's and a gnuplot that keeps what it is to draw.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# Two programs.  Of the first one the machine looks at 20 pages from sample 2 to 3, as many as
# it wants to; at 40 from 3 to 4, twice as many: that sample is a quarter of a second late.
# Free memory falls by 500 in a quarter, so it began to fall half a quarter before sample 1.
cat >trace.csv <<'END'
pattern,sample(0.25s),freemem,deficit,desscan,v_scan,v_dfree,v_pgin,v_pgout,avefree,v_fastpgrec
seq 1400 w 3,0,2000,0,0,100,0,65,0,2303,235
seq 1400 w 3,1,1750,0,0,100,0,65,0,2303,235
seq 1400 w 3,2,1250,0,20,120,0,67,0,2303,235
seq 1400 w 3,3,750,0,20,140,0,69,0,2308,235
seq 1400 w 3,4,700,0,20,180,0,70,0,2308,235
think 1187 r 5 300,0,2000,0,0,180,0,70,0,2308,235
think 1187 r 5 300,1,2000,0,0,180,0,70,0,2308,235
think 1187 r 5 300,2,1500,0,0,180,0,71,0,2308,235
think 1187 r 5 300,3,1000,0,0,190,0,75,0,2308,235
END

# The model begins the programs at 10 and 20 seconds.
mkdir bin
cat >bin/gnuplot <<'FAKE'
#!/usr/bin/env bash
cp "$1" "$TEST/picture.gp"
FAKE
cat >fake <<'FAKE'
#!/usr/bin/env bash
printf '%s\n' "$@" >"$TEST/words.txt"
cp boot.txt monitor.txt "$TEST"
mkdir -p result
printf '%s\n' 'trace,policy,mark,process,time' '"a, b",clock,start,vt,10' \
    '"a, b",clock,init,vt,11' 'a,clock,start,vt.2,20' 'a,clock,run,vt.2,21' >result/marks.csv
{
    echo 'trace,time,process,resident,freemem,scan,pgin'
    for time in 9 9.5 10.5 11 19.5 20.5; do
        echo "a,$time,all,5,${time/./0},7,2"
        echo "a,$time,vt,5,,,"
    done
} >result/series.csv
FAKE
chmod +x fake bin/gnuplot
export FAULTLINE=$PWD/fake TEST=$PWD PATH=$PWD/bin:$PATH
live=$SOURCE_DIR/scripts/bsd43-live

# block NAME -- the data of the picture so called, in a line
block()
{
    awk -v name="\$$1" '$1 == "END" { on = 0 } on { printf "%s %s; ", $1, $2 }
        $1 == name { on = 1 }' picture.gp
}

# shows NAME DATA
shows()
{
    [ "$(block "$1")" = "$2" ] || fail "$1 is '$(block "$1")', not '$2'"
}

exits 0 "$live" --timeline trace.csv -o out.svg
shows real1_1 '-0.125 2000; 0.125 1750; 0.375 1250; 0.625 750; 1.125 700; '
shows real1_2 '-0.125 0; 0.125 0; 0.375 20; 0.625 40; 1.125 80; '
shows real1_3 '-0.125 0; 0.125 0; 0.375 2; 0.625 4; 1.125 5; '
shows real2_3 '-0.25 0; 0 0; 0.25 1; 0.5 5; '
shows model1_1 '-1 9; -0.5 905; 0.5 1005; 1 11; '
shows model1_2 '-1 0; -0.5 0; 0.5 7; 1 14; '
shows model2_3 '-0.5 0; 0.5 2; '
grep -qF "set output 'out.svg'" picture.gp || fail "the picture has another name"
[ "$(grep -c '^plot' picture.gp)" -eq 6 ] || fail "there are not six plots"
grep -qF "'seq 1400 KiB writes, 3 passes'" picture.gp || fail "the first program is not named"
grep -qF "'think 1187 KiB reads, 5 passes'" picture.gp || fail "nor is the second"

# What is asked of the program: both programs, each beside the monitor.
grep -qF 'streams: [{generate: {name: vt, pattern: seq, kb: 1400, mode: w, iters: 3, A: 0}}, {generate: {name: vt, pattern: think, kb: 1187, mode: r, iters: 5, A: 300}}, monitor.txt]}]' \
    words.txt || fail "the streams are others: $(cat words.txt)"
grep -qx 'series=250 ms' words.txt || fail "there are no samples"
for key in kernel policy; do
    grep -qx "$key.start=boot" words.txt || fail "the $key has been running before"
done
[ "$(grep '^@fork\|^@wait\|^@sleep' boot.txt | tr '\n' ' ')" = \
    '@fork 3 @sleep 1s @fork 1 @wait @sleep 5s @fork 3 @sleep 1s @fork 2 @wait @sleep 5s ' ] ||
    fail "the shell does something else"
[ "$(grep -c '^@sleep 205ms' monitor.txt)" -eq 120 ] || fail "the monitor takes other samples"
[ "$(grep '^[IS]' monitor.txt | sed 27000q | cut -d' ' -f2 | sort -u | wc -l)" -eq 20 ] ||
    fail "the monitor has other clusters"

# What is not there.
sed -i '1s/v_pgin/pgin/' trace.csv
exits 2 "$live" --timeline trace.csv -o out.svg
says "there is no column 'v_pgin'"
sed -i '1s/pgin/v_pgin/; $d' trace.csv
sed -i '/^think/d' trace.csv
exits 2 "$live" --timeline trace.csv -o out.svg
says "the model has run 2 programs, not 1"
exits 2 "$live" --timeline trace.csv
says "option '--timeline' needs -o OUT.svg"
exits 2 "$live" -o out.svg trace.csv
says "option '-o' needs --timeline"
exits 2 "$live" --timeline trace.csv -o out.svg trace.csv
says "one word too many: 'trace.csv'"
exits 2 "$live" --timeline nowhere.csv -o out.svg
says "'nowhere.csv' cannot be read"
