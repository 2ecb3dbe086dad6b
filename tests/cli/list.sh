#!/usr/bin/env bash
# `faultline list`: machines, formats and what each is told of.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# prints_line LINE -- the output of the last command has this line
prints_line()
{
    grep -qxF -e "$1" out.txt || fail "no line is '$1'"
}

# Each preset with its first line and its gist; the file's name is the machine's.
exits 0 "$FAULTLINE" list machines
for file in "$SOURCE_DIR"/configs/machines/*.yaml; do
    name=$(basename "$file" .yaml)
    summary=$(sed -n '1s/^# //p' "$file")
    prints_line "$(printf '%-16s %s' "$name" "$summary")"
done
[ "$(grep -c '^[^ ]' out.txt)" -eq \
    "$(find "$SOURCE_DIR/configs/machines" -name '*.yaml' | wc -l)" ] ||
    fail "there are other machines than files"
prints_line "    x86-32(pse=no), 16 MHz, pages of 4 KiB; TLB l1 32/4"
prints_line "    vax, 5 MHz, pages of 512 B; TLB l1 64/2 (process), l1-system 64/2"
prints_line "    1536/12 (4KiB+2MiB), l2-1g 16/4 (1GiB)"
! grep -q "unverified" out.txt || fail "the list is in full"

# One in full: its sources, and each value with the comment on its line.
exits 0 "$FAULTLINE" list machines vax-11-780
prints "Sources. [1] DEC EK-MM780-TD"
prints_line "  machine.tlb.asids: 0; [1], the half of the process is cleared"
prints_line "  machine.tlb.l1.ways: 2; [1], [2]"
prints_line "  machine.tlb.l1.half: process"
prints_line "  machine.cost.walk: 18 cycles (unverified); [4] less its waits, unverified"
prints_line "  machine.table_cache.line: 8 B (unverified)"
! grep "clock.*unverified" out.txt || fail "the clock is marked"
exits 0 "$FAULTLINE" list machines skylake-x
prints_line "  machine.tlb.l2.pages: [4 KiB, 2 MiB]; [1]"
exits 0 "$FAULTLINE" list machines --verbose
prints_line "  machine.tlb.l1i-4m.ways: full; [1], descriptor 02"
prints_line "  machine.tlb.l1d.entries: 96; [1]"

# A file that is named, also one that extends another, whose comments are found there.
mkdir machines
cat >machines/mine.yaml <<'END'
# Mine
# and more of it
extends: ./base
machine.cost.walk: 7 cycles # "guessed"
END
cat >machines/base.yaml <<'END'
# The base of it
machine:
  mmu: { name: mips, refill_instructions: 9 } # counted
  tlb: { l1: { entries: 8, ways: 2 }, l2: { entries: 0 } }
END
exits 0 "$FAULTLINE" list machines ./machines/mine.yaml
cat >wanted.txt <<'END'
mine             Mine
  file: ./machines/mine.yaml
    and more of it
  machine.mmu: mips; counted
  machine.mmu.refill_instructions: 9; counted
  machine.tlb.l1.entries: 8
  machine.tlb.l1.ways: 2
  machine.tlb.l2.entries: 0
  machine.cost.walk: 7 cycles; "guessed"
END
cmp wanted.txt out.txt || fail "the machine is told otherwise"
echo 'machine: { tlb: { l1: { entrys: 8 } } }' >machines/mine.yaml
exits 0 "$FAULTLINE" list machines ./machines/mine.yaml
prints "a preset that is wrong: ./machines/mine.yaml:1:"
exits 0 "$FAULTLINE" list machines ./nowhere
prints "a preset that is wrong: unknown machine.model './nowhere'"
exits 2 "$FAULTLINE" list machines nowhere
says "there is no 'nowhere' among the machines"

# Formats: of traces, and of page tables with all that is known of them.
exits 0 "$FAULTLINE" list formats
for file in "$SOURCE_DIR"/sim/machine/pagetable/*.c "$SOURCE_DIR"/sim/trace/format/*.c; do
    grep -q "^$(basename "$file" .c)  *[a-zA-Z0-9]" out.txt || fail "no $file"
done
prints "flt              the native format"
exits 0 "$FAULTLINE" list formats vax
prints_line "  page sizes: 512 B"
prints_line "  addresses: 31 bits virtual, 30 bits physical"
prints_line "  bits of hardware: modified, set by walks; software keeps referenced"
prints "  system_pages: count; default "
exits 0 "$FAULTLINE" list formats x86-64
prints_line "  page sizes: 4 KiB, 2 MiB, 1 GiB"
prints_line "  addresses: 64 bits virtual (canonical ones), 52 bits physical"
prints_line "  bits of hardware: referenced and modified, set by walks"
prints_line "  no parameters"
exits 0 "$FAULTLINE" list formats mips
prints_line "  bits of hardware: none; software keeps referenced and modified"
exits 0 "$FAULTLINE" list formats rs6000
prints_line "  one entry for each frame: machine.memory or machine.frames must be given"
exits 0 "$FAULTLINE" list formats ideal
[ "$(wc -l <out.txt)" -eq 2 ] || fail "an ideal machine has tables"
exits 0 "$FAULTLINE" list formats din
[ "$(wc -l <out.txt)" -eq 1 ] || fail "there is more than one din"

# Kernels, and the presets that an experiment can extend.
exits 0 "$FAULTLINE" list kernels
for file in "$SOURCE_DIR"/configs/kernels/*.yaml; do
    grep -qF "kernels/$(basename "$file" .yaml) " out.txt || fail "no $file"
    grep -qF "preset: $(sed -n '1s/^# //p' "$file")" out.txt || fail "$file is not told"
done
exits 0 "$FAULTLINE" list kernels kernels/bsd43
prints "/kernels/bsd43.yaml"
[ "$(wc -l <out.txt)" -eq 2 ] || fail "more than the preset"
exits 0 "$FAULTLINE" list kernels bsd43
prints_line "  native policy: { name: pagedaemon-43, hands: 2, start: boot }"
prints_line "    with variant 4.2bsd: { name: pagedaemon-43, hands: 1, start: boot }"
prints_line "    with start random: { name: pagedaemon-43, hands: 2, start: random }"
! grep -q "with variant 4.3bsd" out.txt || fail "the default is told twice"
exits 0 "$FAULTLINE" list kernels textbook
! grep -q native out.txt || fail "the textbook has a policy of its own"
exits 2 "$FAULTLINE" list kernels kernels/bsd42
says "there is no 'kernels/bsd42' among the kernels"

# --verbose tells of all what a name tells of one.
for what in policies kernels devices formats generators; do
    exits 0 "$FAULTLINE" list "$what" --verbose
    cp out.txt all.txt
    name=$(awk '/^[a-z]/ && $1 != "of" && $1 != "flt" { print $1; exit }' all.txt)
    exits 0 "$FAULTLINE" list "$what" "$name"
    grep -qF -e "$(tail -n 1 out.txt)" all.txt || fail "$name is not told in full"
done
exits 0 "$FAULTLINE" list keys
prints "machine.cost.walk              time or cycles, "
grep -A 1 '^machine.tlb.asids ' out.txt | grep -q 'not with machine.mmu: ideal$' ||
    fail "it does not say that asids need tables"
# Columns: of all tables, or of one; those are marked that not all results have.
exits 0 "$FAULTLINE" list columns
for table in processes devices tlbs series curves; do
    grep -q "^$table\.csv" out.txt || fail "no columns of $table"
done
prints_line "devices.csv"
exits 0 "$FAULTLINE" list columns series
[ "$(grep -c '^[^ ]' out.txt)" -eq 1 ] || fail "there is more than one table"
prints_line "series.csv (* left out where all are blank)"
prints_line "  time                  time [s]"
prints_line "  freemem               free memory; a hw page has 512 bytes [hw pages] *"
exits 2 "$FAULTLINE" list columns serie
says "there is no 'serie' among the columns"
exits 2 "$FAULTLINE" list --verbose
says "say what to list"
exits 2 "$FAULTLINE" list machines --verbos=3
exits 0 "$FAULTLINE" list --help
prints "list machines --verbose"
