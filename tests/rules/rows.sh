#!/bin/sh
# tests/e2e/README.md tells which test shows which row of the standards: every
# test that it names exists, no row is missing or lacks a word, and no test
# names a row that is not there.
# shellcheck disable=SC2016 # the backquotes are the table's
set -u
cd "$(dirname "$0")/../.." || exit 1
table=tests/e2e/README.md
bad=0
say() {
	echo "$*"
	bad=1
}

for row in F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 F13 F14 F15 F16 \
	S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 S14 S15 S16 S17 S18 S19 S20; do
	grep -q "^| $row |" $table || say "$table lacks $row"
done

# `file` "name", `file` "name", ... in the last cell
cells=$(grep -E '^\| [FS][0-9]+ \|' $table | sed 's/ |$//; s/.* | //')
echo "$cells" | grep -vE '^(none yet|`.*")$' |
	sed "s|^|$table: not a list of tests: |"
if echo "$cells" | grep -qvE '^(none yet|`.*")$'; then
	bad=1
fi
# a name may hold a comma, but neither a quotation mark nor a backquote
missing=$(echo "$cells" | grep -oE '`[^`]+` "[^"]+"' |
	while IFS='`' read -r _ file name; do
		name=${name# \"}
		name=${name%\"}
		case $file in
		unit/*) path=tests/${file%/*}/test_${file##*/}.c ;;
		*) path=tests/e2e/$file.test.mjs ;;
		esac
		if [ ! -f "$path" ]; then
			echo "$table: there is no $path"
		elif ! grep -qF -- "$name" "$path"; then
			echo "$table: $path has no test \"$name\""
		fi
	done)
[ -z "$missing" ] || say "$missing"

# 'F2 F3: ...', "S14: ..." at the beginning of a test's name
named=$(grep -ohE "(test|step|describe)\([\`']([FS][0-9]+[ :])+" \
	tests/e2e/*.test.mjs | grep -oE '[FS][0-9]+' | sort -u)
for row in $named; do
	grep -q "^| $row |" $table || say "a test names $row, $table does not"
done
exit $bad
