# shellcheck shell=bash disable=SC2034,SC2154 # sourced by doors and what runs in a state transfer, after tls.sh
# Where the script of a joiner receives: at a UNIX socket behind the door, which only the server's user can reach. What
# listens on the loopback address is open to all who share the network of the pod: its other containers, with
# hostNetwork each process of the machine, and callers of kubectl port-forward.

# The dot keeps it from keep_certificate, which removes the folders of old certificates.
receiver_folder=$keys/.receiver
receiver_socket=$receiver_folder/socket
receiver_note=$receiver_folder/process

# Whether only this user can enter the folder, which is made where there is none. Every user of this container can make
# folders beside it.
holds_receiver_folder() {
  [[ -e $receiver_folder ]] || (umask 077 && mkdir "$receiver_folder")
  [[ -d $receiver_folder && -O $receiver_folder && ! -L $receiver_folder ]] && return
  receiver_problem="$receiver_folder has to be a folder of user $(id -un), and is not: remove it"
  return 1
}
receiver_problem=''

# receive_as NAME: this process will listen at the socket, and its script looks for a process of that name.
receive_as() {
  if ! holds_receiver_folder; then
    printf 'galera-injector: %s\n' "$receiver_problem" >&2
    exit 1
  fi
  # One that was killed has left its socket.
  rm -f "$receiver_socket"
  printf '%s %s\n' "$1" $$ >"$receiver_note"
}

# read_receiver: sets receiver_name and receiver_process where one listens.
read_receiver() {
  [[ -S $receiver_socket ]] && read -r receiver_name receiver_process 2>/dev/null <"$receiver_note" &&
    kill -0 "$receiver_process" 2>/dev/null
}

# asked_port ARGUMENT…: sets port to the one that ss or lsof is asked about.
asked_port() { [[ $* =~ :([0-9]+) ]] && port=${BASH_REMATCH[1]}; }
