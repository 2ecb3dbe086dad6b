#!/usr/bin/env bash
# The policy that docs/adding-a-policy.md walks through compiles as it stands there.
set -euo pipefail

awk '$0 == "\140\140\140c" { code = 1; next } /^\140/ { code = 0 } code' "$SOURCE_DIR/docs/adding-a-policy.md" \
    >nru.c
grep -q 'policy_nru' nru.c
"$CC" -std=c17 -D_GNU_SOURCE -I"$SOURCE_DIR/sim" -Wall -Wextra -Wpedantic -Wconversion \
    -Wshadow -Werror -c nru.c -o nru.o
