# shellcheck shell=bash disable=SC2034
# Joining without the coordinator's word of now, on one that it gave before: that this pod serves the cluster, or that it must start.
# That word stands while the record says that a server was started here. A question ends it, because the record then says that none
# runs and others may be chosen to go on; the answer to start one brings it back.

suspended_file=$acknowledged_file.suspended

# Before a question: it may be taken although no answer comes. Sets suspends: whether there was a word to suspend.
suspend_word() {
  suspends=no
  [[ -e $acknowledged_file ]] || return 0
  must "rename $acknowledged_file" mv -f "$acknowledged_file" "$suspended_file"
  suspends=yes
}

# After it, by the decision and by question_taken.
settle_word() {
  case $decision in
    join | reform | bootstrap) [[ -e $suspended_file ]] || must "write $suspended_file" write_file "$suspended_file" "$start_id -" ;;
    refuse) rm -f "$suspended_file" ;;
    *) [[ $suspends == yes && $question_taken == no ]] || return 0 ;;
  esac
  if [[ -e $suspended_file ]]; then must "rename $suspended_file" mv -f "$suspended_file" "$acknowledged_file"; fi
}

# Whether joining could not erase anything that a person may want, nor go on with what others went on without. Sets alone_because.
may_join_alone() {
  local known
  alone_because='the coordinator has not let this pod start yet'
  [[ -e $suspended_file ]] && alone_because='the coordinator has been asked since it let this node start, and the others may go on without it'
  [[ -e $acknowledged_file ]] || return 1
  read -r _ known _ 2>/dev/null <"$acknowledged_file"
  if [[ $content == doubtful ]]; then
    alone_because='a state transfer would replace the data here'
    return 1
  elif [[ $content != present ]]; then
    alone_because='this node holds no data'
    return 0
  fi
  alone_because="this node's data is not known to belong to cluster $cluster"
  [[ $uuid != "$nobody_uuid" && $known == "$uuid" ]] || return 1
  alone_because='its data belongs to this cluster'
}

# Whether a member of the last view surely runs, which may have lost its quorum: more members answer than there can be
# outside of the view. It has all rows that the view had. Where all members of the view were killed, as where it is of
# this node alone, it would form again without rows that they had not applied, and the one that answers may have those.
view_runs() {
  local -a view
  local size=$((${#member_addresses[@]} + 1))
  IFS=, read -ra view <<<"$view_members"
  if [[ $GALERA_CLUSTER_SIZE =~ ^[0-9]{1,3}$ ]] && ((10#$GALERA_CLUSTER_SIZE > size)); then size=$((10#$GALERA_CLUSTER_SIZE)); fi
  ((${#view[@]} > 0 && answering + ${#view[@]} > size))
}

consider_joining_alone() {
  compute_addresses -
  if ! may_join_alone; then
    log_change "$decision_text; waiting for it, because $alone_because"
  elif some_member_answers; then
    log "$decision_text; a member answers and $alone_because, so this node joins"
    keep_view=yes
    if ! view_runs; then give_view_up; fi
    return 0
  else
    log_change "$decision_text and no member answers on port $port; trying again"
  fi
  return 1
}
