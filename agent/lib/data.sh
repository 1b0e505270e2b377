# shellcheck shell=bash disable=SC2034
# What the data directory holds.
#
#   directory                                                        data
#   ---------------------------------------------------------------  --------------------------------------------------
#   nothing but lost+found, an empty mysql/ and our own notes         empty
#   grastate.dat with a uuid, server files beside it                  present: that uuid, seqno as saved or recovered
#   grastate.dat as we wrote it for a first bootstrap                 unusable: the initialisation was interrupted before
#                                                                     the server opened to anybody
#   grastate.dat with a uuid, no server files                         unusable
#   no usable uuid, and a sign that a state transfer was aborted      unusable
#   grastate.dat without a usable uuid, server files, no such sign    doubtful: InnoDB's position (Galera writes the zero
#                                                                     uuid for as long as a DDL runs)
#   the same, but InnoDB knows no position                            present: zero uuid, seqno -1
#   grastate.dat without a usable uuid, no server files               unusable
#   server files, no grastate.dat, InnoDB knows a position            present: that position (a restored backup)
#   server files, no grastate.dat, no position                        present: zero uuid, seqno -1 (a stand-alone
#                                                                     database: it may be bootstrapped, never joined)
#
# A uuid in grastate.dat outweighs every sign of a transfer: Galera writes a zero uuid before a transfer begins and the
# uuid only after it is complete.

grastate=$data/grastate.dat
gvwstate=$data/gvwstate.dat
# First line of the grastate.dat that a bootstrap of an empty directory starts from. The server replaces the file when
# it first joins a group; while the line is there, nobody was ever served from this directory.
forming_line='# GALERA saved state, written by galera-injector for a first bootstrap'

# A node that was told to join, and was not seen serving since: a transfer may have replaced a part of its files. The scripts of
# the transfers remove their own sst_in_progress also when they fail. Those that empty the directory first spare names with this end.
transfer_mark=$data/.galera-injector-sst_in_progress

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

# Entries that make the directory hold something.
list_data() {
  find "$data" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.galera-injector-*' ! \( -name mysql -type d -empty \)
}

has_server_files() {
  [[ -e $data/ibdata1 || -n $(find "$data/mysql" -mindepth 1 -maxdepth 1 -print 2>/dev/null | head -n 1) ]]
}

# Whether the directory holds rows that nobody may throw away.
holds_data() {
  [[ $content == present || $content == doubtful ]]
}

# Whether a state transfer may have been aborted here; .sst is where the mariabackup and xtrabackup scripts receive one.
shows_transfer() {
  [[ -e $data/sst_in_progress || -e $transfer_mark || -d $data/.sst ]]
}

expect_transfer() {
  : >"$transfer_mark" && give_to_server "$transfer_mark"
}

# Once a server serves from the directory, or goes on with what is in it, no earlier transfer says anything about it.
forget_transfer() {
  rm -f "$transfer_mark"
}

# Without a usable uuid the sign of a transfer is all that tells an aborted one from a crash inside a DDL, so it is kept.
remove_stale_files() {
  if [[ -e $data/sst_in_progress ]]; then
    log 'a state transfer left sst_in_progress behind'
    must "rename $data/sst_in_progress" mv -f "$data/sst_in_progress" "$transfer_mark"
  fi
  if [[ $saved_uuid ]]; then must "remove $transfer_mark" forget_transfer; fi
  # It holds the number of a process that is gone with its container.
  rm -f "$data/wsrep_sst.pid"
  if [[ -e $gvwstate && ! -s $gvwstate ]]; then
    log 'removing an empty gvwstate.dat'
    rm -f "$gvwstate"
  fi
}

# Sets content (empty | unusable | doubtful | present), content_reason and what read_grastate and read_view find.
classify_data() {
  local interrupted=no entries
  content_reason=''
  entries=$(list_data 2>&1) || {
    content_reason="cannot list $data: ${entries##*$'\n'}"
    return 1
  }
  shows_transfer && interrupted=yes
  read_grastate || return 1
  read_view
  if [[ -z $entries ]]; then
    content=empty
  elif [[ $forming == yes ]]; then
    content=unusable content_reason='its first initialisation was interrupted'
  elif [[ $saved_uuid ]] && has_server_files; then
    content=present
  elif [[ $saved_uuid ]]; then
    content=unusable content_reason='grastate.dat has a uuid, but there are no server files'
  elif [[ $interrupted == yes ]]; then
    content=unusable content_reason='a state transfer into it was aborted'
  elif [[ -e $grastate ]] && has_server_files; then
    content=doubtful content_reason='grastate.dat has no usable uuid, as after a crash inside a DDL'
  elif [[ -e $grastate ]]; then
    content=unusable content_reason='grastate.dat has no usable uuid, and there are no server files'
  elif has_server_files; then
    content=present content_reason='a database that was no Galera node, or a restored backup'
  else
    content=unusable content_reason='it holds files, but no database'
  fi
}
