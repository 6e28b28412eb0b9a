#!/bin/sh
# Who may include whom: tests/rules/rooms.mjs says the laws and holds them.
# And what our binaries must never call (libre's websock_* overflows the heap),
# nor our code.
set -u
cd "$(dirname "$0")/../.." || exit 1
bad=0
node tests/rules/rooms.mjs -q || bad=1
if grep -rnE '#include <re(_[a-z]+)?\.h>' focus mixer signaling tests \
	--include='*.[ch]' | grep -v '^mixer/base/\(re.h\|log_libre.c\):'; then
	echo "only mixer/base/re.h may include libre"
	bad=1
fi
# Lines go through log_warn() and its like, which count what they hold back
if grep -rnE '\<(log_line|perror|syslog)\(' focus mixer signaling \
	--include='*.c' | grep -v '^\(mixer/base/log\.c\|focus/cli/.*\):'; then
	echo "only mixer/base/log.c may print lines without end"
	bad=1
fi
# Strangers fill a bucket of what everybody can compute
if grep -rnE '\<(hash_(joaat|fast)[a-z_]*|sa_hash)\(' focus mixer signaling \
	--include='*.c' | grep -v '^signaling/transport/alias\.c:'; then
	echo "hash with mixer/base/keyed_hash.h"
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
