#!/usr/bin/env bash
# The experiments that come with the program are sound, and so are the presets of kernels.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

for file in "$SOURCE_DIR"/configs/experiments/*.yaml; do
    exits 0 "$FAULTLINE" check "$file"
done

# The machine of 1986 runs what was recorded on one of today.  Two pages of its file are read
# one by one, two are filled with zeros; each is two pages of the hardware.
cat >program.txt <<'END'
I  400000,4
 S 500000,4
 L 600000,4
 S 7ffff0000,4
END
cat >mine.yaml <<'END'
extends: kernels/bsd43
trace: program.txt
counters: [exfod, zfod, pgin, faults]
END
exits 0 "$FAULTLINE" run mine.yaml --stdout csv
columns=$(head -n 1 out.txt)
value() # NAME
{
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
                          NR == 2 { print $at }' out.txt
}
[ "$(value exfod) $(value zfod) $(value pgin) $(value faults)" = "4 4 2 4" ] ||
    fail "the kernel has counted otherwise: $columns"

# Memory without end is more than a kernel of 1986 could reckon with: it is beside it then.
exits 0 "$FAULTLINE" run mine.yaml --stdout csv --set baseline=yes --set counters='[slowdown]'
[ "$(value slowdown)" = 1 ] || fail "with memory to spare it is slower"

# What is left for the kernel to do when the last process ends takes no time.
exits 0 "$FAULTLINE" run "$SOURCE_DIR/configs/experiments/bsd-fork.yaml" --stdout csv \
    --set 'sweep.generate.kb=[64]'

# What cannot be is refused, with what would be right.
refuses() # MESSAGE OPTION...
{
    local message=$1
    shift
    exits 1 "$FAULTLINE" run mine.yaml --stdout csv "$@"
    says "$message"
}
refuses "set 'timing: events'" --set timing=none
refuses "give the machine more of it, or 'kernel_memory: apart'" --set machine.memory=512KiB
refuses "'lotsfree' is 20000 pages of 512 bytes: processes have only 1" \
    --set kernel.lotsfree=20000
refuses "less than 80 pages" --set kernel.wired=16384
