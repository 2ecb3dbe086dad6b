#!/usr/bin/env bash
# The comparison with the running kernel: what it says without privileges, its patterns, and,
# where the machine can measure, a short run, its counts, and that nothing of it stays.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null
live=$SOURCE_DIR/scripts/linux-live
patterns=$SOURCE_DIR/scripts/linux-live-patterns

skip()
{
    echo "linux-live: skipped: $1"
    exit 77
}

# Usage.
exits 0 "$live" --help
prints "--keep-tlb"
exits 2 "$live" --frames 100
says "a pattern is needed"
exits 2 "$live" --frames 10,x zipf
says "bad --frames '10,x'"
exits 2 "$live" --frames 10 --swappiness 201 zipf
says "--swappiness is 0 to 200"
exits 2 "$live" --frames 10 --live-only --model-only zipf
says "leave nothing to do"
exits 2 "$live" --table nowhere.csv
says "'nowhere.csv' cannot be read"
exits 2 "$live" --fames 10
says "unknown option '--fames'"

command -v python3 >/dev/null || skip "python3 is not installed"

# words FILE -- the pages of a pattern, w after those that are written
words()
{
    od -An -v -tu4 -w4 "$1" |
        awk '{ printf "%d%s ", $1 % 2147483648, ($1 >= 2147483648 ? "w" : "") }'
}

# u32 FILE PAGE[w]... -- a pattern
u32()
{
    python3 -c 'import struct, sys
with open(sys.argv[1], "wb") as out:
    for word in sys.argv[2:]:
        out.write(struct.pack("<I", int(word.rstrip("w")) | word.endswith("w") << 31))' "$@"
}

# Of references to one page one after the other those stay that change something; pages are
# numbered in the order of addresses.
printf '%s\n' '@map 0 4096 rw' '700 R' '700 R' '700 W' '700 R' '700 W' '5 R' '900 W' '900 R' \
    '700 R' >pages.txt
"$FAULTLINE" trace convert --to pages pages.txt | "$patterns" --from-pages pages.u32
[ "$(words pages.u32)" = '1 1w 0 2w 1 ' ] || fail "other references: $(words pages.u32)"

# What the model is given.  Two processes take turns of two references; each has its memory, and
# the file from the next table of 512 entries on.
u32 one.u32 0 1 2 4
u32 two.u32 1w 2 3
"$patterns" --to-pages 3 2 random one.u32 two.u32 >two.txt
[ "$(tr '\n' ' ' <two.txt)" = "@map 0 12288 rw anon @map 2097152 8192 r file data shared \
@advise 2097152 8192 random @map 4194304 12288 rw anon @map 6291456 8192 r file data shared \
@advise 6291456 8192 random 0 W 1 W 1025 W 1026 R 2 W 513 R 1536 R " ] || fail "$(cat two.txt)"
"$patterns" --to-pages 9 1 normal one.u32 >one.txt
[ "$(tr '\n' ' ' <one.txt)" = '@map 0 20480 rw anon 0 W 1 W 2 W 4 W ' ] || fail "$(cat one.txt)"
exits 1 "$patterns" --count two.txt.
u32 odd.u32 1
printf x >>odd.u32
exits 1 "$patterns" --count odd.u32
says "'odd.u32' is no pattern"

"$patterns" --to-pages 3 1 normal one.u32 >normal.txt
grep -qx '@advise 2097152 8192 normal' normal.txt || fail "another advice: $(cat normal.txt)"

# What the model is told of read-ahead: a program in its place keeps the experiment.
mkdir -p sim
cat >sim/faultline <<PROGRAM
#!/bin/sh
case \$1 in
list) exec "$FAULTLINE" "\$@" ;;
*) cat "\$2" >"$PWD/given.yaml" && exit 1 ;;
esac
PROGRAM
chmod +x sim/faultline
given() # OPTION... -- the experiment of a run with these
{
    FAULTLINE=$PWD/sim/faultline "$live" --model-only --folder . --frames 10 "$@" one.u32 \
        >given.out 2>&1 || true
    tr '\n' ' ' <given.yaml
}
case $(given --page-cluster 3) in
*"swap.device: zram "*"swap.size: unlimited "*"page_cluster: 3}"*) ;;
*) fail "read-ahead from swap on zram: $(cat given.yaml)" ;;
esac
case $(given --page-cluster 3 --swap-file) in
*"swap.device: {name: fixed, "*"swap.size: 17408 KiB "*"page_cluster: 3, swap_rotates: "*", \
vma_ra_enabled: "*", "*"nr_requests: "*", max_sectors_kb: "*) ;;
*) fail "read-ahead from a swap file: $(cat given.yaml)" ;;
esac
case $(given --anon-pages 0 --file-read-ahead --read-ahead-kb 64) in
*"read_ahead_kb: 64, file_large_folios: "*"}"*) ;;
*) fail "read-ahead of files: $(cat given.yaml)" ;;
esac

# Without privileges it says so, and does nothing.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    exits 2 setpriv --reuid 65534 --regid 65534 --clear-groups bash "$live" --check
    says "missing privileges: run it as root"
elif [ "$(id -u)" -ne 0 ]; then
    exits 2 "$live" --check
    says "missing privileges: run it as root"
fi
"$live" --check >check.txt 2>&1 || skip "$(head -n 1 check.txt)"
[ -x "$BUILD_DIR/live/linux-live-replay" ] || skip "linux-live-replay is not built"

# state -- what a run may have changed
state()
{
    awk '{ print $1, $2, $5 }' /proc/swaps
    cat /proc/sys/vm/page-cluster /proc/sys/vm/swappiness
    ls -d /sys/block/zram* /sys/fs/cgroup{,/*}/faultline-live-* 2>/dev/null || true
    find . -maxdepth 1 -name 'linux-live.*'
}
state >before.txt

unchanged()
{
    state >after.txt
    cmp -s before.txt after.txt || fail "$1 leaves this behind: $(diff before.txt after.txt)"
}

# 300 pages in turn, in 200 frames: whatever the lists do, the reference after a page went is
# a fault, and each page comes in once without one.
mapfile -t loop < <(for _ in 1 2 3 4 5 6 7 8 9 10; do seq 0 299; done)
u32 loop.u32 "${loop[@]}"
run=("$live" --live-only --folder . --frames)
exits 0 "${run[@]}" 400 --runs 1 --csv fits.csv loop.u32
[ "$(cut -d, -f1-9 fits.csv | sed 1d)" = 'loop,300,0,400,60,100,0,0,0' ] ||
    fail "where all fits: $(cat fits.csv)"
exits 0 "${run[@]}" 200 --runs 2 --flush-every 1 --csv loop.csv --series series.csv loop.u32
unchanged "a run"
faults=$(awk -F, 'NR == 2 { print $7 }' loop.csv)
[[ $faults -ge 1000 && $faults -le 2700 ]] || fail "$faults faults are no round of 300"
[ "$(awk -F, 'NR == 2 { print $9 }' loop.csv)" -eq "$faults" ] || fail "refaults: $(cat loop.csv)"
awk -F, -v faults="$faults" '
    NR == 2 && ($1 != 0 || $2 != 0) { exit 1 }
    NR == 31 && ($1 != 2900 || $2 > faults) { exit 1 }
    NR > 3 && $4 + $5 > 201 { exit 1 }
    END { exit NR != 31 }' series.csv || fail "the series is wrong: $(tail -n 2 series.csv)"

# Pages of a file, all read once: each is read from the disk.
mapfile -t all < <(seq 0 299)
u32 file.u32 "${all[@]}"
exits 0 "${run[@]}" 200 --runs 1 --anon-pages 0 --csv file.csv file.u32
[ "$(cut -d, -f1-10 file.csv | sed 1d)" = 'file,0,300,200,60,100,300,0,0,0' ] ||
    fail "pages of a file: $(cat file.csv)"

# Two processes that take turns have their own memory each: together it does not fit.
mapfile -t half < <(for _ in 1 2 3 4 5 6 7 8 9 10; do seq 0 149; done)
u32 half.u32 "${half[@]}"
exits 0 "${run[@]}" 200 --runs 1 --csv alone.csv half.u32
exits 0 "${run[@]}" 200 --runs 1 --csv both.csv half.u32 half.u32
[ "$(awk -F, 'NR == 2 { print $7 }' alone.csv)" -eq 0 ] || fail "one: $(cat alone.csv)"
[ "$(awk -F, 'NR == 2 { print $7 }' both.csv)" -gt 500 ] || fail "two: $(cat both.csv)"
unchanged "a run of two processes"

# Signals end it, while it measures too, and nothing stays.
for signal in INT TERM; do
    # From Python, since a shell's background commands ignore SIGINT.
    status=0
    python3 - "$signal" "${run[@]}" 100 --runs 1000 loop.u32 <<'PYTHON' || status=$?
import glob, os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
for _ in range(3000):
    if glob.glob(f"/sys/fs/cgroup/**/faultline-live-{child.pid}", recursive=True):
        break
    time.sleep(0.01)
else:
    sys.exit("it does not begin")
time.sleep(0.3)
child.send_signal(getattr(signal, "SIG" + sys.argv[1]))
sys.exit(child.wait(60))
PYTHON
    case $signal:$status in
    INT:130 | TERM:143) ;;
    *) fail "SIG$signal: status $status" ;;
    esac
    unchanged "SIG$signal"
done

# So when it fails: the model has no such kernel; the file for the series cannot be written.
exits 1 "$live" --folder . --frames 200 --runs 1 --version 0.1 loop.u32
unchanged "a model that fails"
exits 1 "${run[@]}" 200 --runs 1 --series nowhere/series.csv loop.u32
says "cannot write 'nowhere/series.csv'"
unchanged "a measurement that fails"
