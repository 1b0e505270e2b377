# shellcheck shell=bash disable=SC2154
# Of which version the server was that had these files last. A newer one changes them for good, and an older one reads
# them all the same: it starts with one line of [ERROR], and serves (docs/version-facts.md).

# The state transfers spare the name (lib/aside.sh).
version_file=$data/.galera-injector-version.log

# is_older VERSION VERSION: as MAJOR.MINOR, within which a server goes back.
is_older() {
  local -a one other
  IFS=. read -ra one <<<"$1"
  IFS=. read -ra other <<<"$2"
  ((10#${one[0]} < 10#${other[0]} || (10#${one[0]} == 10#${other[0]} && 10#${one[1]} < 10#${other[1]})))
}

# Sets data_version to the newest that is written in the directory. The other two files are of the server's own tools,
# and say which one has looked after the system tables.
read_data_version() {
  local file line
  data_version=''
  for file in "$version_file" "$data/mariadb_upgrade_info" "$data/mysql_upgrade_info"; do
    line=''
    # The last line may have no end.
    IFS= read -r line 2>/dev/null <"$file"
    [[ $line =~ ^[0-9]+\.[0-9]+ ]] || continue
    if [[ ! $data_version ]] || is_older "$data_version" "${BASH_REMATCH[0]}"; then data_version=${BASH_REMATCH[0]}; fi
  done
}
data_version=''

# Refuses a server that is older than the files. The mark alone counts for nothing: a directory may have been emptied.
check_version() {
  [[ -d $data/mysql || -e $(system_file) ]] || return 0
  read_data_version
  [[ $server_version && $data_version ]] && is_older "$server_version" "$data_version" || return 0
  refuse "$data was last used by a server of version $data_version, and this image has $server_version, which may misread it: use an image of $data_version or newer, or empty the volume where other members of version $server_version serve"
}

# Once a server has opened the files, or before one makes them. One that cannot read them leaves them as they are.
note_version() {
  [[ $server_version && $server_version != "$data_version" ]] || return 0
  if write_beside_data "$version_file" "$server_version"; then
    data_version=$server_version
  else
    log "cannot write $version_file: an older image would not be refused on this volume"
  fi
}
