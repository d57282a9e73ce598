#!/bin/bash
# What the manual pages take from tables of the code is what tools/docgen prints now. After a change
# of a table, `make man-tables` puts it into the pages.
set -u
. "$(dirname "$0")/tap.bash"
docgen=$top_builddir/tools/docgen

up_to_date() {
  "$top_srcdir/tools/fill-man" "$docgen" "$1" | diff -u "$1" - | head -40
  return "${PIPESTATUS[1]}"
}

stands_once() {
  local n
  n=$(cat $pages | grep -cxF ".\\\" docgen $1")
  [ "$n" = 1 ] || { echo "it stands in $n pages"; return 1; }
}

a_change_is_seen() {
  local copy
  copy=$(mktemp)
  sed 's/^Requests in flight at once/Requests at once/' "$top_srcdir/man/fetchd-jobs.5" >"$copy"
  ! up_to_date "$copy"
  local seen=$?
  rm -f "$copy"
  return $seen
}

for page in $pages; do
  ok "tables-of-$(basename "$page")" up_to_date "$page"
done
for part in $("$docgen" --list); do
  ok "$part-stands-in-one-page" stands_once "$part"
done
ok "a-changed-table-is-seen" a_change_is_seen
end_tests
