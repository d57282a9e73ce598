# A private place for each test: configuration, state, data and socket below $BATS_TEST_TMPDIR, the
# mock API on a free port, and everything that was started stopped at the end. Loaded by every .bats.

top_builddir=$(realpath "${top_builddir:-.}")
top_srcdir=$(realpath "${top_srcdir:-.}")
fetchd=$top_builddir/src/fetchd/fetchd
fetchctl=$top_builddir/src/fetchctl/fetchctl
fetchmock=$top_builddir/src/fetchmock/fetchmock

# The configuration; arguments are further lines of it.
make_place() {
  cd "$BATS_TEST_TMPDIR"
  started=${started-} # a test may make its place anew, what runs is stopped all the same
  mkdir -p jobs.d
  printf '%s\n' 'state_dir: state' 'data_dir: data' 'socket: fetchd.sock' 'shutdown_grace: 5s' \
    "$@" >fetchd.yaml
}

# wait_until COMMAND...: for at most 20 seconds.
wait_until() {
  for _ in $(seq 400); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.05
  done
  echo "still not: $*" >&2
  return 1
}

# start_mock [FILE] [OPTION...]: sets $mock to its address, "127.0.0.1:40123".
start_mock() {
  "$fetchmock" -l 127.0.0.1:0 "$@" >mock.out 2>&1 3>&- &
  started="$started $!"
  wait_until grep -q listening mock.out
  mock=$(sed -n 's|.*http://\([0-9.:]*\).*|\1|p' mock.out)
}

# start_fetchd [OPTION...]: sets $daemon to its PID when it answers.
start_fetchd() {
  "$fetchd" -c fetchd.yaml "$@" >>fetchd.log 2>&1 3>&- &
  daemon=$!
  started="$started $daemon"
  wait_until curl -fsS --unix-socket fetchd.sock http://fetchd/v1/status ||
    { cat fetchd.log; return 1; }
}

# stop_fetchd [SIGNAL]: and its exit status.
stop_fetchd() {
  kill "-${1:-TERM}" "$daemon"
  wait "$daemon"
}

stop_all() {
  for pid in $started; do
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}

# call METHOD PATH [CURL ARGUMENT...]: $status is the HTTP status, $output the body.
call() {
  local method=$1 path=$2
  shift 2
  status=$(curl -sS --max-time 30 --unix-socket fetchd.sock -X "$method" -o reply.json \
    -w '%{http_code}' "$@" "http://fetchd$path")
  output=$(cat reply.json)
}

# has JQ-EXPRESSION: true of the last reply; shows the reply when it is not.
has() {
  jq -e "$1" >/dev/null <<<"$output" || { echo "not: $1"; echo "$output"; return 1; }
}

# inventory_job NAME [LINE...]: the reference job (smaller) against the mock; lines go below the job.
inventory_job() {
  local name=$1
  shift
  cat >"jobs.d/$name.yaml" <<END
jobs:
  $name:
    workers: 3
    request: {url: "http://$mock/inventory/\${category}?id=\${id}"}
    params:
      category: [materials, products]
      id: {range: [0, 9]}
$(for line; do printf '    %s\n' "$line"; done)
END
}

# run_job NAME [BODY]: starts it and waits for its end; $run is its number, $output its document.
run_job() {
  call POST "/v1/jobs/$1/run" -d "${2-}"
  [ "$status" = 201 ] || { echo "$output"; return 1; }
  run=$(jq .id <<<"$output")
  wait_until run_ended
  call GET "/v1/runs/$run"
}

run_ended() {
  call GET "/v1/runs/$run"
  has '.state == "ended"'
}

# ctl WORD...: fetchctl; $status is its exit status, $output its standard output (in the file out),
# $error its standard error (in err).
ctl() {
  status=0
  FETCHD_SOCKET=${FETCHD_SOCKET-fetchd.sock} "$fetchctl" "$@" >out 2>err || status=$?
  output=$(cat out)
  error=$(cat err)
  echo "fetchctl $*: $status: $error"
}

# lacks PATTERN FILE...: bats does not notice a "!" that fails.
lacks() {
  if grep -q "$@"; then
    echo "found: $1"
    return 1
  fi
}
