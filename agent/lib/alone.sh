# shellcheck shell=bash disable=SC2034
# Joining without the coordinator's word. Data may join on the word that the coordinator gave before, when it confirmed that this
# pod serves the cluster. That word stands while the record says that a server runs here. A question ends it, because the record
# notes that none does and others may be bootstrapped, and the answer to start one brings it back.

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
    join | reform | bootstrap) ;;
    refuse) rm -f "$acknowledged_file" "$suspended_file" ;;
    *) [[ $suspends == yes && $question_taken == no ]] || return 0 ;;
  esac
  if [[ -e $suspended_file ]]; then must "rename $suspended_file" mv -f "$suspended_file" "$acknowledged_file"; fi
}

# Whether joining could not erase anything that a person may want, nor merge what others went on without. Sets alone_because.
may_join_alone() {
  local known
  if [[ $content != present ]]; then
    alone_because='this node holds no data'
    return 0
  fi
  alone_because="the coordinator has been asked since this node served, and the others may have gone on without its data"
  [[ -e $suspended_file && ! -e $acknowledged_file ]] && return 1
  read -r _ known _ 2>/dev/null <"$acknowledged_file"
  alone_because="this node's data is not known to belong to cluster $cluster"
  [[ $uuid != "$nobody_uuid" && $known == "$uuid" ]] || return 1
  alone_because='its data belongs to this cluster'
}

consider_joining_alone() {
  compute_addresses -
  if ! may_join_alone; then
    log_change "$decision_text; waiting for it, because $alone_because"
  elif some_member_answers; then
    log "$decision_text; a member answers and $alone_because, so this node joins"
    keep_view=yes
    return 0
  else
    log_change "$decision_text and no member answers on port $port; trying again"
  fi
  return 1
}
