#!/usr/bin/env bash
# expect.bash -- what the tests of the whole program share; they source it.  Every failure
# ends the test and says what was run and what came of it.

# exits STATUS COMMAND... -- COMMAND ends with STATUS; its output is kept in out.txt, its
# messages in err.txt.  Standard input is this function's own.
exits()
{
    local wanted=$1 status=0
    shift
    # shellcheck disable=SC2034 # fail() shows it
    last_command="$*"
    "$@" >out.txt 2>err.txt || status=$?
    [ "$status" -eq "$wanted" ] || fail "exit status $status, not $wanted"
    # A sanitizer's report may hide behind a status that was expected.
    ! grep -qE 'Sanitizer|runtime error:' err.txt || fail "a sanitizer complains"
}

# fail SENTENCE
fail()
{
    {
        echo "${BASH_SOURCE[-1]##*/}:${BASH_LINENO[-2]}: $1"
        echo "last command: ${last_command-none}"
        head -n 20 out.txt err.txt 2>/dev/null || true
    } >&2
    exit 1
}

# says TEXT -- the messages of the last command hold TEXT
says()
{
    grep -qF -e "$1" err.txt || fail "no message says '$1'"
}

# says_only LINE... -- these lines are all its messages
says_only()
{
    printf '%s\n' "$@" | cmp -s - err.txt || fail "the messages are not: $*"
}

# prints TEXT -- the output of the last command holds TEXT
prints()
{
    grep -qF -e "$1" out.txt || fail "the output does not hold '$1'"
}

# column NAME [FILE] -- the values of a column of a results.csv (or of out.txt), one a line.
# No field of the tests' results is quoted.
column()
{
    awk -F , -v name="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; if (!at) exit 1 }
        NR > 1 { print $at }' "${2-out.txt}" || fail "no column '$1'"
}

# have_column NAME VALUE... -- the output of the last command has these values there
have_column()
{
    local name=$1
    shift
    local values
    values=$(column "$name" | tr '\n' ' ')
    [ "${values% }" = "$*" ] || fail "$name is '${values% }', not '$*'"
}
