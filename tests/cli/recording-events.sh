#!/usr/bin/env bash
# What a recording says of mappings, protection, advice, the heap and children is what strace
# sees; of faulting accesses, that they are there up to the one that faults; of threads, which
# of them makes a reference; of closed descriptors and chains of images, nothing goes missing.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
# shellcheck source=tests/lackey.bash
. "$SOURCE_DIR/tests/lackey.bash"
exec </dev/null
if ! command -v strace >/dev/null; then
    echo "skipped: strace is not installed"
    exit 77
fi

# operations NAME -- those of NAME.flt and the pages touched between them
operations()
{
    "$FAULTLINE" trace convert --quiet --to pages "$1.flt"
}

# record NAME COMMAND...
record()
{
    local name=$1
    shift
    exits "${status-0}" alone "$FAULTLINE" record --quiet -o "$name" -- "$@"
    operations "$name" >"$name.txt"
}

# symbol PROGRAM NAME -- the page number of a variable
symbol()
{
    echo $((0x$(nm "$1" | awk -v name="$2" '$3 == name { print $1 }') / 4096))
}

# Mappings.
program memory
head -c 65536 /dev/zero >file.bin
record memory ./memory file.bin
strace -y -e trace=memory -o memory.strace ./memory file.bin >native.out
cmp native.out out.txt
awk -v from=strace -f "$SOURCE_DIR/tests/recording/events.awk" memory.strace >seen.txt
awk -v from=trace -f "$SOURCE_DIR/tests/recording/events.awk" memory.txt >recorded.txt
[ "$(wc -l <seen.txt)" -eq 17 ] || fail "strace saw only: $(cat seen.txt)"
diff seen.txt recorded.txt || fail "the recording is not what strace saw"

# A fork, and what the child does.
grep -qx '@fork 1' memory.txt || fail "no fork is recorded"
operations memory.1 >child.txt
grep -q '^@unmap .* 0x32000$' child.txt || fail "what the child unmaps is not recorded"
[ "$(tail -n 1 child.txt)" = "@exit 5" ] || fail "the child's exit is $(tail -n 1 child.txt)"
[ "$(tail -n 1 memory.txt)" = "@exit 0" ] || fail "the exit is $(tail -n 1 memory.txt)"

# Faults.  The page is touched by 500 ways in, each of which faults; where the handler returns
# the instruction is made again.  A load 1 in 5 times, a store, a modify (both), a string
# move to it, a string move from it.
program faults
record faults ./faults
guarded=$(awk '/^@map/ && $4 == "-" { print $2; exit }' faults.txt)
awk -v map="$guarded" -v page="$((guarded / 4096))" '
    $1 == "@map" && $2 == map { split("", n) } # another mapping was there before
    $1 == page { n[$2]++ }
    END { print n["R"], n["W"] }' faults.txt >counts.txt
[ "$(cat counts.txt)" = "900 900" ] || fail "loads and stores of the page: $(cat counts.txt)"

# Threads: each has a part of memory to itself, four pages, and writes into nobody else's.
program threads -no-pie
record threads ./threads
awk -v first="$(symbol threads parts)" '
    /^@thread/ { started++ }
    /^@switch/ { thread = $2 }
    $2 == "W" && $1 >= first && $1 < first + 16 {
        part = int(($1 - first) / 4)
        stores[part]++
        foreign += part != thread
    }
    END { print started, foreign + 0, stores[0], stores[1], stores[2], stores[3] }' \
    threads.txt >counts.txt
# 20 turns over 16 KiB in strides of 32 bytes, the first thread for each of the others.
[ "$(cat counts.txt)" = "3 0 30720 10240 10240 10240" ] ||
    fail "threads, foreign stores, stores into each part: $(cat counts.txt)"
for thread in 1 2 3; do
    "$FAULTLINE" trace convert --quiet --to pages --thread "$thread" threads.flt |
        awk -v first="$(symbol threads parts)" -v thread="$thread" '
            $2 == "W" && $1 >= first + 4 * thread && $1 < first + 4 * thread + 4 { n++ }
            END { exit n != 10240 }' || fail "thread $thread has not all of its stores"
done

# Descriptors: what comes after they have been closed is there too.
program closes -no-pie
record closes ./closes
awk -v first="$(symbol closes data)" '
    $2 == "W" && $1 >= first && $1 < first + 64 { n++ } END { exit n != 3 * 20 * 16384 }' \
    closes.txt || fail "stores are missing"
"$FAULTLINE" trace info --quiet closes.1.flt | grep -q 'exit' || fail "the child is missing"

# A recording that starts at a function begins with it, and has all that follows.
exits 0 alone "$FAULTLINE" record --quiet --start-at work -o late -- ./closes
operations late >late.txt
[ "$(awk '!/^@/ { print $1; exit }' late.txt)" = "$(symbol closes work)" ] ||
    fail "the recording does not begin with the function that it was to start at"
awk -v first="$(symbol closes data)" '
    $2 == "W" && $1 >= first && $1 < first + 64 { n++ } END { exit n != 3 * 20 * 16384 }' \
    late.txt || fail "stores are missing behind the start"

# vfork, posix_spawn, a child of a child, a chain of images of which one exec each fails.
program children
status=6 record children ./children
grep -c '^@fork' children.txt >forks.txt
[ "$(cat forks.txt)" = 3 ] || fail "forks: $(cat forks.txt)"
grep -q '/bin/true' children.yaml || fail "the spawned program is not in the workload"
program chain
status=7 record chain ./chain 3
[ "$(ls chain*.flt)" = "$(printf '%s\n' chain.1.flt chain.2.flt chain.3.flt chain.flt)" ] ||
    fail "the images of the chain are: $(ls chain*.flt)"
[ "$(operations chain.3 | tail -n 1)" = "@exit 7" ] || fail "the last image does not end"

# All of them run as they are.
for name in memory threads children chain faults; do
    exits 0 "$FAULTLINE" run "$name.yaml" --stdout csv
done
