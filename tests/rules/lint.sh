#!/bin/bash
# Style and static analysis: clang-format, clang-tidy, shellcheck, the rules.
set -uo pipefail
cd "$(dirname "$0")/../.."
bad=0
mapfile -t sources < <(git ls-files '*.c' '*.h')
clang-format-14 --dry-run --Werror "${sources[@]}" || bad=1
cmake -S . -B build -G Ninja >/dev/null
git ls-files 'focus/*.c' 'signaling/*.c' 'mixer/*.c' |
	xargs -P2 -n4 clang-tidy-14 -p build --quiet || bad=1
shellcheck dev .ci/run tests/rules/*.sh tests/fuzz/run.sh tests/bench/*.sh \
	|| bad=1
tests/rules/run.sh || bad=1
exit $bad
