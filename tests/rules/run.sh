#!/bin/sh
# All checks of the tree that read it instead of running it;
# `./dev test rules`. What looks at programs looks in build/.
cd "$(dirname "$0")" || exit 1
bad=0
for rule in includes symbols documented sizes places rows; do
	if sh "./$rule.sh"; then
		echo "rule $rule: ok"
	else
		echo "rule $rule: broken"
		bad=1
	fi
done
exit $bad
