#!/usr/bin/env bash
# Memory does not grow with the length of the trace: ten times the references to the same
# pages take as much of it, within 5 %.  A small simulation takes less than 8 MiB.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

cat >peak.c <<'END'
/* peak FILE COMMAND... -- runs the command; its peak resident size, in KiB, goes to FILE. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    int status;
    const pid_t child = argc > 2 ? fork() : -1;
    if (child == 0)
        execvp(argv[2], argv + 2);
    if (child <= 0 || wait4(child, &status, 0, &usage) != child)
        return 99;
    FILE *out = fopen(argv[1], "w");
    if (!out || fprintf(out, "%ld\n", usage.ru_maxrss) < 0 || fclose(out) != 0)
        return 99;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
END
"$CC" -o peak peak.c

# measure OUT INPUT COMMAND... -- the peak of the command goes to OUT: the least of three,
# since how much of the program's file is mapped at once depends on the page cache
measure()
{
    local out=$1 input=$2
    shift 2
    for _ in 1 2 3; do
        exits 0 ./peak this.kib "$@" <"$input"
        cat this.kib >>all.kib
    done
    sort -n all.kib | head -n 1 >"$out"
    rm all.kib
}

# same_peak WHAT -- short.kib and long.kib differ by less than 5 %
same_peak()
{
    local short long
    short=$(cat short.kib) long=$(cat long.kib)
    echo "$1: $short KiB, $long KiB for ten times the references"
    ((short > 1000)) || fail "no program is as small as $short KiB"
    ((20 * long < 21 * short && 20 * short < 21 * long)) || fail "$1: memory grows"
}

# The same turns over 2048 pages, and ten times as many.  A turn is a piece of text that
# mixes what walks in order with what does not.
awk 'BEGIN {
    for (i = 0; i < 500000; i++)
        printf "I  %x,4\n %s %x,8\n", 4194304 + (i * 4) % 400000, i % 3 ? "L" : "S",
            268435456 + (i % 2 ? i * 16 % 8388608 : i * 7919 * 8 % 8388608)
}' >turn.txt
cp turn.txt short.txt
for _ in 1 2 3 4 5 6 7 8 9 10; do cat turn.txt; done >long.txt

for length in short long; do
    measure "$length.kib" /dev/null "$FAULTLINE" trace convert "$length.txt" "$length.flt"
done
same_peak "trace convert"
for length in short long; do
    measure "$length.kib" "$length.txt" "$FAULTLINE" trace convert - piped.flt
    cmp <("$FAULTLINE" trace info --json piped.flt | grep references) \
        <("$FAULTLINE" trace info --json "$length.flt" | grep references)
done
same_peak "trace convert from standard input"
for length in short long; do
    measure "$length.kib" /dev/null "$FAULTLINE" trace check "$length.flt"
done
same_peak "trace check"

# runs SETTING... -- a run with these settings
runs()
{
    local length set=() setting
    for setting; do
        set+=(--set "$setting")
    done
    for length in short long; do
        measure "$length.kib" /dev/null "$FAULTLINE" run --set trace="$length.flt" -j 1 \
            --set machine.frames=600 "${set[@]}" --stdout csv
        column references >>references.txt
    done
    same_peak "run $*"
}

runs policy=lru
runs policy=clock
runs policy=lru machine.mmu=x86-64
runs policy=clock machine.mmu=x86-64 machine.adapt_page_size=yes 'sweep.machine.page_size=[1 KiB, 4 KiB, 16 KiB]'
[ "$(sort -u references.txt | tr '\n' ' ')" = "1000000 10000000 " ] ||
    fail "the traces are not of the lengths meant"
for length in short long; do
    measure "$length.kib" "$length.txt" "$FAULTLINE" run --set trace=- -j 1 --stdout csv
done
same_peak "run from standard input"

# A small simulation takes little in all, the program and its libraries included.
measure small.kib /dev/null "$FAULTLINE" run --set trace="$SOURCE_DIR/traces/cc1.flt" \
    --set machine.frames=64 --set policy=lru -j 1 --stdout csv
echo "64 frames of LRU: $(cat small.kib) KiB"
(($(cat small.kib) < 8192)) || fail "a simulation of 64 frames takes $(cat small.kib) KiB"
