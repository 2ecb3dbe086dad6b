#!/usr/bin/env bash
# A recording of sqlite3, reduced by SAD: as many accesses are left as another program that
# follows the paper leaves, and the faults are those of libCacheSim on the full trace.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

for expected in '16 3,389,205' '64 360,690' '256 2,312'; do
    read -r frames left <<<"$expected"
    exits 0 "$FAULTLINE" trace reduce --frames "$frames" "$SOURCE_DIR/tests/data/sq2.flt" \
        "$frames.flt"
    prints "$left of 33,937,672 page accesses are kept"
done

exits 0 "$FAULTLINE" run --stdout csv --set trace=64.flt \
    --set 'sweep.policy=[lru, opt]' --set 'sweep.machine.frames=[64, 128, 256, 512]'
have_column references 33932550 33932550 33932550 33932550 33932550 33932550 33932550 33932550
have_column faults 89907 2101 823 661 34865 1383 708 655
