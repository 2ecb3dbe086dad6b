#!/usr/bin/env bash
# On a full or a read-only disk the message names the file and the reason, nothing half
# written stays behind, and the cells that found room are there for --resume.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# What is mounted in a name space of its own goes away with it, however the test ends.
if [ -z "${FULL_DISK_MOUNTS-}" ]; then
    spaces=--mount
    [ "$(id -u)" -eq 0 ] || spaces="--mount --user --map-root-user"
    read -ra words <<<"$spaces"
    mkdir probed
    if ! unshare "${words[@]}" mount -t tmpfs none probed 2>why.txt; then
        echo "skipped: no small disk can be mounted: $(head -n 1 why.txt)"
        exit 77
    fi
    FULL_DISK_MOUNTS=yes exec unshare "${words[@]}" bash "$0"
fi
# 64 KiB are free, and later more.
mkdir disk
mount -t tmpfs -o size=1m none disk
head -c 960K /dev/zero >disk/filler

# left_nothing -- no file of ours is on the disk
left_nothing()
{
    [ "$(ls -A disk)" = filler ] || fail "there is left: $(ls -A disk)"
}

"$FAULTLINE" trace generate uniform u.flt references=300000 writes=1 >generated.txt
"$FAULTLINE" trace convert --to pages u.flt >u.txt

# Traces that do not fit.
exits 4 "$FAULTLINE" trace convert u.flt disk/u.flt
says_only "faultline: disk/u.flt: cannot be written: No space left on device"
exits 4 "$FAULTLINE" trace generate uniform disk/u.flt
says_only "faultline: disk/u.flt: cannot be written: No space left on device"
exits 4 "$FAULTLINE" trace cut u.flt disk/u.flt --count 290000
says_only "faultline: disk/u.flt: cannot be written: No space left on device"
left_nothing
# One that was there stays as it was.
"$FAULTLINE" trace generate loop disk/u.flt iterations=1 >generated.txt
cp disk/u.flt loop.flt
exits 4 "$FAULTLINE" trace convert u.flt disk/u.flt
cmp loop.flt disk/u.flt
rm disk/u.flt
# Nor does the copy that a text is run from.
exits 4 env TMPDIR="$PWD/disk" "$FAULTLINE" run --set trace=u.txt --stdout csv
says "cannot be written: No space left on device"
left_nothing

# A sweep of which not all cells fit: each takes a page of 4 KiB.
cat >sweep.yaml <<'END'
trace: u.flt
sweep:
  machine.frames: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]
  policy: [lru, fifo]
END
exits 4 "$FAULTLINE" run sweep.yaml --output disk/sweep -j 1
says "faultline: disk/sweep/cells/"
says ".json: cannot be written: No space left on device"
says "faultline: disk/sweep/effective.yaml: cannot be written: No space left on device"
grep -q 'fifo .* 12 ' out.txt || fail "what was computed is not shown"
! grep -q 'results in' out.txt || fail "results are promised that are not there"
cells=(disk/sweep/cells/*)
says "faultline: ${#cells[@]} of 24 cells have finished; --resume goes on from there"
((${#cells[@]} >= 8 && ${#cells[@]} < 24)) || fail "${#cells[@]} cells are kept"
for cell in "${cells[@]}"; do
    [[ $cell == *.json && -s $cell ]] || fail "'$cell' is left"
done
stat -c '%n %i %y' "${cells[@]}" >before.txt

# With more room the run goes on where it stopped.
rm disk/filler
exits 0 "$FAULTLINE" run sweep.yaml --output disk/sweep -j 1 --resume --quiet
stat -c '%n %i %y' "${cells[@]}" | cmp - before.txt || fail "finished cells were run again"
exits 0 "$FAULTLINE" run sweep.yaml --output undisturbed -j 1 --quiet
diff -r disk/sweep undisturbed || fail "the results are not those of an undisturbed run"

# Read-only.
mount -o remount,ro,bind disk
exits 4 "$FAULTLINE" run sweep.yaml --output disk/sweep
says_only "faultline: disk/sweep/cells: cannot be written: Read-only file system"
exits 4 "$FAULTLINE" run sweep.yaml --output disk/other/sweep
says_only "faultline: disk/other/sweep/cells: folder cannot be created: Read-only file system"
exits 4 "$FAULTLINE" trace convert u.flt disk/u.flt
says_only "faultline: disk/u.flt: cannot be written: Read-only file system"
exits 4 "$FAULTLINE" plot disk/sweep --x frames
says "cannot be written: Read-only file system"
# It is only read here.
exits 0 "$FAULTLINE" plot disk/sweep --x frames --output picture
[ -s picture.svg ] || fail "nothing was drawn"
