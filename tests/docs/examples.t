#!/bin/bash
# Every example of the documentation works: YAML in README.md, the manual pages and etc/ is checked by
# the program that would read it, and "The first ten minutes" of the README is done line by line, with
# what it promises.
set -u
. "$(dirname "$0")/tap.bash"

place=$(mktemp -d)
started=
finish() {
  for pid in $started; do
    kill -KILL "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
  done
  rm -rf "$place"
}
trap finish EXIT
cd "$place" || exit 1
mkdir bin blocks config state run

# The programs as a user has them, all paths in here. Root's are fixed when fetchd is built, so for
# root a bare `fetchd` gets a configuration.
for program in fetchctl fetchmock; do
  ln -s "$top_builddir/src/$program/$program" bin/$program
done
cat >bin/fetchd <<END
#!/bin/sh
[ \$# != 0 ] || [ "\$(id -u)" != 0 ] || set -- -c "$place/root.yaml"
exec "$top_builddir/src/fetchd/fetchd" "\$@"
END
chmod +x bin/fetchd
printf '%s\n' "state_dir: $place/state/fetchd" "socket: $place/run/fetchd/fetchd.sock" >root.yaml
export PATH=$place/bin:$PATH
export XDG_CONFIG_HOME=$place/config XDG_STATE_HOME=$place/state XDG_RUNTIME_DIR=$place/run
unset FETCHD_SOCKET
[ "$(id -u)" != 0 ] || export FETCHD_SOCKET=$place/run/fetchd/fetchd.sock

# fences LANGUAGE [SECTION] <MARKDOWN: each block into a file blocks/LANGUAGE-N.
fences() {
  awk -v language="$1" -v section="${2:-}" '
    BEGIN { here = section == "" }
    /^## / { here = section == "" || $0 == "## " section }
    /^```$/ { inside = 0 }
    inside { print > file }
    here && $0 == "```" language { inside = 1; file = "blocks/" language "-" ++n }'
}

# literals PAGE: the blocks of a manual page that are files, into blocks/PAGE-N.yaml.
literals() {
  awk -v name="$(basename "$1")" '
    /^\.Ed/ { inside = 0 }
    inside && fresh {
      fresh = 0
      wanted = /^(jobs|defaults|listen|routes):|^# [a-z.]*\.yaml$/
      if (wanted) file = "blocks/" name "-" ++n ".yaml"
    }
    inside && wanted { gsub(/\\&/, ""); gsub(/\\e/, "\\"); print > file }
    /^\.Bd -literal/ { inside = fresh = 1; wanted = 0 }' "$1"
}

# wait_for FILE TEXT: until it stands there, for at most 20 seconds.
wait_for() {
  for _ in $(seq 400); do
    grep -q "$2" "$1" 2>/dev/null && return 0
    sleep 0.05
  done
  echo "\"$2\" does not come:"
  cat "$1"
  return 1
}

serves() {
  fetchmock -l 127.0.0.1:0 "$1" >served 2>&1 &
  local pid=$! result
  wait_for served listening
  result=$?
  kill "$pid" 2>/dev/null
  wait "$pid"
  return $result
}

checked() {
  case $(sed -n '/^[a-z]/{p;q;}' "$1") in
    listen:* | routes:* | seed:* | delay:*) serves "$1" ;;
    *) fetchd --check -c "$1" ;;
  esac
}

refused() { ! checked "$1"; }

# ---- YAML ----

fences yaml <"$top_srcdir/README.md"
for page in $pages; do
  literals "$page"
done
for file in blocks/yaml-* blocks/*.yaml; do
  ok "$(basename "$file" .yaml)-is-right" checked "$place/$file"
done
ok "all-examples-were-found" test "$(ls blocks | wc -l)" -ge 9
for file in fetchd.yaml jobs.d/inventory.yaml fetchmock/{inventory,pages,faults}.yaml; do
  ok "etc/$file-is-right" checked "$top_srcdir/etc/$file"
done
mkdir jobs.d
sed "1,/^\$/d; s/^# //; s/^socket_group: fetchd/socket_group: $(id -gn)/" \
  "$top_srcdir/etc/fetchd.yaml" >all.yaml
ok "etc/fetchd.yaml-is-right-without-its-comment-signs" checked "$place/all.yaml"
sed 's/workers:/worker:/' blocks/yaml-1 >broken.yaml
ok "a-wrong-example-is-seen" refused "$place/broken.yaml"

# ---- The first ten minutes ----

# do_block N: in this shell, as typed; what it prints goes to said-N. Port 3000 may be taken here.
do_block() {
  result=1
  sed "s|127\.0\.0\.1:3000|$address|" "blocks/sh-$1" >"typed-$1" || return
  . "./typed-$1" >"said-$1" 2>&1
  result=$?
  started="$started $(jobs -p | tr '\n' ' ')"
}

# said N TEXT...: the block ended well and printed each of the texts.
said() {
  local n=$1 text missing=$result
  shift
  for text; do
    grep -qF -- "$text" "said-$n" || { echo "not said: $text"; missing=1; }
  done
  [ "$missing" = 0 ] || { echo "exit status $result"; cat "said-$n"; return 1; }
}

landed() {
  [ "$(head -1 data/orders/orders.csv)" = number,customer,total,fetched_at ] &&
    [ "$(sed 1d data/orders/orders.csv | cut -d, -f1 | sort -n)" = "$(seq 0 94)" ]
}

ended_well() {
  local pid bad=0
  for pid; do
    wait "$pid" || { echo "a program ended with $?"; bad=1; }
  done
  return $bad
}

# Not `ok`, which runs its command in a subshell, that cannot wait for this shell's programs.
tell() {
  ntests=$((ntests + 1))
  if "${@:2}" >told 2>&1; then
    echo "ok $ntests - $1"
  else
    echo "not ok $ntests - $1"
    sed 's/^/# /' told
  fi
}

fences sh "The first ten minutes" <"$top_srcdir/README.md"
address=127.0.0.1:0
do_block 1
mock=$!
ok "the-mock-api-serves" wait_for said-1 listening
address=$(sed -n 's|.*http://\([0-9.:]*\).*|\1|p' said-1)
do_block 2
ok "the-job-is-checked" said 2 "1 job is fine"
do_block 3
ok "the-job-runs-once" said 3 "run 1 of orders: complete, 1 of 1 requests, 95 rows, 0 failed"
ok "every-order-landed" landed
do_block 4
daemon=$!
ok "the-daemon-says-that-it-is-ready" wait_for said-4 "is ready"
do_block 5
ok "the-daemon-does-it-too" said 5 "orders: added" "200 (ok)" "[10 rows x 4 columns]" \
  "http://$address/orders" "orders/orders.csv" "[95 rows x 4 columns]" manual \
  "run 1 of orders: complete, 1 of 1 requests, 95 rows, 0 failed"
ok "a-job-that-was-applied-can-be-deleted" fetchctl delete orders
do_block 6
tell "both-are-stopped" ended_well "$daemon" "$mock"
ok "there-are-no-more-steps" test ! -e blocks/sh-7

# ---- The rest of the README ----

packages() { tr -s ' \\\n' '\n' | grep -E '^[a-z0-9.+-]+$' | grep -v libc6-dev | sort; }

# The list to install by hand is the one tools/demo installs.
same_packages() {
  diff <(sed -n '/^apt-get install/,/[^\\]$/p' "$top_srcdir/README.md" |
    sed 's/apt-get install//' | packages) \
    <(. "$top_srcdir/tools/packages" && packages <<<"$BUILD_PACKAGES")
}

ok "the-packages-to-install-are-those-the-build-needs" same_packages
for tool in demo check; do
  ok "tools/$tool-is-there" test -x "$top_srcdir/tools/$tool"
done
end_tests
