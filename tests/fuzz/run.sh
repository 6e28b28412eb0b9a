#!/bin/bash
# libFuzzer over one target or all: tests/fuzz/run.sh [TARGET] [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${1:-all}
seconds=${2:-60}
cmake -S . -B build-fuzz -G Ninja -DCMAKE_C_COMPILER=clang-14 \
	-DCMAKE_BUILD_TYPE=RelWithDebInfo -DPARLEY_SANITIZE=ON \
	-DPARLEY_FUZZ=ON >/dev/null
names=()
for file in tests/fuzz/fuzz_*.c; do
	name=$(basename "$file" .c)
	[ "$target" = all ] || [ "fuzz_$target" = "$name" ] || continue
	names+=("$name")
done
[ ${#names[@]} -gt 0 ] || { echo "no fuzz target '$target'" >&2; exit 2; }
ninja -C build-fuzz --quiet "${names[@]}"
for name in "${names[@]}"; do
	found=build-fuzz/corpus/$name
	mkdir -p "$found"
	echo "== $name, $seconds s"
	build-fuzz/bin/"$name" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="build-fuzz/$name-" \
		"$found" "tests/fuzz/corpus/${name#fuzz_}" 2>&1 |
		grep -E 'ERROR|SUMMARY|stat::number_of_executed|Test unit' ||
		true
	if compgen -G "build-fuzz/$name-*" >/dev/null; then
		echo "$name: failing input in build-fuzz/" >&2
		exit 1
	fi
done
