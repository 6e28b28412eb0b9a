#!/bin/bash
# Build and test on Debian 13, in a root of its own: tests/trixie/run.sh
# [COMMAND...], by default "./dev build" and "./dev test unit". Run as root;
# `./dev trixie` is this.
#
# The root is build-trixie/, made by debootstrap from the mirror that this
# machine's own apt uses. The tree is mounted in it, with build folders of the
# root's over those of the host, all in a mount namespace that ends with this
# script.
set -euo pipefail
cd "$(dirname "$0")/../.."
tree=$PWD
root=$tree/build-trixie
own=(build build-asan) # folders that the root has of its own

# What apt fetches Debian itself from
mirror() {
	# shellcheck disable=SC2016 # apt puts in what stands there
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' \
		'Identifier: Packages' | awk '$1 == "Debian" {print $2; exit}'
}

proxy() {
	local proxy=${http_proxy:-}
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	echo "$proxy"
}

make_root() {
	local from
	from=$(mirror)
	if [ -z "$from" ]; then
		echo "trixie: apt knows no Debian mirror (apt-get update?)" >&2
		exit 1
	fi
	rm -rf --one-file-system "$root"
	http_proxy=$(proxy) debootstrap --variant=minbase trixie "$root" \
		"$from" >&2
	# no service starts because its package is installed
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod +x "$root/usr/sbin/policy-rc.d"
	touch "$root/.made"
}

mount_tree() {
	local dir
	mount --make-rprivate /
	mount -t proc proc "$root/proc"
	mount --rbind /dev "$root/dev"
	mkdir -p "$root/tree"
	mount --bind "$tree" "$root/tree"
	for dir in "${own[@]}"; do
		mkdir -p "$tree/$dir" "$root/own/$dir"
		mount --bind "$root/own/$dir" "$root/tree/$dir"
	done
	for dir in resolv.conf hosts; do
		cp -L "/etc/$dir" "$root/etc/$dir"
	done
}

if [ "${1:-}" != --mounted ]; then
	[ -e "$root/.made" ] || make_root
	exec unshare --mount "$0" --mounted "$@"
fi
shift
mount_tree
[ $# -gt 0 ] || set -- sh -c './dev build && ./dev test unit'
status=0
env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	http_proxy="$(proxy)" \
	chroot "$root" sh -c 'cd /tree && exec "$@"' sh "$@" || status=$?
# the page is built into the tree, by root
[ ! -d web/dist ] || chown -R --reference=web web/dist
exit $status
