#!/bin/bash
# Style and static analysis: clang-format, clang-tidy, shellcheck, the rules.
# Everything is looked at, whatever fails first. build/ must have been built:
# clang-tidy wants its compile commands, the rules its programs.
# shellcheck disable=SC2317 # the checks are called by step
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
bad=0
step() { # name command...
	local name=$1
	shift
	if "$@"; then
		echo "lint $name: ok"
	else
		echo "lint $name: broken"
		bad=1
	fi
}

check_format() {
	local log
	log=$(git ls-files '*.c' '*.h' |
		xargs clang-format-14 --dry-run 2>&1)
	[ -z "$log" ] && return
	# a line a file; clang-format -i says the rest
	grep -oE '^[^ :]+\.[ch]:' <<<"$log" | sort | uniq -c
	echo "./dev format mends these"
	return 1
}

check_tidy() {
	git ls-files 'focus/*.c' 'signaling/*.c' 'mixer/*.c' |
		xargs -P"$(nproc)" -n4 clang-tidy-14 -p build --quiet \
			2> >(grep -vE 'warnings? (generated|treated)|Suppressed|Use -header' >&2)
}

step shellcheck shellcheck dev .ci/run tests/rules/*.sh tests/fuzz/run.sh \
	tests/bench/*.sh
step rules tests/rules/run.sh
step format check_format
step tidy check_tidy
exit $bad
