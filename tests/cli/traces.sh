#!/usr/bin/env bash
# The traces that come with the program are sound, as files and through a pipe.
set -euo pipefail

for trace in "$SOURCE_DIR"/traces/*.flt "$SOURCE_DIR"/traces/make/*.flt; do
    "$FAULTLINE" trace check "$trace" >>check.txt
done
"$FAULTLINE" trace check - <"$SOURCE_DIR/traces/sqlite.flt" >pipe.txt
grep -q ': ok, 84,142,771 references' pipe.txt
