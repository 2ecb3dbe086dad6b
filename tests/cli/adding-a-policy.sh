#!/usr/bin/env bash
# The policy that docs/adding-a-policy.md walks through does, as a shared object, what is said
# of it there.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# block N -- the N-th piece of C in the document
block()
{
    awk -v n="$1" '
        $0 == "\140\140\140c" { code = ++k == n; next }
        /^\140/ { code = 0 }
        code' "$SOURCE_DIR/docs/adding-a-policy.md"
}

# build NAME -- NAME.c to NAME.so
build()
{
    "$CC" -std=c17 -I"$SOURCE_DIR/sim" -I"$SOURCE_DIR/include" -Wall -Wextra -Wpedantic \
        -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror \
        -O2 -fPIC -shared -o "$1.so" "$1.c"
}

block 1 >sampled-lru.c
build sampled-lru
exits 0 "$FAULTLINE" check --policy ./sampled-lru.so
exits 0 "$FAULTLINE" list policies ./sampled-lru.so
prints samples

# Of a thousand samples of four pages one is the page used longest ago: real LRU.  One sample
# is any page.
exits 0 "$FAULTLINE" trace generate zipf pages.flt size=128KiB references=20000
exits 0 "$FAULTLINE" run --set trace=pages.flt --set machine.frames=4 --stdout csv --set \
    'sweep.policy=[{name: ./sampled-lru.so, samples: 1000}, lru, {name: ./sampled-lru.so, samples: 1}]'
read -ra faults <<<"$(column faults | tr '\n' ' ')"
[ "${#faults[@]}" -eq 3 ] || fail "there are not 3 cells"
[ "${faults[0]}" -eq "${faults[1]}" ] || fail "many samples: ${faults[0]} faults, not LRU's"
[ "${faults[2]}" -gt "${faults[1]}" ] || fail "one sample: only ${faults[2]} faults"

# With the reason that is added further down.
mkdir reason
{
    block 1 | sed '/^const struct policy_ops/,$d'
    block 2
    block 1 | sed -n '/^const struct policy_ops/,$p' |
        sed 's/\.victim = sampled_lru_victim/&, .why = sampled_lru_why/'
} >reason/sampled-lru.c
build reason/sampled-lru
exits 0 "$FAULTLINE" explain --policy reason/sampled-lru.so --frames 3 \
    "1 2 3 4 1 2 5 1 2 3 4 5"
prints 'was used longest ago of those looked at'
