#!/bin/sh
# The tree builds anywhere: nothing in it names a folder of one machine, a
# private host, or where packages came from.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
# Folders of a person or a checkout; /run, /etc, /usr, /var and /tmp are every
# system's.
if git grep -nIE '(^|[^A-Za-z0-9_.~-])/(home|root|work|workspace|Users|mnt|srv|opt)/[A-Za-z0-9_.]' \
	-- ':!tests/fuzz/corpus' ':!tests/rules/places.sh'; then
	echo "a path of one machine"
	bad=1
fi
# package-lock.json names packages and their hashes; npm knows its registry
if git grep -nIiE 'registry\.[a-z]|artifactory|"resolved":|index-url|(npm|pypi|apt|crates)[a-z-]*\.[a-z-]+\.(com|net|org|internal)|\.(corp|internal)[:/]' \
	-- ':!tests/rules/places.sh'; then
	echo "a package registry by name"
	bad=1
fi
exit $bad
