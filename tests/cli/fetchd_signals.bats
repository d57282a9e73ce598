# The daemon as a process: start, signals, stop, lock, socket.

load place

setup() { make_place; }
teardown() { stop_all; }

@test "it stops with status 0 at SIGTERM and at SIGINT, and takes its socket away" {
  for signal in TERM INT; do
    start_fetchd
    [ -S fetchd.sock ]
    stop_fetchd "$signal"
    [ ! -e fetchd.sock ]
  done
}

@test "SIGTERM lets what is in flight end and land, the run goes on at the next start" {
  start_mock --delay 200ms
  inventory_job inventory
  start_fetchd
  call POST /v1/jobs/inventory/run
  [ "$status" = 201 ]
  wait_until test -s data/inventory/inventory.csv
  stop_fetchd
  rows=$(($(wc -l <data/inventory/inventory.csv) - 1))
  echo "$rows rows at the stop"
  [ "$rows" -ge 3 ] && [ "$rows" -lt 20 ]
  start_fetchd
  run=1
  wait_until run_ended
  has '.result == "complete" and .requests.landed == 20'
  [ "$(wc -l <data/inventory/inventory.csv)" -eq 21 ]
  [ "$(sort -u data/inventory/inventory.csv | wc -l)" -eq 21 ]
}

@test "a second signal cuts off what is in flight" {
  make_place 'shutdown_grace: 10m'
  sed -i '/shutdown_grace: 5s/d' fetchd.yaml
  start_mock --delay 60s
  inventory_job inventory
  start_fetchd
  call POST /v1/jobs/inventory/run
  wait_until in_flight
  kill -TERM "$daemon"
  wait_until grep -q 'stopping' fetchd.log
  call GET /v1/status
  has '.stopping'
  call POST /v1/jobs/inventory/run
  [ "$status" = 503 ] || [ "$status" = 409 ]
  stop_fetchd
}

in_flight() {
  call GET /v1/status
  has '.in_flight > 0'
}

@test "after kill -9 the rows are there once each" {
  start_mock --delay 50ms
  inventory_job inventory 'engine: threads'
  start_fetchd
  call POST /v1/jobs/inventory/run
  wait_until test -s data/inventory/inventory.csv
  kill -KILL "$daemon"
  wait "$daemon" || true
  start_fetchd
  run=1
  wait_until run_ended
  has '.result == "complete"'
  [ "$(wc -l <data/inventory/inventory.csv)" -eq 21 ]
  [ "$(sort -u data/inventory/inventory.csv | wc -l)" -eq 21 ]
}

@test "SIGHUP reads the jobs again" {
  start_mock
  start_fetchd
  call GET /v1/jobs/inventory
  [ "$status" = 404 ]
  inventory_job inventory
  kill -HUP "$daemon"
  wait_until job_is_there inventory
}

job_is_there() {
  call GET "/v1/jobs/$1"
  [ "$status" = 200 ]
}

@test "a state directory has one process" {
  start_fetchd
  sed 's/fetchd.sock/other.sock/' fetchd.yaml >other.yaml
  run timeout 20 "$fetchd" -c other.yaml
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"$daemon"* ]]
  [ ! -e other.sock ]
}

@test "a stale socket is replaced, a live one is not" {
  start_fetchd
  kill -KILL "$daemon"
  wait "$daemon" || true
  [ -S fetchd.sock ]
  start_fetchd
  sed 's/state_dir: state/state_dir: state2/' fetchd.yaml >other.yaml
  run timeout 20 "$fetchd" -c other.yaml
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *fetchd.sock* ]]
  call GET /v1/status
  [ "$status" = 200 ]
}

@test "the default group may be missing, a configured one not" {
  make_place 'socket_group: no-such-group-here'
  run timeout 20 "$fetchd" -c fetchd.yaml
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *no-such-group-here* ]]
}

@test "a listening socket that is passed in is used and left alone" {
  command -v systemd-socket-activate >/dev/null || skip "systemd-socket-activate is not here"
  systemd-socket-activate -l "$PWD/passed.sock" "$fetchd" -c fetchd.yaml >>fetchd.log 2>&1 3>&- &
  daemon=$!
  started="$started $daemon"
  wait_until test -S passed.sock
  wait_until curl -fsS --unix-socket passed.sock http://fetchd/v1/status
  [ ! -e fetchd.sock ]
  stop_fetchd
  [ -S passed.sock ]
}

@test "readiness, reload and stop are told to the service manager" {
  python3 - "$PWD/notify.sock" >notify.out 3>&- <<'END' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(4096).decode().replace("\n", " "), flush=True)
END
  started="$started $!"
  wait_until test -S notify.sock
  export NOTIFY_SOCKET=$PWD/notify.sock WATCHDOG_USEC=300000
  start_fetchd
  unset NOTIFY_SOCKET WATCHDOG_USEC
  wait_until grep -q '^READY=1' notify.out
  wait_until grep -q '^WATCHDOG=1' notify.out
  call POST /v1/reload
  [ "$status" = 200 ]
  grep -q '^RELOADING=1 MONOTONIC_USEC=[0-9]' notify.out
  wait_until eval '[ "$(grep -c ^READY=1 notify.out)" = 2 ]'
  stop_fetchd
  wait_until grep -q '^STOPPING=1' notify.out
}

@test "a service keeps state and socket where its manager says" {
  echo '# nothing set' >empty.yaml
  mkdir manager-run manager-state
  STATE_DIRECTORY=$PWD/manager-state:/elsewhere RUNTIME_DIRECTORY=$PWD/manager-run \
    "$fetchd" -c empty.yaml >>fetchd.log 2>&1 3>&- &
  daemon=$!
  started="$started $daemon"
  wait_until curl -fsS --unix-socket manager-run/fetchd.sock http://fetchd/v1/status -o status.json
  output=$(cat status.json)
  has ".state_dir == \"$PWD/manager-state\" and .data_dir == \"$PWD/manager-state/data\""
  stop_fetchd
}

@test "a reload names the settings that wait for a start" {
  start_fetchd
  echo 'max_runs: 3' >>fetchd.yaml
  echo 'log_level: debug' >>fetchd.yaml
  call POST /v1/reload
  [ "$status" = 200 ]
  grep -q 'max_runs takes effect when fetchd is started again' fetchd.log
  ! grep -q 'log_level takes effect' fetchd.log
}
