#!/usr/bin/env bash
# Every command and every option that --help knows of is in the manual page.
set -euo pipefail

if ! command -v mandoc >/dev/null; then
    echo "skipped: mandoc is not installed"
    exit 77
fi
mandoc -T ascii "$SOURCE_DIR/docs/faultline.1" | sed 's/.\x08//g' >manual.txt

failed=0
expect()
{
    if ! grep -qE -e "$2" manual.txt; then
        echo "docs/faultline.1 says nothing of '$1'"
        failed=1
    fi
}

commands=(run check plot record list explain curve "new policy"
    "trace info" "trace convert" "trace cut" "trace check" "trace compare"
    "trace generate" "trace reduce")
for name in "${commands[@]}"; do
    read -ra words <<<"$name"
    "$FAULTLINE" "${words[@]}" --help >help.txt
    grep -q -e "faultline $name" help.txt
    expect "$name" "^   $name\$"
    while IFS= read -r option; do
        expect "$name $option" "(^|[^[:alnum:]-])$option([^[:alnum:]-]|\$)"
    done < <(grep -oE -e '--[a-z][a-z-]*' help.txt | sort -u)
done
exit "$failed"
