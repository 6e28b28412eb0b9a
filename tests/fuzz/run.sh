#!/bin/bash
# libFuzzer over one target or all: tests/fuzz/run.sh [TARGET|all] [SECONDS]
# What it finds on the way stays in build-fuzz/corpus, what fails in
# build-fuzz/failures; a fixed failure belongs into tests/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${1:-all}
seconds=${2:-60}
names=()
for file in tests/fuzz/fuzz_*.c; do
	name=$(basename "$file" .c)
	[ "$target" = all ] || [ "fuzz_$target" = "$name" ] ||
		[ "$target" = "$name" ] || continue
	names+=("$name")
done
if [ ${#names[@]} = 0 ]; then
	echo "no fuzz target '$target'; there are:" tests/fuzz/fuzz_*.c >&2
	exit 2
fi
cmake -S . -B build-fuzz -G Ninja -DCMAKE_C_COMPILER=clang-14 \
	-DCMAKE_BUILD_TYPE=RelWithDebInfo -DPARLEY_SANITIZE=ON \
	-DPARLEY_FUZZ=ON >/dev/null
ninja -C build-fuzz --quiet "${names[@]}"
mkdir -p build-fuzz/failures
bad=0
for name in "${names[@]}"; do
	found=build-fuzz/corpus/$name
	log=build-fuzz/$name.log
	mkdir -p "$found"
	if build-fuzz/bin/"$name" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="build-fuzz/failures/$name-" \
		"$found" "tests/fuzz/corpus/${name#fuzz_}" >"$log" 2>&1; then
		echo "$name: $(sed -n 's/.*executed_units: *//p' "$log")" \
			"inputs in $seconds s, nothing found"
	else
		echo "$name: failed; $log, build-fuzz/failures/" >&2
		grep -E 'ERROR|SUMMARY|Test unit|Assert' "$log" >&2 || true
		bad=1
	fi
done
exit $bad
