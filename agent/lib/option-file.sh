# shellcheck shell=bash disable=SC2034,SC2154
# The server is told its options twice: on the command line, which wins, and in an option file. The file reaches a
# server that a shell or a script starts, which may not hand its arguments on, and it keeps a password out of them.
#
# MARIADB_HOME and MYSQL_HOME name the last folder but the home of a user that is looked in for my.cnf, after /etc and
# what that includes: by mariadbd, mysqld, my_print_defaults and mariadb-backup alike, whatever entrypoint runs them. A
# file of that place that the pod has is read first.

option_file=$home/my.cnf

# Whether the arguments keep the server from reading the file.
ignores_option_file() { find_option defaults-file || find_option no-defaults; }

# line_for OPTION: an option of the command line as it stands in the file. There a backslash begins a symbol, and what
# is not quoted ends at a #.
line_for() {
  local name=${1%%=*} value=${1#*=}
  if [[ $1 == *=* ]]; then
    value=${value//\\/\\\\}
    printf '%s="%s"' "${name#--}" "${value//\"/\\\"}"
  else
    printf '%s' "${name#--}"
  fi
}

# write_option_file OPTION…: there may be a password in it, so that the server alone can read it.
write_option_file() {
  local option before=${MARIADB_HOME:-${MYSQL_HOME:-}}
  ignores_option_file && return
  (
    umask 077
    {
      if [[ $before && -r $before/my.cnf ]]; then printf '!include %s/my.cnf\n' "$before"; fi
      printf '[mysqld]\n'
      for option in "$@"; do printf '%s\n' "$(line_for "$option")"; done
      # Packages of MariaDB tell the scripts of state transfers to write to a syslog, which no container has.
      printf '[sst]\nsst-syslog=-1\n'
      # The scripts read the server's TLS options here. They would speak TLS within ours, or where the other pod speaks
      # none yet.
      if understands_tls; then printf 'ssl-mode=DISABLED\n'; fi
    } >"$option_file.$$" && open_to_server "$option_file.$$" && mv -f "$option_file.$$" "$option_file"
  ) || return
  export MARIADB_HOME=$home MYSQL_HOME=$home
}

# Whether what stands behind the arguments may reach the server. Behind the text of a shell it is lost, unless a
# server is named there, which the text then takes from its own arguments.
takes_options() { [[ $names_server == yes ]] || ! runs_text; }

# Whether a shell is given a text to run.
runs_text() {
  local word shell=no
  for word in "${arguments[@]}"; do
    case ${word##*/} in
      sh | bash | dash | ash | zsh | ksh) [[ $shell == yes ]] || shell=yes ;;
      -o | +o | -O | pipefail) ;;
      --*) ;;
      -*c*) [[ $shell == yes ]] && return ;;
      -*) ;;
      *) shell=no ;;
    esac
  done
  return 1
}
