# shellcheck shell=bash
# Setting files of the data directory aside. Nothing in it is ever deleted, and what was set aside must outlive what comes next:
#
#   what comes                                  it removes                                          it spares
#   ------------------------------------------  --------------------------------------------------  -----------------------
#   bitnami and percona entrypoint, first start $data/*                                             names with a dot
#   mariabackup, xtrabackup-v2, clone transfer  all but names that fit cpat, among them .*\.log$    .galera-injector-aside.log
#   rsync transfer                              every folder that the donor does not have           lost+found
#
# By the scripts of MariaDB, which the test on real transfers runs (docs/version-facts.md), and by the sources of the others.

aside_by_name=$data/.galera-injector-aside.log
aside_by_folder=$data/lost+found/galera-injector-aside

# The folder that outlives this start: a bootstrap receives no transfer.
aside_place() {
  if [[ $decision != bootstrap && $sst_method == rsync* ]]; then printf '%s' "$aside_by_folder"; else printf '%s' "$aside_by_name"; fi
}

make_aside() {
  mkdir -p "$1" && give_to_server "$1"
}

# set_aside WHY ENTRY…: moves the entries into a folder of their own.
set_aside() {
  local why=$1 place folder entry
  shift
  place=$(aside_place)
  make_aside "$place" && folder=$(mktemp -d "$place/$(date +%Y%m%d-%H%M%S)-XXXX") && give_to_server "$folder" || return 1
  for entry in "$@"; do
    log "moving $entry to $folder: $why"
    mv "$entry" "$folder/" || return 1
  done
  log "delete $folder once nobody misses what is in it"
}

# What earlier starts set aside is brought to where it outlives this one.
keep_aside() {
  local place other
  place=$(aside_place)
  for other in "$aside_by_name" "$aside_by_folder"; do
    [[ $other != "$place" && -d $other ]] || continue
    log "moving what was set aside from $other to $place, where a state transfer by $sst_method leaves it"
    make_aside "$place" && find "$other" -mindepth 1 -maxdepth 1 -exec mv -t "$place" {} + && rmdir "$other" || return 1
  done
}
