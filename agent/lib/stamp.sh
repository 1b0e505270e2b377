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
stamp=none

# What stands beside data that a backup was put back over is of the data before.
read_stamp_of_data() {
  read_stamp
  if [[ ! -e $grastate || $is_contradicted == yes ]]; then stamp=none; fi
}

# The oldest coreutils flush all file systems of the machine, one of which may hang.
flush() {
  timeout 10 sync "$1"
}

# write_stamp WORD: true when it is another one than before. After a power cut the one or the other stands there: an
# older one than was said to stand there would be that of a copy. The probe and the loop may write at once.
write_stamp() {
  local new=$stamp_file.$$
  [[ $1 && $1 != "$stamp" ]] || return 1
  printf '%s\n' "$1" >"$new" && give_to_server "$new" && flush "$new" && mv -fT "$new" "$stamp_file" && flush "$data" && return
  rm -f "$new"
  log "cannot write $stamp_file: after a restore of this volume, or a loss of the record, a person may have to choose"
  return 1
}
