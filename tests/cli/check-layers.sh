#!/usr/bin/env bash
# scripts/check-layers finds each kind of breach and nothing else.
set -euo pipefail

mkdir -p sim/base sim/trace sim/os/x include policies
cat >sim/trace/a.c <<'END'
#include "base/error.h"
#include "cli/command.h"
  #  include "../os/x.h"
#include <os/x/x.h>
#include "beside.h"
#include <sys/stat.h>
// #include "cli/command.h"
END
cat >policies/p.c <<'END'
#include "faultline/policy.h"
#include "os/x/x.h"
END
cat >sim/os/x/x.c <<'END'
#include "os/x/x.h"
#include "pager/kernel.h"
END

cat >expected <<'END'
policies/p.c:2
sim/trace/a.c:2
sim/trace/a.c:3
sim/trace/a.c:4
END
if "$SOURCE_DIR/scripts/check-layers" . >found; then
    echo "no failure was reported"
    exit 1
fi
cut -d : -f 1,2 found | diff expected -

rm policies/p.c sim/trace/a.c
"$SOURCE_DIR/scripts/check-layers" .
