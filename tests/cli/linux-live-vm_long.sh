#!/usr/bin/env bash
# A kernel in a virtual machine replays a pattern: Debian's, or LINUX_LIVE_VM_KERNEL, a file
# vmlinuz-VERSION or a package.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null
vm=$SOURCE_DIR/scripts/linux-live-vm

skip()
{
    echo "linux-live-vm: skipped: $1"
    exit 77
}

kernel=${LINUX_LIVE_VM_KERNEL:-}
if [ -z "$kernel" ]; then
    [ "$(id -u)" -eq 0 ] || skip "only root installs an emulator"
    package=$(apt-cache depends linux-image-amd64 2>/dev/null | awk '$1 == "Depends:" { print $2 }')
    [ -n "$package" ] || skip "apt-get knows no linux-image-amd64; set LINUX_LIVE_VM_KERNEL"
    apt-get download "$package" >fetch 2>&1 ||
        skip "$package cannot be fetched; set LINUX_LIVE_VM_KERNEL"
    kernel=$(echo "$PWD"/linux-image-*.deb)
fi
"$SOURCE_DIR/scripts/packages" vm
: >vmlinuz-0
exits 2 "$vm" --kernel vmlinuz-0 -- --frames 10 zipf
says "'vmlinuz-0' is neither vmlinuz-VERSION"

# 300 pages in turn, in 200 frames.
python3 -c 'import struct
with open("loop.u32", "wb") as out:
    for i in range(3000):
        out.write(struct.pack("<I", i % 300))'
exits 0 "$vm" --kernel "$kernel" -- --frames 200 --runs 1 --csv vm.csv loop.u32
faults=$(awk -F, 'NR == 2 { print $7 }' vm.csv)
[[ $faults -ge 1000 && $faults -le 2700 ]] || fail "$faults faults are no round of 300"
