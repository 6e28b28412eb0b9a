#!/bin/sh
# Who may include whom: no include runs up the arrows of the architecture.
#   signaling -> focus -> mixer/protocol.h, mixer/link <- mixer
#   audio, video and net do not know each other; base is under all.
# And what our binaries must never call (libre's websock_* overflows the heap).
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
deny() { # folder pattern-of-forbidden-includes
	out=$(grep -rnE "^#include \"($2)" "$1" --include='*.[ch]' \
		${3:+--exclude="$3"} 2>/dev/null)
	[ -z "$out" ] && return
	echo "$1 must not include $2:"
	echo "$out"
	bad=1
}
deny mixer/base 'focus|signaling|mixer/(link|net|audio|video|[a-z_]+\.h)'
deny mixer/link 'focus|signaling|mixer/(net|audio|video)'
deny mixer/net 'focus|signaling|mixer/(audio|video|[a-oq-z][a-z_]*\.h)'
deny mixer/audio 'focus|signaling|mixer/(net|video|[a-oq-z][a-z_]*\.h)'
deny mixer/video 'focus|signaling|mixer/(net|audio|[a-oq-z][a-z_]*\.h)'
deny mixer 'focus|signaling'
deny focus 'signaling|mixer/(net|audio|video|[a-oq-z][a-z_]*\.h)' main.c
deny signaling 'mixer/(net|audio|video|[a-oq-z][a-z_]*\.h)'
if grep -rnE '#include <re(_[a-z]+)?\.h>' focus mixer signaling tests \
	--include='*.[ch]' | grep -v '^mixer/base/\(re.h\|log_libre.c\):'; then
	echo "only mixer/base/re.h may include libre"
	bad=1
fi
for bin in build/bin/parleyd build/bin/parley-mixer; do
	[ -x "$bin" ] || continue
	if nm -D --undefined-only "$bin" |
		grep -E 'websock_|sip_transp_add_websock'; then
		echo "$bin calls libre's WebSocket code"
		bad=1
	fi
done
bin=build/bin/parley-mixer
if [ -x $bin ] && nm -D --undefined-only $bin | grep -E ' (sip|sdp|sipsess)_'
then
	echo "$bin knows SIP or SDP"
	bad=1
fi
exit $bad
