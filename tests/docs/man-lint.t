#!/bin/bash
# Every manual page is free of mandoc's warnings, also those about style, and names no page of ours
# that is not there.
set -u
. "$(dirname "$0")/tap.bash"
command -v mandoc >/dev/null || skip_all "mandoc is not installed"

# What it says about pages of other packages depends on what is installed here.
lint() {
  local said
  said=$(mandoc -T lint -W style "$1" 2>/dev/null | grep -v 'referenced manual not found')
  [ -z "$said" ] || { echo "$said"; return 1; }
}

refers_to_pages() {
  local missing=0 name section
  while read -r name section; do
    [ -e "$top_srcdir/man/$name.$section" ] || { echo "no page $name($section)"; missing=1; }
  done < <(sed -n 's/^\.Xr \(fetch[a-z.-]*\) \([1-8]\).*/\1 \2/p' "$1" | sort -u)
  return $missing
}

has_section() { grep -qx "\.Sh $2" "$1"; }

for page in $pages; do
  ok "lint-$(basename "$page")" lint "$page"
  ok "references-of-$(basename "$page")" refers_to_pages "$page"
  ok "examples-in-$(basename "$page")" has_section "$page" EXAMPLES
done
end_tests
