#!/usr/bin/env bash
# A run that is stopped or killed loses no finished cell: --resume takes them as they are,
# runs the others, and the results are those of an undisturbed run, byte for byte.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
exec </dev/null

cat >sweep.yaml <<'END'
trace: zipf.flt
sweep:
  machine.frames: [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200]
  policy: [lru, clock, fifo, second-chance, sieve, arc]
plots: [{x: machine.frames, y: fault_rate, series: policy, file: faults}]
END

# An undisturbed run that takes long enough to be disturbed, in any build.
references=25000
took_ms=0
while ((took_ms < 1200)); do
    ((references *= 2))
    "$FAULTLINE" trace generate zipf zipf.flt "references=$references" --level 1 >generated.txt
    rm -rf undisturbed
    before_ms=$(($(date +%s%N) / 1000000))
    exits 0 "$FAULTLINE" run sweep.yaml --output undisturbed --quiet -j 1
    took_ms=$(($(date +%s%N) / 1000000 - before_ms))
done

# disturb SIGNAL JOBS STATUS -- run the sweep in the folder `run` and send the signal once the
# first of the 72 cells is there; the run ends with this status.  A machine that is busy may
# have finished the others by then; that is no test, and it is tried again.
disturb()
{
    last_command="run sweep.yaml --output run -j $2, SIG$1"
    for _ in 1 2 3 4 5; do
        rm -rf run
        "$FAULTLINE" run sweep.yaml --output run -j "$2" >out.txt 2>err.txt &
        until compgen -G 'run/cells/*.json' >found.txt || ! kill -0 $! 2>signal.txt; do
            sleep 0.01
        done
        kill -s "$1" $! 2>signal.txt || true
        status=0
        { wait $! || status=$?; } 2>signal.txt # where bash tells of the death
        [ "$status" -eq 0 ] || break
    done
    [ "$status" -eq "$3" ] || fail "exit status $status, not $3"
    cells=(run/cells/*.json)
    ((${#cells[@]} >= 1 && ${#cells[@]} < 72)) || fail "${#cells[@]} cells are kept"
}

# same FOLDER -- it holds what the undisturbed run has written, and no other file
same()
{
    diff -r "$1" undisturbed || fail "it differs from the undisturbed run"
}

# Ctrl-C: the program tells how far it came and reports what there is.
disturb INT 1 1
says "faultline: interrupted"
says "faultline: ${#cells[@]} of 72 cells have finished; --resume goes on from there"
[ "$(wc -l <run/results.csv)" -eq $((${#cells[@]} + 1)) ] ||
    fail "results.csv does not hold the ${#cells[@]} finished cells"
! grep -vxFf undisturbed/results.csv run/results.csv || fail "results.csv has wrong rows"
[ "$(grep -c '"state": "missing"' run/results.json)" -eq $((72 - ${#cells[@]})) ] ||
    fail "results.json does not tell which cells are missing"
grep -q missing out.txt || fail "the table does not tell that cells are missing"

# Of the cells that are kept none is run again, but for those that are damaged.
stat -c '%n %i %y' "${cells[@]:3}" >before.txt
head -c 100 "${cells[0]}" >half && mv half "${cells[0]}"
sed -i 's/"faults": [0-9]*/"faults": -1/' "${cells[1]}"
sed 's/"id": "...../"id": "00000/' "${cells[2]}" >other && mv other "${cells[2]}"
# What a killed run was about to write.
echo '{"id":' >"${cells[3]}.1234567-0.tmp"
exits 0 "$FAULTLINE" run sweep.yaml --output run --resume --quiet
[ ! -s err.txt ] || fail "there is a message"
stat -c '%n %i %y' "${cells[@]:3}" | cmp - before.txt || fail "finished cells were run again"
same run

# A run of which nothing is left to do runs nothing and writes the same.
stat -c '%n %i %y' run/cells/* >before.txt
exits 0 "$FAULTLINE" run sweep.yaml --output run --resume --quiet
stat -c '%n %i %y' run/cells/* | cmp - before.txt || fail "finished cells were run again"
same run

# Killed, with two passes under way.
disturb KILL 2 137
stat -c '%n %i %y' "${cells[@]}" >before.txt
exits 0 "$FAULTLINE" run sweep.yaml --output run --resume --quiet -j 2
stat -c '%n %i %y' "${cells[@]}" | cmp - before.txt || fail "finished cells were run again"
same run

# A cell of another configuration or another trace is another cell.
"$FAULTLINE" trace generate zipf zipf.flt references=1000 >generated.txt
exits 0 "$FAULTLINE" run sweep.yaml --output run --resume --quiet
cp run/results.csv out.txt
[ "$(column references | sort -u)" = 1000 ] || fail "results of another trace were taken"
exits 0 "$FAULTLINE" run sweep.yaml --output run --resume --quiet --set seed=2
cells=(run/cells/*)
[ "${#cells[@]}" -eq 216 ] || fail "${#cells[@]} cells, not 3 times 72"
