#!/usr/bin/env bash
# Output that cannot be written is an error that names the place, with a status of its own;
# a pipe that its reader closes early is none.  Full and read-only disks: full-disk.sh.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

"$FAULTLINE" trace generate uniform u.flt references=200000 >generated.txt
cat >small.yaml <<'END'
trace: u.flt
machine: {frames: 16}
sweep: {policy: [lru, fifo]}
END

# A file stands where a folder should.
: >file
exits 4 "$FAULTLINE" run small.yaml --output file
says_only "faultline: file/cells: folder cannot be created: Not a directory"
exits 4 "$FAULTLINE" run small.yaml --output file/below/that
says_only "faultline: file/below/that/cells: folder cannot be created: Not a directory"
: >results
exits 4 "$FAULTLINE" run small.yaml
says_only "faultline: results/small/cells: folder cannot be created: Not a directory"
[ ! -s file ] || fail "the file was written to"
rm results

# A folder stands where a file should.
mkdir -p folder taken/results.csv
exits 4 "$FAULTLINE" trace convert u.flt folder
says "faultline: folder: "
exits 4 "$FAULTLINE" trace convert u.flt missing/u.flt
says "faultline: missing/u.flt: cannot be written: No such file or directory"
exits 4 "$FAULTLINE" run small.yaml --output taken --quiet
says_only "faultline: taken/results.csv: cannot be written: Is a directory"
rmdir taken/results.csv
exits 0 "$FAULTLINE" run small.yaml --output taken --quiet --resume
[ ! -s out.txt ] || fail "--quiet is not quiet"
[ ! -s err.txt ] || fail "--quiet is not quiet"

# have_lines FILE NUMBER
have_lines()
{
    [ "$(wc -l <"$1")" -eq "$2" ] || fail "$1 has not $2 lines"
}
have_lines taken/results.csv 3

# exits_full COMMAND... -- its standard output is a full device
exits_full()
{
    last_command="$* >/dev/full"
    local status=0
    : >out.txt
    "$@" >/dev/full 2>err.txt || status=$?
    [ "$status" -eq 4 ] || fail "exit status $status, not 4"
    says_only "faultline: standard output: cannot be written: No space left on device"
}

# exits_unread COMMAND... -- its standard output is a pipe that nobody reads any more
exits_unread()
{
    exec 3> >(true)
    wait "$!"
    exits_cleanly "$@" >&3
    exec 3>&-
}

# exits_cleanly COMMAND... -- with status 0 and no message; its output is this function's
exits_cleanly()
{
    last_command="$*"
    local status=0
    : >out.txt
    "$@" 2>err.txt || status=$?
    [ "$status" -eq 0 ] || fail "exit status $status, not 0"
    [ ! -s err.txt ] || fail "there is a message"
}

commands=("run small.yaml --stdout csv" "run small.yaml --stdout json"
    "run small.yaml --stdout table" "check small.yaml" "check small.yaml --effective"
    "list counters" "trace info u.flt" "trace check u.flt" "trace convert u.flt -"
    "trace convert --to pages u.flt" "run --help" "--help" "--version")
for command in "${commands[@]}"; do
    read -ra words <<<"$command"
    exits_unread "$FAULTLINE" "${words[@]}"
    [ ! -w /dev/full ] || exits_full "$FAULTLINE" "${words[@]}"
done

# More than a pipe holds, of which the reader takes one line.
exits_cleanly "$FAULTLINE" trace convert --to pages u.flt | head -n 1 >line.txt
have_lines line.txt 1
exits_cleanly "$FAULTLINE" run small.yaml --stdout json | head -n 1 >line.txt
have_lines line.txt 1

# The results are safe although the table cannot be printed.
if [ -w /dev/full ]; then
    exits_full "$FAULTLINE" run small.yaml
    have_lines results/small/results.csv 3
fi
