#!/bin/sh
# All checks of the source tree that need no compiler; `./dev test rules`.
cd "$(dirname "$0")" || exit 1
bad=0
for rule in includes.sh symbols.sh documented.sh; do
	if sh "./$rule"; then
		echo "rule $rule: ok"
	else
		echo "rule $rule: broken"
		bad=1
	fi
done
exit $bad
