#!/bin/sh
# Makes the streams of this folder: one picture each, of one colour, with what
# their names say in the sequence parameter set. Needs ffmpeg with libx264.
set -eu
cd "$(dirname "$0")"

# NAME WIDTHxHEIGHT PIXEL-FORMAT Y,U,V X264-PARAMETERS [FILTERS]
stream() {
	ffmpeg -loglevel error -y -f lavfi \
		-i "color=size=$2,format=$3,geq=$4" \
		-frames:v 1 -pix_fmt "$3" -c:v libx264 -qp 1 \
		-x264-params "annexb=1:repeat-headers=1:bframes=0${5:+:$5}" \
		-bsf:v "filter_units=remove_types=6${6:+,$6}" -f h264 "$1.h264"
}

geq() { echo "lum=$1:cb=$2:cr=$3"; }

green709=$(geq 149 90 33)
plain=$(geq 125 104 48)
bt709=colorprim=bt709:transfer=bt709:colormatrix=bt709
bt601=colorprim=smpte170m:transfer=smpte170m:colormatrix=smpte170m

stream bt709_full 64x48 yuv420p "$green709" "$bt709:fullrange=on"
stream bt709_limited 64x48 yuv420p "$(geq 144 95 44)" "$bt709:fullrange=off"
stream bt601_full 64x48 yuv420p "$(geq 127 101 37)" "$bt601:fullrange=on"
stream unmarked 64x48 yuv420p "$plain" ""
stream uneven 62x46 yuv420p "$plain" ""
stream cropped 64x48 yuv420p "$plain" "" \
	h264_metadata=crop_left=6:crop_top=4:crop_right=2
stream wide_samples 64x48 yuv420p "$plain,setsar=16/11" ""
stream interlaced 64x64 yuv420p "$plain" tff=1
stream larger_high 96x64 yuv420p "$green709" \
	"$bt709:fullrange=on:cabac=1:8x8dct=1"
stream yuv422 64x48 yuv422p "$plain" ""
stream yuv444 64x48 yuv444p "$plain" ""
stream high10 64x48 yuv420p10le "$(geq 500 416 192)" ""
