#!/usr/bin/env bash
# Whatever is wrong with the input, the message names the place, what is wrong and what
# would be right, and the exit status is that of the kind of mistake.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

# refuses_trace FILE MESSAGE -- so says every command that reads the trace
refuses_trace()
{
    exits 3 "$FAULTLINE" run --set trace="$1" --stdout csv
    says_only "faultline: $1$2"
    [ ! -s out.txt ] || fail "there is output all the same"
    for command in info check; do
        exits 3 "$FAULTLINE" trace "$command" "$1"
        says_only "faultline: $1$2"
    done
    exits 3 "$FAULTLINE" trace convert "$1" converted.flt
    says_only "faultline: $1$2"
    [ ! -e converted.flt ] || fail "a trace was written all the same"
}

# Traces that are none.
refuses_trace missing.flt ": cannot open: No such file or directory"
exits 3 "$FAULTLINE" check --set trace=missing.flt
says_only "faultline: missing.flt: cannot open: No such file or directory"
mkdir folder
refuses_trace folder ": cannot open: Is a directory"
: >empty.txt
refuses_trace empty.txt ": empty trace"
echo 'a letter to the editor' >letter.txt
refuses_trace letter.txt ": not recognised as a trace of any format; 'faultline trace convert \
--format NAME' reads it as one of flt, addresses, din, lackey, pages"
exits 2 "$FAULTLINE" trace check --format lacky letter.txt
says "unknown trace format 'lacky'; did you mean 'lackey'?"

# A mistake in a text, after some good lines.
printf 'I  400000,4\n L 1ffc,8\n S 20x0,4\n L 2000,8\n' >line.txt
refuses_trace line.txt ":3:4: bad address '20x0': hexadecimal digits expected"
printf 'I  400000,4\n L 1ffc,8\n Q 2000,4\n L 2000,8\n' >line.txt
refuses_trace line.txt ":3:2: bad kind 'Q': I, S, L or M expected"
gzip -kf line.txt
refuses_trace line.txt.gz ":3:2: bad kind 'Q': I, S, L or M expected"
head -c 30 line.txt.gz >cut.gz
exits 3 "$FAULTLINE" trace check cut.gz
says "cut.gz: truncated or damaged compressed data near byte 30"

# Damaged native traces.  Each chunk begins with FLCK, so grep knows where they are.
"$FAULTLINE" trace generate uniform sound.flt references=2000000 >generated.txt
mapfile -t chunks < <(grep -obUa FLCK sound.flt | cut -d : -f 1)
((${#chunks[@]} >= 5)) || fail "the trace has too few chunks: ${#chunks[@]}"

# flip FILE BYTE -- invert one bit of the byte at this offset
flip()
{
    local byte
    byte=$(od -An -tu1 -j"$2" -N1 "$1")
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o $((byte ^ 16)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# references FILE -- how many a sound trace has
references()
{
    "$FAULTLINE" trace info --json "$1" | sed -n 's/^ *"references": \([0-9]*\),*$/\1/p'
}

# saves FILE CHUNKS -- so many sound chunks are got out of the damaged file
saves()
{
    exits 3 "$FAULTLINE" trace check --skip-damaged "$1"
    prints "references in $2 chunks are sound"
    local sound
    sound=$(grep -oE '[0-9,]+ references' out.txt | tr -cd '0-9')
    exits 0 "$FAULTLINE" trace convert --skip-damaged "$1" saved.flt
    says "faultline: $1: warning: "
    says " lost as damaged, "
    exits 0 "$FAULTLINE" trace check saved.flt
    [ "$(references saved.flt)" = "$sound" ] || fail "not all sound chunks were saved"
    [ "$sound" -lt 2000000 ] || fail "nothing was lost"
    rm saved.flt
}

cp sound.flt flipped.flt
flip flipped.flt $((chunks[2] + 10000))
refuses_trace flipped.flt ": damaged: chunk 2 at byte ${chunks[2]} does not match its \
checksum; 'faultline trace convert --skip-damaged' saves the rest"
saves flipped.flt $((${#chunks[@]} - 1))

cp sound.flt header.flt
flip header.flt $((chunks[1] + 20)) # in the chunk's own header
refuses_trace header.flt ": damaged: chunk 1 at byte ${chunks[1]} has a header that does \
not match its checksum; 'faultline trace convert --skip-damaged' saves the rest"
saves header.flt $((${#chunks[@]} - 1))

head -c $((chunks[3] + 50000)) sound.flt >cut.flt
refuses_trace cut.flt ": damaged: chunk 3 at byte ${chunks[3]} is cut short by the end of \
the file; 'faultline trace convert --skip-damaged' saves the rest"
saves cut.flt 3

cp sound.flt first.flt
flip first.flt 30
refuses_trace first.flt ": damaged: the header at byte 0 does not match its checksum"

# refuses PLACE SENTENCE -- the experiment on standard input, kept in bad.yaml, is refused
# there by both commands that read experiments, and nothing is run
refuses()
{
    cat >bad.yaml
    for command in run check; do
        exits 2 "$FAULTLINE" "$command" bad.yaml
        says_only "faultline: bad.yaml:$1: $2"
    done
    [ ! -e results ] || fail "something was run all the same"
}

refuses 4:3 "unknown key 'machine.page_sise'; nearest is 'machine.page_size'" <<'END'
trace: sound.flt
machine:
  memory: 1 MiB
  page_sise: 4 KiB
END
refuses 4:6 "broken YAML: did not find expected ',' or ']', while parsing a flow sequence \
that starts on line 3" <<'END'
trace: sound.flt
sweep:
  policy: [lru, clock
plots: []
END
refuses 3:11 "bad size '1 Mbit' for machine.memory: unknown unit 'Mbit'; units are B, KiB, \
MiB, GiB, TiB (powers of 1024) and kB, MB, GB, TB (powers of 1000)" <<'END'
trace: sound.flt
machine:
  memory: 1 Mbit
END
refuses 2:22 "bad size '4K' for machine.page_size: 'K' may mean a power of 1000 or of 1024; \
write '4 KiB' or '4 kB'" <<'END'
trace: sound.flt
machine: {page_size: 4K}
END
refuses 2:19 "machine.frames '0' is out of range: it must be from 1 to 4294967294, or \
unlimited" <<'END'
trace: sound.flt
machine: {frames: 0}
END
refuses 3:31 "machine.page_size '3000' is not a power of two; nearest are '2 KiB' and \
'4 KiB'" <<'END'
trace: sound.flt
sweep:
  machine.page_size: [4 KiB,  3000]
END
refuses 3:20 "machine.page_size '256' is out of range: it must be 512 B to 1 GiB, a power \
of two" <<'END'
trace: sound.flt
machine:
        page_size: 256
END
refuses 4:25 "machine.tlb.l1d.ways 5 does not divide machine.tlb.l1d.entries 64; with these \
ways it can be 60 or 65 entries, with these entries the ways can be full" <<'END'
trace: sound.flt
machine:
  mmu: x86-64
  tlb: {l1d: {ways:     5, entries: 64}}
END
refuses 3:17 "unknown policy 'clok'; nearest is 'clock'; 'faultline list policies' shows \
all" <<'END'
trace: sound.flt
sweep:
  policy: [lru, clok]
END
refuses 4:9 "unknown parameter 'hnad' of policy 'clock'; nearest is 'hand' (it has \
ref_on_load, hand)" <<'END'
trace: sound.flt
policy:
  name: clock
  hnad: stays
END

# Without a file the setting is the place.
exits 2 "$FAULTLINE" run --set trace=sound.flt --set policy=lruu
says_only "faultline: --set 'policy=lruu': unknown policy 'lruu'; nearest is 'lru'; \
'faultline list policies' shows all"
exits 2 "$FAULTLINE" run --set trace=sound.flt --set policy=clock --set policy.hnad=stays
says_only "faultline: --set 'policy.hnad=stays': unknown parameter 'hnad' of policy \
'clock'; nearest is 'hand' (it has ref_on_load, hand)"
exits 2 "$FAULTLINE" run --set machine.frames=4
says_only "faultline: no trace is named; write 'trace: PATH' into the experiment or give \
--set trace=PATH"
for command in run check; do
    exits 2 "$FAULTLINE" "$command" missing.yaml
    says_only "faultline: missing.yaml: cannot be opened: No such file or directory"
done

# The command line.
exits 2 "$FAULTLINE" rn
says_only "faultline: unknown command 'rn'; did you mean 'run'?" "try 'faultline --help'"
exits 2 "$FAULTLINE" trace chekc sound.flt
says "faultline: unknown command 'trace chekc'; did you mean 'trace check'?"
exits 2 "$FAULTLINE" trace
says "faultline: 'trace' needs a command: info, convert, cut, check, compare, generate or reduce"
exits 2 "$FAULTLINE" run --sett trace=sound.flt
says_only "faultline: unknown option '--sett'" "try 'faultline run --help'"
exits 2 "$FAULTLINE" run --set
says "faultline: option '--set' needs a value"
exits 2 "$FAULTLINE" run --set trace=sound.flt -j 0
says "faultline: --jobs 0: a number from 1 to 1024 is needed"
exits 2 "$FAULTLINE" run --set trace=sound.flt --stdout xml
says "faultline: --stdout 'xml': csv, json or table is needed"
exits 2 "$FAULTLINE" list polices
says "faultline: cannot list 'polices'; did you mean 'policies'?"
exits 2 "$FAULTLINE" plot --x page_size
says "faultline: no results given; a results folder or a results.csv is needed"
exits 3 "$FAULTLINE" plot missing --x page_size
says_only "faultline: missing: cannot be opened: No such file or directory"

# Pages smaller than what the trace tells apart: that cell fails, the others finish.
"$FAULTLINE" trace generate uniform coarse.flt references=20000 --granule 4KiB >generated.txt
cat >coarse.yaml <<'END'
experiment: coarse
trace: coarse.flt
machine: {memory: 128 KiB}
sweep: {machine.page_size: [4 KiB, 1 KiB, 8 KiB]}
END
exits 1 "$FAULTLINE" run coarse.yaml
says_only "faultline: cell 2 failed (coarse, lru): pages of 1024 bytes: the trace knows \
addresses to 4096 bytes only"
cp results/coarse/results.csv out.txt
have_column page_size 4096 8192
have_column references 20000 20000
grep -q '"message": "pages of 1024 bytes: ' results/coarse/results.json ||
    fail "results.json does not say why the cell failed"
