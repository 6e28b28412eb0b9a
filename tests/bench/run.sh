#!/bin/bash
# ./dev bench [audio|video|kernels] [ARGS]: starts a Parley of its own on
# loopback and loads it; prints Markdown tables.
set -euo pipefail
cd "$(dirname "$0")/../.."
kind=${1:-audio}
[ $# -gt 0 ] && shift
bin=build/bin
work=$(mktemp -d)
pid=
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid"; rm -rf "$work"' EXIT

start_parley() {
	"$bin/parleyd" -o sip_listen=127.0.0.1:0 -o sip_tls_listen=127.0.0.1:0 \
		-o http_listen=127.0.0.1:0 -o https_listen=127.0.0.1:0 \
		-o media_address=127.0.0.1 -o webrtc_port=0 -o mixers=1 \
		-o rtp_ports=40000-49998 -o max_participants=2000 \
		-o sip_rate_per_source=100000 -o log_level=warn \
		-o control_socket="$work/control" -o data_dir="$work" \
		>"$work/ready" &
	pid=$!
	for _ in $(seq 100); do
		grep -q '^parleyd ready' "$work/ready" && break
		kill -0 "$pid" || exit 1
		read -rt 0.1 <> <(:) || true
	done
	sip=$(sed -n 's/.*dial=sip:[^ ]*:\([0-9]*\).*/\1/p' "$work/ready")
}

stop_parley() {
	kill "$pid"
	wait "$pid" || true
	pid=
}

load() { # bench_load arguments
	start_parley
	"$bin/$program" --sip "$sip" --pid "$pid" --parley "$bin/parley" \
		--control "$work/control" "$@"
	stop_parley
}

case $kind in
audio)
	program=bench_load
	echo '| codec | legs | talkers | packets/s in | packets/s out | loss % | tick late p99 ms | ticks missed | parleyd cores | mixer cores | bare calls cores | ratio |'
	echo '|---|---|---|---|---|---|---|---|---|---|---|---|'
	if [ $# -gt 0 ]; then
		load "$@"
	else
		load --codec PCMU --legs 100
		load --codec PCMU --legs 400
		load --codec opus --legs 100
		load --codec opus --legs 400
		load --codec G722 --legs 100
		load --codec AMR-WB --legs 100
	fi
	;;
video)
	program=bench_video_load
	echo '| codec | cameras | viewers | packets/s in | packets/s out | frames/s | loss % | tick late p99 ms | parleyd cores | mixer cores | bare calls cores | ratio |'
	echo '|---|---|---|---|---|---|---|---|---|---|---|---|'
	if [ $# -gt 0 ]; then
		load "$@"
	else
		load --codec VP8 --legs 4 --cameras 4
		load --codec H264 --legs 4 --cameras 4
		load --codec VP8 --legs 20 --cameras 4
	fi
	;;
kernels)
	for program in "$bin"/bench_*_kernels "$bin"/bench_srtp; do
		"$program"
	done
	;;
*)
	echo "bench: audio, video or kernels" >&2
	exit 2
	;;
esac
