#!/usr/bin/env bash
# `faultline walk` shows each access of a translation; addresses and times by hand.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# x86-32: tables lie from 0xc0000000 on.  0x08048123 is entry 0x20 of the directory, entry
# 0x48 of its table; the first walk sets A in both, the store D in the second.
exits 0 "$FAULTLINE" walk --set machine.cost.walk_access=5ns x86-32 0x08048123 0x08048200w \
    0x08048300
cat >expected.txt <<'END'
load 0x8048123: page 0x8048 in frame 0
  TLB: l1d missed, l2 missed
  read  0xc0000080
  write 0xc0000080
  read  0xc0001120
  write 0xc0001120
  20 ns; referenced, not modified; tables of 8 KiB
store 0x8048200: page 0x8048 in frame 0
  TLB: hit
  read  0xc0000080
  read  0xc0001120
  write 0xc0001120
  15 ns; referenced, modified; tables of 8 KiB
load 0x8048300: page 0x8048 in frame 0
  TLB: hit
  0 s; referenced, modified; tables of 8 KiB
END
cmp out.txt expected.txt

# A preset; software that fills the TLB.
exits 0 "$FAULTLINE" walk decstation-3100 0x401000
grep -q '20 instructions of a handler' out.txt

# Memory of one's own; a store walks for it and is not refused.
exits 0 "$FAULTLINE" walk --set machine.memory=1MiB rs6000 0x401000w
grep -q "^store 0x401000: page 0x401 in frame 0" out.txt

exits 2 "$FAULTLINE" walk x86-32 0x08o48
says "'0x08o48' is no address"
exits 2 "$FAULTLINE" walk x86-64 0x10000000000000000
says "'0x10000000000000000' is no address"
exits 1 "$FAULTLINE" walk --set machine.frames=1 rs6000 0x1000 0x2000
says "no frame is left for address 0x2000"
exits 1 "$FAULTLINE" walk x86-32 0x100000000
says "address 0x100000000 is beyond the 32 bits of x86-32"
exits 2 "$FAULTLINE" walk ideal 0x1000
says "machine 'ideal' has no page tables"
exits 2 "$FAULTLINE" walk x86-64
says "a machine and an address are needed"
exits 2 "$FAULTLINE" walk pentium-prog 0x1000
says "nearest is 'pentium-pro'"
