#!/usr/bin/env bash
# Runs the tests on real servers (test/agent/real) with MariaDB 11.8 of Debian trixie instead of this machine's server:
#   e2e/real-trixie.sh [FILE OR OPTION OF VITEST…]
# Needs root, debootstrap and Debian's apt. The servers' file system is kept in the cache folder.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(dirname "$here")

# in_root COMMAND…: with mounts, processes and loopback addresses of its own, and in memory whatever it writes outside the
# repository, so that it leaves nothing behind however it ends, and meets no other run.
# shellcheck disable=SC2016 # expanded inside
in_root() {
  unshare --mount --pid --net --fork --kill-child -- bash -euc '
    root=$1 repository=$2
    shift 2
    mount -t tmpfs tmpfs /mnt
    mkdir /mnt/upper /mnt/work /mnt/root
    mount -t overlay -o "lowerdir=$root,upperdir=/mnt/upper,workdir=/mnt/work" overlay /mnt/root
    root=/mnt/root
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

root=$(cd "$repository" && npx tsx e2e/images/mariadb.ts 11.8)
# shellcheck disable=SC2016 # dpkg fills these in
in_root dpkg-query -W -f '${Package} ${Version}\n' mariadb-server galera-4 >&2
(($# > 0)) || set -- test/agent/real
in_root env GALERA_REAL_SERVER=1 node node_modules/vitest/vitest.mjs run --config e2e/real.config.ts "$@"
