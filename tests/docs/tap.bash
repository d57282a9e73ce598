# For the tests of the documentation: where things are, and speaking TAP. Sourced by every one.

top_srcdir=$(realpath "${top_srcdir:-.}")
top_builddir=$(realpath "${top_builddir:-.}")
pages=$(echo "$top_srcdir"/man/*.[1-8])
ntests=0

# ok NAME COMMAND...: a test; what the command prints stands below one that failed.
ok() {
  local name=$1 said
  shift
  ntests=$((ntests + 1))
  if said=$("$@" 2>&1); then
    echo "ok $ntests - $name"
  else
    echo "not ok $ntests - $name"
    sed 's/^/# /' <<<"$said"
  fi
}

skip_all() {
  echo "1..0 # SKIP $*"
  exit 0
}

end_tests() { echo "1..$ntests"; }
