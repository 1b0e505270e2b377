#!/bin/bash
# Runs inside the new root file system: installs MariaDB and shapes it like the
# official image.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# No service is started by a package's set-up script.
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
printf 'path-exclude=%s\n' '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' '/usr/share/info/*' \
	>/etc/dpkg/dpkg.cfg.d/small

# The ids of the official image; the package keeps a user that is there already.
groupadd --system --gid 999 mysql
useradd --system --uid 999 --gid mysql --home-dir /var/lib/mysql --shell /usr/sbin/nologin mysql

apt-get update
apt-get install -y --no-install-recommends mariadb-server mariadb-backup galera-4 socat gosu

# Options that would keep the server from being one node among others.
find /etc/mysql -name '*.cnf' -type f -exec sed -i -E 's/^(bind-address|user|log_error)\b/#&/' {} +
printf '[mariadbd]\nhost-cache-size=0\nskip-name-resolve\n' >/etc/mysql/mariadb.conf.d/05-skipcache.cnf
if [ ! -e /usr/lib/libgalera_smm.so ]; then
	ln -s "$(dpkg -L galera-4 | grep -m1 '/libgalera_smm\.so$')" /usr/lib/libgalera_smm.so
fi

rm -rf /var/lib/mysql /var/log/mysql/*
install -d -o mysql -g mysql -m 0755 /var/lib/mysql
# Any uid that a pod chooses can make its socket here.
install -d -o mysql -g mysql -m 1777 /run/mysqld
mkdir -p /docker-entrypoint-initdb.d

apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/*.log /var/log/apt /tmp/* /usr/sbin/policy-rc.d \
	/usr/share/doc /usr/share/man /usr/share/locale /usr/share/info
