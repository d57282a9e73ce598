#!/bin/bash
# What --help of a program lists and what its manual page lists are the same options.
set -u
. "$(dirname "$0")/tap.bash"

# Long options in a text: "-w, --wait", "[--json]".
of_help() { grep -oE -- '--[a-z][a-z-]*' | sort -u; }

# Lines "Fl c , -config", "Op Fl -json" and "Fl -version | Fl -help": all words "-word".
of_page() {
  sed -n '/^\.\(It \|Op \)\{0,1\}Fl /p' | grep -oE '[ ]-[a-z][a-z-]*' | sed 's/^ /-/' | sort -u
}

# Everything up to the second section.
synopsis() { sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$1"; }

same() {
  diff <(echo "$1") <(echo "$2") | sed -n 's/^</only in the help:/p; s/^>/only in the page:/p'
  [ "$1" = "$2" ]
}

options_agree() { same "$("$1" --help | of_help)" "$(of_page <"$2")"; }

# fetchctl's verbs have options of their own, which `fetchctl help VERB` lists.
fetchctl_options_agree() {
  local verbs
  verbs=$("$1" help | sed -n '/^Verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p')
  same "$({ "$1" --help; for verb in $verbs; do "$1" help "$verb"; done; } | of_help)" \
    "$(of_page <"$2")"
}


# Every option is in the synopsis, with its short name or its long one.
in_synopsis() {
  local option letter missing=0
  while read -r letter option; do
    synopsis "$2" | grep -qE "Fl (-$option|$letter)( |$)" ||
      { echo "--$option is not in the SYNOPSIS"; missing=1; }
  done < <("$1" --help | sed -nE 's/^ +(-([a-z]), )?--([a-z-]+).*/\2 \3/p' | sed 's/^ /- /')
  return $missing
}

fetchd=$top_builddir/src/fetchd/fetchd
fetchctl=$top_builddir/src/fetchctl/fetchctl
fetchmock=$top_builddir/src/fetchmock/fetchmock
ok "fetchd-options" options_agree "$fetchd" "$top_srcdir/man/fetchd.8"
ok "fetchctl-options" fetchctl_options_agree "$fetchctl" "$top_srcdir/man/fetchctl.1"
ok "fetchmock-options" options_agree "$fetchmock" "$top_srcdir/man/fetchmock.1"
ok "fetchd-synopsis" in_synopsis "$fetchd" "$top_srcdir/man/fetchd.8"
ok "fetchctl-synopsis" in_synopsis "$fetchctl" "$top_srcdir/man/fetchctl.1"
ok "fetchmock-synopsis" in_synopsis "$fetchmock" "$top_srcdir/man/fetchmock.1"
end_tests
