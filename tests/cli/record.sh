#!/usr/bin/env bash
# `faultline record` leaves whole traces and a workload that runs, however the recording ends,
# and the program's own input, output and exit status.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# usage: what cannot be recorded is refused as a shell refuses it
exits 2 "$FAULTLINE" record
says_only "faultline: a program is missing" "try 'faultline record --help'"
exits 2 "$FAULTLINE" record --granule 1000 true
says "bad value '1000' for --granule"
exits 2 "$FAULTLINE" record --max-references 0 true
says_only "faultline: bad value '0' for --max-references: it is at least 1"
exits 127 "$FAULTLINE" record no-such-program
says_only "faultline: no-such-program: command not found"
exits 127 "$FAULTLINE" record ./no-such-program
says_only "faultline: ./no-such-program: No such file or directory"
echo text >not-a-program
exits 126 "$FAULTLINE" record ./not-a-program
says_only "faultline: ./not-a-program: Permission denied"
exits 126 "$FAULTLINE" record /
says_only "faultline: /: Is a directory"
exits 2 env FAULTLINE_RECORDER="$PWD/nothing" "$FAULTLINE" record true
says "build Faultline again"
[ ! -e true.flt ] || fail "something was written"

if ! command -v valgrind >/dev/null ||
    [ ! -e "$BUILD_DIR/recorder/faultline-amd64-linux" ]; then
    echo "skipped: the recorder was not built; the build's log says why"
    exit 77
fi

# left_nothing -- the folder of the recording whose output is in out.txt is gone; the program
# has printed where Valgrind's parts were
left_nothing()
{
    local parts
    parts=$(grep '/valgrind$' out.txt) || fail "the program was not told of a folder"
    [ ! -e "${parts%/*}" ] || fail "'${parts%/*}' is left"
}

# references FILE -- the number of references of a trace
references()
{
    "$FAULTLINE" trace info --quiet --json "$1" |
        sed -n 's/^ *"references": \([0-9]*\),$/\1/p' | head -n 1
}

# all_sound NAME -- every trace of a recording is
all_sound()
{
    local file
    for file in "$1".flt "$1".[0-9]*.flt; do
        [ ! -e "$file" ] || "$FAULTLINE" trace check "$file" >checked.txt ||
            fail "'$file' is not sound"
    done
}

# The program's input, output and exit status are its own.
# shellcheck disable=SC2016 # $word is the recorded shell's
printf 'in\n' | exits 3 "$FAULTLINE" record -o sh.flt \
    sh -c 'read -r word; echo "$word, out"; echo message >&2; exit 3'
[ "$(cat out.txt)" = "in, out" ] || fail "the output is not the program's"
says message
says "references in"
all_sound sh
"$FAULTLINE" trace info sh.flt >info.txt
grep -q "faultline record: sh -c 'read -r word" info.txt || fail "no origin"
exits 143 "$FAULTLINE" record --quiet -o killed -- sh -c 'kill -TERM $$'
[ ! -s err.txt ] || fail "--quiet says something"
all_sound killed
exits 137 "$FAULTLINE" record --quiet -o killed -- sh -c 'kill -KILL $$'
all_sound killed

# What a program starts is recorded, as a workload that runs.
exits 0 "$FAULTLINE" record -o pipe -- sh -c 'seq 5 | sort -r | head -n 1; exec true'
[ "$(cat out.txt)" = 5 ] || fail "the pipeline says '$(cat out.txt)'"
all_sound pipe
# Three children become three programs, and the shell a fourth.
[ "$(ls pipe.*)" = "$(printf 'pipe.%s\n' 1.flt 2.flt 3.flt 4.flt 5.flt 6.flt 7.flt flt yaml)" ] ||
    fail "there is: $(ls pipe.*)"
exits 0 "$FAULTLINE" run --quiet --stdout csv pipe.yaml
exits 0 "$FAULTLINE" record --quiet --no-children -o alone -- sh -c 'true & wait; ls /dev/null'
[ "$(ls alone.*)" = "$(printf 'alone.%s\n' flt yaml)" ] || fail "there is: $(ls alone.*)"

# What was needed for it is gone afterwards.
# shellcheck disable=SC2016
exits 0 "$FAULTLINE" record --as-lackey -o parts -- sh -c 'echo "$VALGRIND_LIB"'
left_nothing

# Limits are exact, and the program goes on; but not with --end.
exits 5 "$FAULTLINE" record -o cut --skip 10000 --max-references 123456 -- \
    sh -c 'seq 2000 | tail -n 1; exit 5'
[ "$(cat out.txt)" = 2000 ] || fail "the program did not go on"
says "as many as were asked for"
all_sound cut
total=0
for file in cut.flt cut.[0-9]*.flt; do
    [ ! -e "$file" ] || total=$((total + $(references "$file")))
done
[ "$total" -eq 123456 ] || fail "$total references were kept"
exits 143 "$FAULTLINE" record --quiet --end --max-references 1000 sleep 1000
[ "$(references sleep.flt)" -eq 1000 ] || fail "not 1000 references were kept"
exits 143 "$FAULTLINE" record --quiet --end --seconds 1 -o endless -- sh -c 'while :; do :; done'
all_sound endless
exits 0 "$FAULTLINE" record --skip 1000000000 true
says "nothing was recorded"

# Instructions can be left out, and blocks be of another size.
exits 0 "$FAULTLINE" record --quiet --no-instructions --granule 64 -o data true
"$FAULTLINE" trace info --json data.flt >info.txt
grep -q '"ifetches": 0,' info.txt || fail "there are instructions"
grep -q '"granule": 64,' info.txt || fail "the granule is not 64 bytes"

# An interruption ends the recording, a second one the program.
# shellcheck disable=SC2016
"$FAULTLINE" record --as-lackey -o waiting -- \
    sh -c 'trap "" INT; echo "$VALGRIND_LIB"; while :; do :; done' >out.txt 2>err.txt &
recorder=$!
until grep -q valgrind out.txt; do sleep 0.1; done
kill -INT "$recorder"
until grep -q interrupted err.txt; do sleep 0.1; done
all_sound waiting
kill -INT "$recorder"
status=0
wait "$recorder" || status=$?
[ "$status" -eq 143 ] || fail "the exit status is $status"
left_nothing

# On a full disk, and where nothing can be written at all.
exits 4 "$FAULTLINE" record -o no-such-folder/x true
says_only "faultline: no-such-folder/x.yaml: cannot be written: No such file or directory"
spaces=--mount
[ "$(id -u)" -eq 0 ] || spaces="--mount --user --map-root-user"
mkdir disk
cat >fill.sh <<'END'
set -euo pipefail
mount -t tmpfs -o size=1m none disk
status=0
"$FAULTLINE" record -o disk/full -- sh -c 'sort -n numbers.txt | tail -n 1; exit 5' \
    >out.txt 2>err.txt || status=$?
echo "$status" >status.txt
cp disk/* .
END
seq 30000 | sort -R --random-source=<(yes) >numbers.txt
read -ra words <<<"$spaces"
if unshare "${words[@]}" mount -t tmpfs none disk 2>why.txt; then
    unshare "${words[@]}" bash fill.sh
    [ "$(cat status.txt)" -eq 4 ] || fail "the exit status is $(cat status.txt)"
    says "No space left on device"
    says "what was recorded before is sound"
    [ "$(cat out.txt)" = 30000 ] || fail "the program did not go on"
    all_sound full
    exits 0 "$FAULTLINE" run --quiet --stdout csv full.yaml
fi

# The script of the source tree does the same.
exits 3 "$SOURCE_DIR/scripts/record" --quiet -o script sh -c 'exit 3'
all_sound script
