#!/usr/bin/env bash
# Runs the tests on real servers (test/agent/real) with MariaDB 11.8 of Debian trixie instead of this machine's server:
#   e2e/real-trixie.sh [FILE OR OPTION OF VITEST…]
# Needs root, debootstrap and Debian's apt. The servers' file system is kept in the cache folder.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(dirname "$here")
setup=$here/images/mariadb/build-rootfs.sh
cache=${XDG_CACHE_HOME:-$HOME/.cache}/galera-injector

# build FOLDER
build() {
  local mirror security
  mirror=$(source_of 'Debian' '' http://deb.debian.org/debian/)
  security=$(source_of 'Debian' -security http://deb.debian.org/debian-security/)
  LC_ALL=C debootstrap --variant=minbase trixie "$1" "$mirror"
  printf 'deb %s %s main\n' "$mirror" trixie "$mirror" trixie-updates "$security" trixie-security \
    >"$1/etc/apt/sources.list"
  cp /etc/resolv.conf "$1/etc/resolv.conf"
  cp "$setup" "$1/build-rootfs.sh"
  chroot "$1" /bin/bash /build-rootfs.sh
}

# source_of ORIGIN RELEASE-SUFFIX DEFAULT: where this machine's apt gets such packages from.
source_of() {
  local found
  # shellcheck disable=SC2016 # apt fills these in
  found=$(apt-get indextargets --format '$(ORIGIN) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
    awk -v origin="$1" -v ending="$2" '$1 == origin && $2 ~ "^[a-z]+" ending "$" { print $3; exit }')
  printf '%s' "${found:-$3}"
}

# in_root COMMAND…: with mounts, processes, loopback addresses and /tmp of its own, so that it leaves none behind
# however it ends, and meets no other run.
# shellcheck disable=SC2016 # expanded inside
in_root() {
  unshare --mount --pid --net --fork --kill-child -- bash -euc '
    root=$1 repository=$2
    shift 2
    # A mount point of its own, or nothing inside could make further namespaces of mounts.
    mount --bind "$root" "$root"
    mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
    for path in /dev /sys "$repository" "$(realpath "$repository/node_modules")"; do
      mkdir -p "$root$path"
      mount --rbind "$path" "$root$path"
    done
    mount -t proc proc "$root/proc"
    touch "$root/usr/local/bin/node"
    mount --bind "$(realpath "$(command -v node)")" "$root/usr/local/bin/node"
    echo "127.0.0.1 localhost" >"$root/etc/hosts"
    chroot "$root" ip link set lo up
    # As on a machine: where all addresses of IPv4 are of loopback and one of IPv6 is not, names have none of IPv4
    # (AI_ADDRCONFIG).
    chroot "$root" ip address add 192.0.2.1/32 dev lo
    # Not exec: the first process has to take in orphans.
    status=0
    chroot "$root" env --unset=NODE_EXTRA_CA_CERTS --chdir="$repository" "$@" || status=$?
    exit "$status"
  ' - "$root" "$repository" "$@"
}

root=$cache/rootfs-mariadb-trixie-$(cat "$setup" <(declare -f build source_of) | sha256sum | cut -c 1-12)
if [[ ! -d $root ]]; then
  echo "building the file system of MariaDB 11.8 from Debian trixie: about 3 minutes" >&2
  unfinished=$(mktemp -d "$root.unfinished-XXXXXX")
  chmod 755 "$unfinished"
  trap 'rm -rf "$unfinished"' EXIT
  build "$unfinished" >&2
  mv -T "$unfinished" "$root"
fi
# shellcheck disable=SC2016 # dpkg fills these in
in_root dpkg-query -W -f '${Package} ${Version}\n' mariadb-server galera-4 >&2
(($# > 0)) || set -- test/agent/real
in_root env GALERA_REAL_SERVER=1 node node_modules/vitest/vitest.mjs run --config e2e/real.config.ts "$@"
