#!/bin/bash
# ./dev bench [audio|video|relay|kernels] [ARGS]: starts a Parley of its own on
# loopback and loads it; prints Markdown tables. BIN: folder of the programs.
# FIRST: command to start parleyd with, such as 'chrt -r 1' for sound on a
# machine that is busy with other things.
set -euo pipefail
cd "$(dirname "$0")/../.."
kind=${1:-all}
[ $# -gt 0 ] && shift
bin=${BIN:-build/bin}
work=$(mktemp -d)
pid=
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid"; rm -rf "$work"' EXIT

# Generator and Parley do not share a processor where there are two
server=() generator=() placed='one processor for all'
if [ "$(nproc)" -gt 1 ]; then
	server=(taskset -c 0) generator=(taskset -c 1)
	placed='generator on CPU 1, parleyd and mixer on CPU 0'
fi

if [ -n "${FIRST:-}" ]; then
	read -ra first <<<"$FIRST"
	server+=("${first[@]}")
	placed+=" ($FIRST)"
fi

free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 10000))
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
	done
	echo "$port"
}

start_parley() {
	tls=$(free_port)
	"${server[@]}" "$bin/parleyd" -o sip_listen=127.0.0.1:0 \
		-o "sip_tls_listen=127.0.0.1:$tls" \
		-o http_listen=127.0.0.1:0 -o https_listen=127.0.0.1:0 \
		-o media_address=127.0.0.1 -o webrtc_port=0 -o mixers=1 \
		-o rtp_ports=10000-19998 -o max_participants=2000 \
		-o sip_rate_per_source=100000 \
		-o invite_rate_per_source=100000 -o log_level=warn \
		-o web_dir="$PWD/web/dist" \
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

load() { # program arguments
	local program=$1 port
	shift
	start_parley
	port=$sip
	# SDES is refused where others could read it
	case " $* " in *' --srtp '*) port=$tls ;; esac
	"${generator[@]}" "$bin/$program" --sip "$port" --pid "$pid" \
		--parley "$bin/parley" --control "$work/control" "$@"
	stop_parley
}

header() { # title columns...
	local title=$1 rule='|' line='|' column
	shift
	for column in "$@"; do
		line+=" $column |"
		rule+='---|'
	done
	# the model's name, to tell tables apart
	printf '\n%s; %s; %s\n\n%s\n%s\n' "$title" "$placed" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
		"$line" "$rule"
}

columns=('packets/s in' 'packets/s out')
costs=('parleyd cores' 'mixer cores' 'bare calls cores' ratio)

audio() {
	header 'Sound' codec legs talkers "${columns[@]}" 'loss % in' \
		'loss % out' 'tick late p99 ms' 'ticks missed' "${costs[@]}"
	if [ $# -gt 0 ]; then
		load bench_load "$@"
		return
	fi
	load bench_load --codec PCMU --legs 100
	load bench_load --codec PCMU --legs 400
	load bench_load --codec opus --legs 100
	load bench_load --codec opus --legs 400
	load bench_load --codec G722 --legs 100
	load bench_load --codec AMR-WB --legs 100
	load bench_load --codec PCMU --legs 400 --srtp
	load bench_load --codec opus --legs 400 --srtp
}

video() {
	header 'Pictures' codec cameras viewers "${columns[@]}" 'frames/s' \
		'loss % in' 'loss % out' 'tick late p99 ms' "${costs[@]}"
	if [ $# -gt 0 ]; then
		load bench_video_load "$@"
		return
	fi
	load bench_video_load --codec VP8 --legs 4 --cameras 4
	load bench_video_load --codec H264 --legs 4 --cameras 4
	load bench_video_load --codec VP8 --legs 20 --cameras 4
	load bench_video_load --codec H264 --legs 20 --cameras 4
}

relay() { # places itself
	header 'Relays' packets bytes 'packets/s a core' 'bare calls' ratio \
		'delay us' 'bare calls us' 'added us'
	"$bin/bench_relay"
}

kernels() {
	local program
	for program in "$bin"/bench_*_kernels "$bin"/bench_srtp; do
		"${generator[@]}" "$program"
	done
}

case $kind in
audio | video | relay | kernels) "$kind" "$@" ;;
all)
	for kind in audio video relay; do "$kind" "$@"; done
	;;
*)
	echo "bench: audio, video, relay or kernels" >&2
	exit 2
	;;
esac
