#!/usr/bin/env bash
# The comparison with a kernel in a virtual machine: usage, and what it says when something is
# missing.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null
vm=$SOURCE_DIR/scripts/linux-live-vm
live=$SOURCE_DIR/scripts/linux-live

# Usage.
exits 0 "$vm" --help
prints "--kernel KERNEL"
exits 2 "$vm" --kernel vmlinuz
says "arguments of linux-live are needed, after --"
exits 2 "$vm" -- --frames 10 zipf
says "--kernel is needed"
exits 2 "$vm" --kernel vmlinuz-0 -- --frames 10 zipf
says "'vmlinuz-0' cannot be read"
: >vmlinuz-0
exits 2 "$vm" --kernel vmlinuz-0 --cgroup 3 -- --frames 10 zipf
says "--cgroup is 1 or 2"
exits 2 "$vm" --kernel vmlinuz-0 --memory x -- --frames 10 zipf
says "bad number of --memory 'x'"
exits 2 "$vm" --frames 10 zipf
says "unknown option '--frames': linux-live's come after --"

# What was measured elsewhere is shown beside the model's, if it was given the same.
if command -v python3 >/dev/null; then
    python3 -c 'import struct
with open("loop.u32", "wb") as out:
    for i in range(1000):
        out.write(struct.pack("<I", i % 100))'
    run=("$live" --folder . --frames)
    exits 2 "${run[@]}" 50 --measured nowhere.csv loop.u32
    says "'nowhere.csv' cannot be read"
    echo head >there.csv
    printf "%s\n" loop,100,0,50,60,100,800,3,800,0 loop,100,0,60,60,100,700,0,700,0 >>there.csv
    exits 2 "${run[@]}" 50 --swappiness 10 --measured there.csv loop.u32
    says "'there.csv' has not been given the same"
    exits 0 "${run[@]}" 50,60 --version 6.12.9-x --mglru --measured there.csv --csv here.csv loop.u32
    [[ $(sed -n 2p here.csv) == loop,100,0,50,60,100,800,3,800,0,[1-9]* ]] ||
        fail "not what was measured: $(cat here.csv)"

    # Patterns are made, and found again.
    mkdir made
    exits 0 "${run[@]}" 50 --live-only --model-only --patterns made loop.u32
    [ "$(cat made/loop.u32.pages)" -eq 100 ] || fail "$(ls made)"
    rm loop.u32
    exits 0 "${run[@]}" 50 --model-only --patterns made loop.u32
fi

# Without the programs it says which packages have them.
if [ "$(id -u)" -ne 0 ] && ! command -v qemu-system-x86_64 >/dev/null; then
    exits 1 "$vm" --kernel vmlinuz-0 -- --frames 10 zipf
    says "qemu-system-x86"
fi
