# shellcheck shell=bash
# What the coordinator knows of this volume, kept beside the data as one word that nothing here looks into. A copy of
# the volume has the word of its time, which tells the two apart; and a record that was lost learns from it.

# The state transfers spare the name (lib/aside.sh).
stamp_file=$data/.galera-injector-stamp.log

# Sets stamp to the word, to none where there is no file, and to nothing where the file holds no such word, which says
# nothing.
read_stamp() {
  local word=''
  stamp=none
  [[ -e $stamp_file ]] || return 0
  IFS= read -r word 2>/dev/null <"$stamp_file"
  stamp=''
  if [[ $word =~ ^[0-9a-f:/,-]+$ ]]; then stamp=$word; fi
}
stamp=''

# Puts a file and its name on the disk: ext4, XFS and btrfs write a rename with the file. sync would flush all file
# systems of the machine where coreutils are old (8.22 in CentOS 7), of which one may hang. wait lets a signal through.
flush() {
  dd if=/dev/null of="$1" conv=nocreat,notrunc,fsync 2>/dev/null &
  wait $!
}

# flush_stamp: a word is said only once it is on the disk. One that a power cut took back would make the volume an older
# copy. What may not be written here was not written here.
flush_stamp() {
  [[ $stamp != "$flushed_stamp" ]] || return 0
  if [[ $stamp && $stamp != none && -w $stamp_file ]]; then flush "$stamp_file" || stamp=''; fi
  write_file "$flushed_file" "$stamp" && flushed_stamp=$stamp
}
flushed_stamp='not yet'

# What was flushed last in this pod, for a probe: it says the same, and waits for no disk.
read_flushed_stamp() {
  stamp=''
  IFS= read -r stamp 2>/dev/null <"$flushed_file"
}
flushed_file=$home/flushed

# What stands beside data that a backup was put back over is of the data before.
read_stamp_of_data() {
  read_stamp
  if [[ ! -e $grastate || $is_contradicted == yes ]]; then stamp=none; fi
  flush_stamp
}

# write_beside_data FILE TEXT: as the server's, so that a power cut leaves the old text or the new one.
write_beside_data() {
  printf '%s\n' "$2" >"$1.new" && flush "$1.new" && give_to_server "$1.new" && mv -fT "$1.new" "$1" && return
  rm -f "$1.new"
  return 1
}

# write_stamp WORD: true when it is another one than before. Only the loop beside the server
# writes it: a probe may be ended at any time.
write_stamp() {
  [[ $1 && $1 != "$stamp" ]] || return 1
  write_beside_data "$stamp_file" "$1" && return
  log "cannot write $stamp_file: after a restore of this volume, or a loss of the record, a person may have to choose"
  return 1
}
