#!/usr/bin/env bash
# Recordings have the references that Valgrind's lackey prints: by kind, and in their order,
# of programs of the system and of small ones that do what is hard to record.
set -euo pipefail
# shellcheck source=tests/expect.bash
. "$SOURCE_DIR/tests/expect.bash"
# shellcheck source=tests/lackey.bash
. "$SOURCE_DIR/tests/lackey.bash"
exec </dev/null
lackey_lib=$(lackey_folder)
trap 'rm -rf "${lackey_lib%/*}"' EXIT

# Programs of the system.
seq 1000 | sort -R --random-source=<(yes) >numbers.txt
cat >sums.awk <<'DONE'
{ sum[$1 % 7] += $1 }
END { for (i in sum) print sum[i] }
DONE
same_as_lackey true /bin/true
same_as_lackey ls ls "$SOURCE_DIR/policies"
same_as_lackey sort sort -n numbers.txt
same_as_lackey sed sed -e 's/1/one/g' numbers.txt
same_as_lackey gzip gzip -c numbers.txt
same_as_lackey awk awk -f sums.awk numbers.txt
same_as_lackey cut cut -c 2-3 numbers.txt

# Accesses across blocks and pages, instructions with several accesses; every descriptor
# closed; children, of which lackey keeps silent.
for name in crossing closes children; do
    program "$name"
    same_as_lackey "$name" "./$name"
done
