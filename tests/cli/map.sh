#!/usr/bin/env bash
# `trace info` shows a map of the address space, and draws references over time and address.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

cat >program.txt <<'END'
==1== Lackey, an example Valgrind tool
@map 0x10000 0x1000 rx file /bin/prog
@map 0x11000 0x1000 rw file /bin/prog 0x1000
@map 0x7ff00000 0x100000 rw
I  00010000,4
 S 7fffff00,8
@protect 0x11000 0x1000 r
@map 0x12000 0x1000 rw
 S 00012000,8
@map 0x500000 0x2000 r file "/home/somebody/with/a/long/path/to/the/input-of-the-program.txt"
 L 00500ffc,8
@unmap 0x500000 0x2000
 M 00012010,8
 L 00900000,8
END

exits 0 "$FAULTLINE" trace info program.txt
sed -n '/#/,$p' out.txt >map.txt
cmp map.txt - <<'END' || fail "the map is another one: $(cat map.txt)"
  # addresses          size prot was kind      mapped until file
  1 00010000-00011000 4 KiB r-xp     text                   /bin/prog
  2 00011000-00012000 4 KiB r--p rw- data                   /bin/prog
  3 00012000-00013000 4 KiB rw-p     heap           2
  4 00500000-00502000 8 KiB r--p     file           3     4 …ng/path/to/the/input-of-the-program.txt
  5 00900000-00901000 4 KiB          constants
  6 7ff00000-80000000 1 MiB rw-p     stack

  # kind       pages  executed  read  written  fetches  loads  stores
  1 text           1         1     0        0        1      0       0
  2 data           0         0     0        0        0      0       0
  3 heap           1         0     1        1        0      1       2
  4 file           2         0     2        0        0      1       0
  5 constants      1         0     1        0        0      1       0
  6 stack          1         0     0        1        0      0       1
END
[ "$(wc -L <map.txt)" -le 100 ] || fail "a line has more than 100 characters"

# Larger pages: the same regions, fewer pages.
exits 0 "$FAULTLINE" trace info --page-size 64KiB program.txt
grep -q '^  4 file           1 ' out.txt || fail "the file takes more than one page of 64 KiB"

exits 0 "$FAULTLINE" trace info --json program.txt
if command -v python3 >/dev/null; then
    python3 - <<'END' || fail "the JSON says something else"
import json
regions = json.load(open("out.txt"))[0]["regions"]
assert [r["kind"] for r in regions] == ["text", "data", "heap", "file", "constants", "stack"]
data, file, outside = regions[1], regions[3], regions[4]
assert data["protection"] == "r--" and data["protection_ever"] == "rw-"
assert (data["start"], data["last"]) == ("0x11000", "0x11fff")
assert file["file"].endswith("/input-of-the-program.txt") and file["shared"] is False
assert (file["mapped_at"], file["unmapped_at"], file["pages_read"]) == (3, 4, 2)
assert data["unmapped_at"] is None and data["mapped_at"] == 0
assert outside["protection"] is None and outside["mapped_at"] is None
assert regions[2]["loads"] == 1 and regions[2]["stores"] == 2
END
fi

# A trace without operations: the pages touched tell.
exits 0 "$FAULTLINE" trace info "$SOURCE_DIR/traces/matmul-row.flt"
grep -qE '1ffeffe000-1fff001000 +12 KiB stack$' out.txt || fail "no stack"

# Pictures, of a known length and of a pipe; one trace at a time.
exits 0 "$FAULTLINE" trace info --plot row.png "$SOURCE_DIR/traces/matmul-row.flt"
file -b row.png 2>/dev/null | grep -q 'PNG image data' || head -c 4 row.png | grep -q PNG ||
    fail "row.png is no PNG"
last_command="trace info --plot program.svg -"
"$FAULTLINE" trace info --plot program.svg --format lackey - <program.txt >out.txt 2>err.txt ||
    fail "no picture of a pipe"
grep -q '</svg>' program.svg || fail "program.svg is no SVG"
[ "$(ls)" = "$(printf '%s\n' err.txt map.txt out.txt program.svg program.txt row.png)" ] ||
    fail "something is left over: $(ls)"
exits 2 "$FAULTLINE" trace info --plot row.jpg program.txt
says "bad value 'row.jpg' for --plot: it is a file that ends in .png or .svg"
exits 2 "$FAULTLINE" trace info --plot x.png program.txt program.txt
says "--plot draws one trace, not 2"
printf '@exit\n' >empty.txt
exits 2 "$FAULTLINE" trace info --plot x.png --format lackey empty.txt
says "nothing to draw: the trace has no references"
exits 4 "$FAULTLINE" trace info --plot missing/x.png program.txt
says "cannot be written"
