#!/bin/sh
# Speak every line of a file of announcements: FOLDER/NAME.wav each
set -eu
[ $# = 3 ] || { echo "usage: $0 en|de FILE.txt FOLDER" >&2; exit 2; }
language=$1 folder=$3
case $language in
en) speak() { flite -voice slt -t "$2" -o "$1"; } ;;
de) speak() { espeak-ng -v de -s 145 -w "$1" "$2"; } ;;
*) echo "$0: no voice for $language" >&2; exit 2 ;;
esac
rm -rf "$folder"
mkdir -p "$folder"
grep '^[a-z0-9]' "$2" | while read -r name words; do
	speak "$folder/$name.wav" "$words"
done
