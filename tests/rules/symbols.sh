#!/bin/sh
# No function of ours has the name of one of libre's: the linker would
# silently give theirs to be ours, inside their own library too. That is wanted
# of the clock alone (mixer/base/clock_libre.c), and then it must be so.
set -u
cd "$(dirname "$0")/../.." || exit 1
[ -x build/bin/parleyd ] || exit 0
theirs=$(ldd build/bin/parleyd | awk '/libre\.so/ { print $3 }')
[ -n "$theirs" ] || { echo "parleyd does not link libre"; exit 1; }
list=$(mktemp)
trap 'rm -f "$list"' EXIT
nm -D --defined-only "$theirs" | awk 'NF == 3 { print $3 }' | sort -u >"$list"
clash=$(nm --defined-only build/libparley_*.a 2>/dev/null |
	awk 'NF == 3 && $2 ~ /[TDBR]/ { print $3 }' | sort -u |
	comm -12 - "$list")
bad=0
if [ "$clash" != tmr_jiffies ]; then
	echo "defined by us and by libre: $clash"
	bad=1
fi
for bin in build/bin/parleyd build/bin/parley-mixer; do
	if ! nm -D --defined-only "$bin" | grep -q ' T tmr_jiffies$'; then
		echo "$bin leaves libre's timers to the wall clock"
		bad=1
	fi
done
exit $bad
