#!/bin/sh
# No function of ours has the name of one of libre's or librem's: the linker
# would silently give theirs to be ours, inside their own library too.
set -u
cd "$(dirname "$0")/../.." || exit 1
theirs=$(ldconfig -p | sed -n 's/.*=> \(.*\/libre\(m\)\{0,1\}\.so\.[0-9]*\)$/\1/p')
[ -n "$theirs" ] && ls build/libparley_*.a >/dev/null 2>&1 || exit 0
list=$(mktemp)
trap 'rm -f "$list"' EXIT
# shellcheck disable=SC2086
nm -D --defined-only $theirs | awk 'NF == 3 { print $3 }' | sort -u >"$list"
clash=$(nm --defined-only build/libparley_*.a 2>/dev/null |
	awk 'NF == 3 && $2 ~ /[TDBR]/ { print $3 }' | sort -u |
	comm -12 - "$list")
[ -z "$clash" ] && exit 0
echo "defined by us and by libre: $clash"
exit 1
