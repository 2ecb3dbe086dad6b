#!/usr/bin/env bash
# A program and a policy outside the tree build against what is installed, by pkg-config and
# by CMake.
set -euo pipefail

cmake --install "$BUILD_DIR" --prefix "$PWD/root" >install.log
test -x root/bin/faultline
test -f root/share/man/man1/faultline.1

# The sanitizers of the build must be linked here too.
flags=$(sed -n 's/^CMAKE_C_FLAGS:[^=]*=//p' "$BUILD_DIR/CMakeCache.txt")

cat >user.c <<'END'
#include "pager/policies.h"
#include "stats/counters.h"
#include "trace/trace.h"

#include <stdio.h>

int main(void)
{
    struct trace *trace;
    struct error err;
    const struct trace_options options = {.path = "/nonexistent"};
    if (trace_open(&trace, &options, &err) != ERR_IO)
        return 1;
    puts(policy_find("lru") && counter_find("faults") ? "found" : "missing");
    return 0;
}
END

PKG_CONFIG_PATH=$(dirname "$(find "$PWD/root" -name faultline.pc)")
export PKG_CONFIG_PATH
read -ra options <<<"$flags $(pkg-config --cflags faultline)"
read -ra libraries <<<"$(pkg-config --libs faultline)"
"$CC" -std=c17 "${options[@]}" -o user user.c "${libraries[@]}"
test "$(./user)" = found

cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(faultline 0.1 REQUIRED)
add_executable(user user.c)
target_link_libraries(user PRIVATE faultline::libfaultline)
END
cmake -S . -B build -G Ninja -DCMAKE_C_COMPILER="$CC" -DCMAKE_C_FLAGS="$flags" \
    -DCMAKE_PREFIX_PATH="$PWD/root" >cmake.log
cmake --build build >build.log
test "$(build/user)" = found

# A policy needs the headers only, written as in this tree, by pkg-config and by CMake; and so
# does what the installed program writes.
faultline=$PWD/root/bin/faultline
"$faultline" new policy my-policy >new.log
read -ra options <<<"$(pkg-config --cflags faultline-plugin)"
"$CC" -std=c17 -fPIC -shared "${options[@]}" -o my-policy.so my-policy/my-policy.c
"$faultline" check --policy ./my-policy.so >check.log
env -u FAULTLINE my-policy/test.sh >test.log
grep -q 'worked by hand' test.log
cmake -S my-policy -B my-build -DCMAKE_C_COMPILER="$CC" -DCMAKE_PREFIX_PATH="$PWD/root" >my-cmake.log
cmake --build my-build >my-build.log
env -u FAULTLINE ctest --test-dir my-build >ctest.log
