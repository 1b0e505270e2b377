# shellcheck shell=bash disable=SC2034
# What the data directory holds.
#
#   directory                                                        data
#   ---------------------------------------------------------------  --------------------------------------------------
#   nothing but entries that are not the server's (list_data)         empty
#   the mark of a first bootstrap beside anything                     unusable: the entrypoint was interrupted before the
#                                                                     server was open to the network
#   grastate.dat with a uuid, server files beside it                  present: that uuid, with the seqno of InnoDB
#   server files without ibdata1                                      cannot tell: the server would make an empty one
#   grastate.dat as we wrote it for a first bootstrap, no file of     unusable: the initialisation was interrupted before
#   Galera beside it, and InnoDB holds no position                    the server opened to anybody
#   the same, but with such a file or a position                      present: the server could not write grastate.dat
#   grastate.dat with a uuid, no server files                         unusable
#   no usable uuid, and a sign that a state transfer was aborted      unusable
#   grastate.dat without a usable uuid, server files, no such sign    doubtful: InnoDB's position (Galera writes the zero
#                                                                     uuid for as long as a DDL runs)
#   the same, but InnoDB knows no position                            present: zero uuid, seqno -1
#   grastate.dat without a usable uuid, no server files               unusable
#   server files, no grastate.dat, InnoDB knows a position            present: that position (a restored backup)
#   server files, no grastate.dat, no position                        present: zero uuid, seqno -1 (a stand-alone
#                                                                     database: it may be bootstrapped, never joined)
#   no server files, but a folder that holds ibdata1                  cannot tell: another datadir, or a copy of one
#
# A uuid in grastate.dat outweighs every sign of a transfer: Galera writes a zero uuid before a transfer begins and the
# uuid only after it is complete.

grastate=$data/grastate.dat
gvwstate=$data/gvwstate.dat
# First line of the grastate.dat that a bootstrap of an empty directory starts from. A server that can write the file replaces it
# when it first joins a group.
forming_line='# GALERA saved state, written by galera-injector for a first bootstrap'

# A node that was told to join, and was not seen serving since: a transfer may have replaced a part of its files, and that may not show,
# since the scripts of the transfers remove their own sst_in_progress also when they fail. They spare this name (lib/aside.sh).
transfer_mark=$data/.galera-injector-transfer.log

# Reads grastate.dat; everything stays empty that is not there or not well-formed. False when the file cannot be read.
read_grastate() {
  local line text
  saved_uuid='' saved_seqno='' saved_safe=0 forming=no
  [[ -e $grastate ]] || return 0
  text=$(tr -d '\000' 2>&1 <"$grastate") || {
    content_reason="cannot read $grastate"
    return 1
  }
  while IFS= read -r line || [[ $line ]]; do
    line=${line%$'\r'}
    [[ $line == "$forming_line" ]] && forming=yes
    [[ $line =~ ^uuid:[[:blank:]]*($uuid_pattern)[[:blank:]]*$ ]] && saved_uuid=${BASH_REMATCH[1],,}
    # No more digits than a number of the coordinator has: a longer one was written by nobody, and InnoDB knows the right one.
    [[ $line =~ ^seqno:[[:blank:]]*(-?[0-9]{1,15})[[:blank:]]*$ ]] && saved_seqno=${BASH_REMATCH[1]}
    [[ $line =~ ^safe_to_bootstrap:[[:blank:]]*1[[:blank:]]*$ ]] && saved_safe=1
  done <<<"$text"
  if [[ $saved_uuid == "$nobody_uuid" ]]; then saved_uuid=''; fi
}

# Reads gvwstate.dat: the last primary view this node was part of.
read_view() {
  local word first second third
  view_uuid='' view_members='' view_self=''
  [[ -s $gvwstate && -r $gvwstate ]] || return
  while read -r word first second third _; do
    third=${third%$'\r'} second=${second%$'\r'} first=${first%$'\r'}
    case $word in
      my_uuid:) view_self=$first ;;
      # The uuid alone is that of a member: views that it led one after another share it.
      view_id:) view_uuid=$second:$third ;;
      member:) view_members+=${view_members:+,}$first ;;
    esac
  done < <(tr -d '\000' <"$gvwstate")
}

# Mount points of the container, one a line. In mountinfo blanks and the like are octal.
list_mounts() {
  local point
  while read -r _ _ _ _ point _; do
    printf '%b\n' "$point"
  done 2>/dev/null <"$processes/self/mountinfo"
}

# Entries that may be the server's, one a line. lost+found and what begins with a dot is the file system's, a user's or ours, except
# for the folder of a transfer; a mount point has a volume of its own; an empty folder holds nothing.
list_data() {
  local found entry mounts root
  found=$(find "$data" -mindepth 1 -maxdepth 1 ! -name lost+found \( ! -name '.*' -o -name .sst \) ! \( -type d -readable -empty \)) || return 1
  root=$(realpath "$data") mounts=$'\n'$(list_mounts)$'\n'
  while IFS= read -r entry; do
    [[ -z $entry || $mounts == *$'\n'"$root/${entry##*/}"[/$'\n']* ]] || printf '%s\n' "$entry"
  done <<<"$found"
}

# A database one level down, where the directory has none itself.
nested_database() {
  local file
  for file in "$data"/*/ibdata1; do
    if [[ -e $file ]]; then printf '%s' "${file%/*}"; fi
  done | head -n 1
}

has_database() {
  [[ -e $data/ibdata1 || -n $(find "$data/mysql" -mindepth 1 -maxdepth 1 -print 2>/dev/null | head -n 1) ]]
}

# Also where only tables of InnoDB are left, or its log.
has_server_files() {
  local -a parts=(-name '*.ibd' -o -name 'ib_logfile*' -o -name 'undo[0-9]*')
  has_database || [[ -n $(find "$data" -maxdepth 2 \( "${parts[@]}" \) ! -path "$data/.*" -print 2>/dev/null | head -n 1) ]]
}

# Whether the directory holds rows that nobody may throw away.
holds_data() {
  [[ $content == present || $content == doubtful ]]
}

# is_staged METHOD: whether its script leaves the directory as it is until it makes .sst, which it removes last. It makes sst_in_progress
# before there is a donor, so that this says nothing. The others write over the directory from then on.
is_staged() {
  [[ $1 == mariabackup || $1 == xtrabackup* ]]
}

# Whether a state transfer may have been aborted here.
shows_transfer() {
  [[ -e $transfer_mark || -d $data/.sst ]] || { [[ -e $data/sst_in_progress ]] && ! is_staged "$sst_method"; }
}

expect_transfer() {
  printf '%(%F %T)T told to join\n' -1 >"$transfer_mark" && give_to_server "$transfer_mark"
}

# Once a server serves from the directory, or goes on with what is in it, no earlier transfer says anything about it.
forget_transfer() {
  rm -f "$transfer_mark"
}

# Without a usable uuid the sign of a transfer is all that tells an aborted one from a crash inside a DDL, so it is kept.
remove_stale_files() {
  rm -f "$stamp_file.new" "$version_file.new"
  if is_staged "$sst_method"; then
    rm -f "$data/sst_in_progress"
  elif [[ -e $data/sst_in_progress ]]; then
    log 'a state transfer left sst_in_progress behind'
    must "rename $data/sst_in_progress" mv -f "$data/sst_in_progress" "$transfer_mark"
  fi
  if [[ $saved_uuid ]]; then
    must "remove $transfer_mark" forget_transfer
    # Or a later crash inside a DDL would be taken for an aborted transfer.
    if [[ -d $data/.sst ]]; then must_run "set $data/.sst aside" set_aside 'left behind by a state transfer' "$data/.sst"; fi
  fi
  # It holds the number of a process that is gone with its container.
  rm -f "$data/wsrep_sst.pid"
  # The server does not start with an empty one.
  if [[ -e $gvwstate && ! -s $gvwstate ]]; then
    log 'removing an empty gvwstate.dat'
    rm -f "$gvwstate"
  fi
}

expect_forming() {
  write_beside_data "$forming_mark" "first bootstrap, begun at $(date -u +%FT%TZ)"
}

# Whether a first initialisation was begun here and the server was not open since. Where nothing is marked, no server joined a group
# since: a provider makes both files before that. What InnoDB says is asked for as well (lib/position.sh).
is_forming() {
  is_marked || [[ $forming == yes && ! -e $gvwstate && ! -e $data/galera.cache ]]
}

# The entrypoints make it too, but run later; a volume may be mounted above.
make_directory() {
  local problem
  [[ ! -e $data ]] || return 0
  problem=$(mkdir -p "$data" 2>&1) && give_to_server "$data" && return
  content_reason="it is missing, and user $EUID cannot make it: ${problem##*$'\n'}"
  return 1
}

# Root's server runs as another user, to whom the entrypoint gives the directory.
is_writable() {
  [[ -w $data ]] && return
  content_reason="user $EUID, as whom the container runs, cannot write in it: give the pod securityContext.fsGroup (1001 for the images of Bitnami and Percona), or the volume another owner, or mount it without readOnly"
  return 1
}

# Sets content (empty | unusable | doubtful | present), content_reason and what read_grastate and read_view find. False where it
# cannot be told.
classify_data() {
  local entries nested
  content_reason=''
  make_directory || return 1
  entries=$(list_data 2>&1) || {
    content_reason="cannot list $data: ${entries##*$'\n'}"
    return 1
  }
  read_grastate || return 1
  read_view
  is_writable || return 1
  if ! has_database && nested=$(nested_database) && [[ $nested ]]; then
    content_reason="there is no database in it, but one in $nested: set the datadir in the container's arguments (--datadir=$nested), where galera-injector sees it, or move that folder away"
    return 1
  fi
  if [[ $entries ]]; then name_content; else content=empty; fi
}

# The same for a directory with entries, by the signs in it.
name_content() {
  content=unusable
  if is_forming; then
    content_reason='its first initialisation was interrupted'
    # The entrypoint's own server has written these.
    if is_marked; then saved_uuid='' view_uuid='' view_members=''; fi
  elif [[ $saved_uuid ]] && has_server_files; then
    content=present
    # The position that we wrote for a first bootstrap is not that of a server.
    if [[ $forming == yes ]]; then saved_seqno='' saved_safe=0; fi
  elif [[ $saved_uuid ]]; then
    content_reason='grastate.dat has a uuid, but there are no server files'
  elif shows_transfer; then
    content_reason='a state transfer into it was aborted'
  elif [[ -e $grastate ]] && has_server_files; then
    content=doubtful content_reason='grastate.dat has no usable uuid, as after a crash inside a DDL'
  elif [[ -e $grastate ]]; then
    content_reason='grastate.dat has no usable uuid, and there are no server files'
  elif has_server_files; then
    content=present content_reason='a database that was no Galera node, or a restored backup'
  else
    content_reason='it holds files, but no database'
  fi
}
