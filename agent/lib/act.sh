# shellcheck shell=bash disable=SC2034
# Doing what was decided: each act_* brings the data directory into the state that the decision needs.

refuse() {
  log "refused: $1"
  printf 'galera-injector: %s\n' "$1" >"${GALERA_TERMINATION_LOG:-/dev/termination-log}" 2>/dev/null
  exit 1
}

# must WHAT COMMAND…: a step that failed is said and ends this start; the container starts again.
must() {
  local what=$1 problem
  shift
  problem=$("$@" 2>&1) && return
  log "cannot $what: ${problem:-$1 failed}"
  exit 1
}

# An entrypoint that finds a schema directory does not initialise a database that the state transfer would replace.
skip_initialisation() {
  [[ $skips_by == empty-schema && ! -d $data/mysql ]] || return 0
  must "create $data/mysql" mkdir -p "$data/mysql"
  must "hand $data/mysql to the server's user" give_to_server "$data" "$data/mysql"
}

give_view_up() {
  [[ -e $gvwstate ]] || return 0
  must "rename $gvwstate" mv -f "$gvwstate" "$data/.galera-injector-gvwstate.dat"
}

act_join() {
  # With a view the server may wait for the others of it without an end, as one that forms it again.
  if [[ $keep_view == yes ]]; then set_state reforming; else set_state joining; fi
  if [[ $content == present && $uuid == "$nobody_uuid" ]]; then
    refuse "$data holds a database that was no node of this cluster; joining would erase it. Move it away, or let this node bootstrap"
  fi
  # With a Ready member the group forgets this node's old identity sooner than the node could resume it.
  if [[ $keep_view == no ]]; then give_view_up; fi
  # A transfer would delete what is no leftover of one. What an entrypoint had begun has a position of its own, which Percona's finds.
  if [[ $content == unusable ]] && ! shows_transfer && { is_marked || ! is_forming; }; then must_run 'clear the data directory' clear_leftovers; fi
  must "remove $forming_mark" rm -f "$forming_mark"
  if ! holds_data || ! is_staged "$sst_method"; then must "write $transfer_mark" expect_transfer; fi
  if [[ $content != present ]]; then
    # Nothing here is gone on with: the zero uuid stays, and with it the server asks for a full state transfer.
    start_position=''
    skip_initialisation
    # There is nothing to upgrade in a directory that a state transfer fills.
    unset MARIADB_AUTO_UPGRADE
  fi
  log "joining cluster $cluster through ${member_addresses[*]:-its own address}"
}

act_reform() {
  set_state reforming
  # Should the view not form, its server may yet take a transfer.
  is_staged "$sst_method" || must "write $transfer_mark" expect_transfer
  log "the last view of cluster $cluster is complete: forming it again with ${member_addresses[*]:-nobody else}"
}

write_grastate() {
  printf '%s\n' "$@" >"$grastate.new" && give_to_server "$grastate.new" && mv -f "$grastate.new" "$grastate" && return
  # Or it would make an empty directory one that holds something.
  rm -f "$grastate.new"
  return 1
}

# Every node says 0 after a crash of all; the grant says that this is the one.
mark_safe() {
  local -a lines
  if [[ ! -e $grastate || -z $saved_uuid || $forming == yes ]]; then
    # A database that was no node needs none; one that is there and says 0 would stop the server.
    [[ -e $grastate || $uuid != "$nobody_uuid" ]] || return 0
    write_grastate '# GALERA saved state' 'version: 2.1' "uuid:    $uuid" "seqno:   $seqno" 'safe_to_bootstrap: 1'
    return
  fi
  mapfile -t lines < <(sed -e 's/\r$//' -e '/^safe_to_bootstrap:/d' "$grastate")
  write_grastate "${lines[@]}" 'safe_to_bootstrap: 1'
}

# Leftovers of an aborted transfer or initialisation keep the entrypoint from making a database.
clear_leftovers() {
  local -a entries
  mapfile -t entries < <(list_data)
  ((${#entries[@]} == 0)) || set_aside "$content_reason" "${entries[@]}"
}

act_bootstrap() {
  set_state bootstrapping
  bootstrap=yes
  if holds_data; then
    if [[ $granted_uuid && $uuid != "$nobody_uuid" ]]; then
      refuse "told to begin a new cluster, but the data here belongs to $uuid; nothing was changed"
    fi
  else
    start_position=''
    if [[ $content == unusable ]]; then must_run 'clear the data directory' clear_leftovers; fi
    if [[ -d $data/mysql ]]; then must "remove the empty $data/mysql" rmdir "$data/mysql"; fi
  fi
  if [[ $identity == reported ]] && ! holds_data; then must_run "write $forming_mark" expect_forming; fi
  if [[ $granted_uuid ]]; then
    must_run "write $grastate" write_identity
  elif holds_data; then
    must_run "write $grastate" mark_safe
  fi
  must "remove $transfer_mark" forget_transfer
  log "bootstrapping cluster $cluster${granted_uuid:+ as $granted_uuid} with the address list $(member_list)"
}

# The cluster's identity is chosen before it exists: the server forms its group under the uuid it finds here.
write_identity() {
  start_position=$granted_uuid:0
  set -- '# GALERA saved state' 'version: 2.1' "uuid:    $granted_uuid" 'seqno:   0' 'safe_to_bootstrap: 1'
  if [[ $content != present ]]; then
    shift
    set -- "$forming_line" "$@"
  fi
  write_grastate "$@" && give_to_server "$data"
}

# Like must, in this shell, so that what the step logs and sets is kept.
must_run() {
  local what=$1
  shift
  "$@" && return
  log "cannot $what"
  exit 1
}
