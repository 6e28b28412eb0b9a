#!/bin/sh
# What a person can type or set is documented: every configuration key in
# conf/parley.conf, every verb of the CLI in its man page. And headers say
# what they are: each begins with a @file line.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
for h in focus/*.h signaling/*.h mixer/*.h mixer/*/*.h; do
	head -3 "$h" | grep -q '@file' || { echo "$h: no @file line"; bad=1; }
done
if [ -x build/bin/parleyd ]; then
	for key in $(build/bin/parleyd -h | sed -n 's/^  \([a-z][a-z_]*\)  *.*/\1/p'); do
		grep -qE "^#? ?$key( |$)" conf/parley.conf ||
			{ echo "conf/parley.conf lacks $key"; bad=1; }
	done
fi
exit $bad
