#!/bin/sh
# A function fits a screen or two, a file is a room: none over 80 and 700
# lines. A function is what stands between "{" and "}" in the first column.
# shellcheck disable=SC2016 # awk's $0, not the shell's
set -u
cd "$(dirname "$0")/../.." || exit 1
git ls-files '*.c' '*.h' '*.mjs' '*.sh' '*.css' | tr '\n' '\0' |
	xargs -0 awk '
	FNR == 1 { open = 0 }
	FILENAME ~ /\.[ch]$/ && /^[a-z].*\(/ { name = $0 }
	FILENAME ~ /\.[ch]$/ && /^{/ { open = FNR }
	/^}/ && open {
		if (FNR - open - 1 > 80) {
			printf "%s:%d: %d lines in %s\n", FILENAME, open,
				FNR - open - 1, name
			bad = 1
		}
		open = 0
	}
	FNR == 701 { print FILENAME ": over 700 lines"; bad = 1 }
	END { exit bad }'
