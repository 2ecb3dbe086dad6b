#!/usr/bin/env bash
# lackey.bash -- what the tests of recordings share; they source it after expect.bash.  A
# program runs under the recorder and under Valgrind's lackey with the same surroundings, byte
# by byte: what is in its environment decides where its stack begins.

for package in valgrind "${CC:-cc}"; do
    if ! command -v "$package" >/dev/null; then
        echo "skipped: $package is not installed"
        exit 77
    fi
done
if [ ! -e "$BUILD_DIR/recorder/faultline-amd64-linux" ]; then
    echo "skipped: the recorder was not built; the build's log says why"
    exit 77
fi

# program NAME [OPTION] -- compile tests/recording/NAME.c to ./NAME
program()
{
    "${CC:-cc}" -O1 -pthread "${@:2}" -o "$1" "$SOURCE_DIR/tests/recording/$1.c"
}

# alone COMMAND... -- with next to nothing in its environment.  Valgrind adds to LD_PRELOAD
# where it finds it, and else behind all other variables, next to the kernel's random bytes:
# the dynamic linker looks for characters in it beyond its end, and touches another place of a
# table for each.
alone()
{
    env -i LD_PRELOAD= PATH=/usr/bin:/bin LC_ALL=C "$@"
}

# recorded NAME COMMAND... -- COMMAND as NAME.flt, with all that lackey would see
recorded()
{
    local name=$1
    shift
    alone "$FAULTLINE" record --quiet --as-lackey -o "$name" -- "$@" >"$name.out"
}

# The folder of Valgrind's parts is in the environment of whatever it runs, so it must have
# an equally long name.
lackey_folder()
{
    local preloaded
    preloaded=$(alone "$FAULTLINE" record --quiet --as-lackey -o env -- env |
        sed -n 's/^LD_PRELOAD=//p')
    local folder=${preloaded%/*} system
    [ -n "$folder" ] || fail "the recorded program has no LD_PRELOAD"
    local parent=${folder%/*} last=${folder##*/}
    # The last ones of its characters are a number.
    parent=${parent%??????}$(printf %06d $((999999 - $$ % 1000)))
    system=$(dirname "$(find /usr/libexec/valgrind /usr/lib/valgrind -name default.supp \
        2>/dev/null | head -n 1)")
    mkdir -p "$parent/$last"
    ln -s "$system"/* "$parent/$last"
    echo "$parent/$last"
}

# lackeyed NAME COMMAND... -- COMMAND as NAME.flt, as lackey has it: its first image only.
# The test has set lackey_lib to what lackey_folder said.
lackeyed()
{
    local name=$1
    shift
    mkfifo "$name.fifo"
    "$FAULTLINE" trace convert --quiet --format lackey - "$name.flt" <"$name.fifo" \
        >"$name.converted" &
    local converter=$!
    exec {log}>"$name.fifo"
    alone VALGRIND_LIB="${lackey_lib?}" valgrind -q --tool=lackey --trace-mem=yes \
        --child-silent-after-fork=yes --log-fd="$log" -- "$@" >"$name.out" || true
    exec {log}>&-
    wait "$converter" || fail "lackey's output was not converted: $*"
    rm "$name.fifo"
}

# same_as_lackey NAME COMMAND... -- references by kind, and their sequence, are equal
same_as_lackey()
{
    local name=$1
    shift
    recorded "$name" "$@" || true
    lackeyed "$name-lackey" "$@"
    cmp "$name.out" "$name-lackey.out"
    same_totals "$name.flt" "$name-lackey.flt"
    exits 0 "$FAULTLINE" trace compare "$name.flt" "$name-lackey.flt"
}

# same_totals ONE.flt OTHER.flt
same_totals()
{
    local file
    for file in "$@"; do
        "$FAULTLINE" trace info --quiet --json "$file" |
            grep -E '^    "(references|ifetches|loads|stores|modifies)"' \
                >"$file.totals"
    done
    cmp "$1.totals" "$2.totals" || fail "totals differ: $(diff "$1.totals" "$2.totals")"
}
