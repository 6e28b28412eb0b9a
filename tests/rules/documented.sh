#!/bin/sh
# What a person can type or set is documented: every configuration key, with
# its default, in conf/parley.conf; every verb of the CLI in its man page and
# its completion; every verb of ./dev in its usage. And headers say what they
# are: each begins with a @file line that names it.
# shellcheck disable=SC2013 # words are what is wanted
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
say() {
	echo "$*"
	bad=1
}

for h in $(git ls-files 'focus/*.h' 'signaling/*.h' 'mixer/*.h'); do
	head -3 "$h" | grep -q "@file.*$(basename "$h")" ||
		say "$h: no @file line with its name"
done

for verb in $(sed -n '/^case \$verb/,$s/^\([a-z]*\)[ |)].*/\1/p' dev |
	grep -vE '^(case|esac)$'); do
	./dev help | grep -qE "^  $verb " || say "./dev help lacks $verb"
done

[ -x build/bin/parleyd ] && [ -x build/bin/parley ] || exit $bad

# "key default"; "(found)" is a default that depends on the machine
build/bin/parleyd -h | sed -n '/^Keys/,$s/^  \([a-z].*\)/\1/p' |
	sed 's/ (found)$//' | {
	while read -r line; do
		grep -qxF "#$line" conf/parley.conf ||
			say "conf/parley.conf lacks '#$line'"
	done
	exit $bad
} || bad=1
for key in $(sed -n 's/^#\([a-z][a-z_]*\).*/\1/p' conf/parley.conf); do
	build/bin/parleyd -h | grep -qE "^  $key " ||
		say "conf/parley.conf has $key, parleyd has not"
done

for verb in $(build/bin/parley --help |
	sed -n '/^  list/,/^$/s/^  \([a-z_]*\) .*/\1/p'); do
	grep -qE "^\.(B|BI|BR) .*$verb( |$)" conf/man/parley.1 ||
		say "parley.1 lacks $verb"
	grep -qw "$verb" conf/parley.bash-completion ||
		say "the completion lacks $verb"
done
exit $bad
