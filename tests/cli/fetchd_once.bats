# fetchd --once: runs in the foreground.

load place

setup() { make_place; }
teardown() { stop_all; }

@test "a job by its name: rows, summary, workers and files" {
  start_mock --delay 0
  inventory_job inventory
  run "$fetchd" -c fetchd.yaml --once inventory
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"run 1 of inventory: complete, 20 of 20 requests, 20 rows, 0 failed, "* ]]
  [[ "$output" == *PID*TID* ]]
  [[ "$output" == *"$PWD/data/inventory/inventory.csv: 20 rows"* ]]
  [ "$(wc -l <data/inventory/inventory.csv)" -eq 21 ]
  [ ! -e fetchd.sock ]
}

@test "a file: all its enabled jobs, each engine" {
  start_mock --delay 0
  inventory_job a 'engine: threads'
  inventory_job b
  inventory_job c 'enabled: false'
  { cat jobs.d/a.yaml; sed 1d jobs.d/b.yaml; sed 1d jobs.d/c.yaml; } >three.yaml
  rm jobs.d/*
  run "$fetchd" -c fetchd.yaml --once three.yaml
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"of a: complete"* && "$output" == *"of b: complete"* ]]
  [[ "$output" != *"of c: "* ]]
  [ ! -e data/c ]
}

@test "a disabled job runs when it is named, and not when its file is" {
  start_mock --delay 0
  inventory_job inventory 'enabled: false'
  run "$fetchd" -c fetchd.yaml --once jobs.d/inventory.yaml
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"no job there is enabled"* ]]
  run "$fetchd" -c fetchd.yaml --once inventory
  [ "$status" -eq 0 ]
}

@test "max_runs makes runs wait for each other, none is lost" {
  make_place 'max_runs: 1'
  start_mock --delay 0
  inventory_job a
  inventory_job b
  inventory_job c
  run "$fetchd" -c fetchd.yaml --once a b c
  echo "$output"
  [ "$status" -eq 0 ]
  [ "$(grep -c ': complete, 20 of 20' <<<"$output")" -eq 3 ]
}

@test "the exit status is the worst run's" {
  cat >mock.yaml <<'END'
routes:
  - {path: "/half/{id}", when: {id: [1, 2]}, body: {id: "${path.id:int}"}}
  - {path: "/none/{id}", status: 400, text: no}
END
  start_mock mock.yaml
  for name in half none; do
    cat >"jobs.d/$name.yaml" <<END
jobs:
  $name:
    request: {url: "http://$mock/$name/\${id}"}
    params: {id: {range: [1, 4]}}
END
  done
  run "$fetchd" -c fetchd.yaml --once half
  echo "$output"
  [ "$status" -eq 10 ]
  [[ "$output" == *": partial, 2 of 4 requests, 2 rows, 2 failed"* ]]
  run "$fetchd" -c fetchd.yaml --once half none
  echo "$output"
  [ "$status" -eq 11 ]
}

@test "an unknown job is named" {
  run "$fetchd" -c fetchd.yaml --once nothing
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *'no job "nothing"'* ]]
}

@test "an unfinished run goes on and is not repeated" {
  start_mock --delay 100ms
  inventory_job inventory
  "$fetchd" -c fetchd.yaml --once inventory >first.out 2>&1 3>&- &
  daemon=$!
  started="$started $daemon"
  wait_until test -s data/inventory/inventory.csv
  kill -KILL "$daemon"
  wait "$daemon" || true
  run "$fetchd" -c fetchd.yaml --once inventory
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"run 1 of inventory goes on"* ]]
  [[ "$output" == *"run 1 of inventory: complete, 20 of 20 requests, 20 rows"* ]]
  [ "$(sort -u data/inventory/inventory.csv | wc -l)" -eq 21 ]
  [ "$(wc -l <data/inventory/inventory.csv)" -eq 21 ]
}

@test "a signal stops it in good order, and the run goes on the next time" {
  start_mock --delay 100ms
  inventory_job inventory
  "$fetchd" -c fetchd.yaml --once inventory >first.out 2>&1 3>&- &
  daemon=$!
  started="$started $daemon"
  wait_until test -s data/inventory/inventory.csv
  kill -TERM "$daemon"
  code=0
  wait "$daemon" || code=$?
  cat first.out
  [ "$code" -eq 1 ]
  run "$fetchd" -c fetchd.yaml --once inventory
  echo "$output"
  [ "$status" -eq 0 ]
  [ "$(wc -l <data/inventory/inventory.csv)" -eq 21 ]
}

@test "on a terminal the progress is one line that is redrawn" {
  start_mock --delay 100ms
  inventory_job inventory
  script -qec "stty cols 100; '$fetchd' -c fetchd.yaml --once inventory" /dev/null >terminal.out 2>&1
  grep -q '/20  .* req/s  .* rows  0 failed  ETA' terminal.out
  grep -q '20 of 20 requests' terminal.out
}

@test "without configuration and root the data goes to ./data" {
  [ "$(id -u)" -eq 0 ] || skip "needs root to become somebody else"
  start_mock --delay 0
  inventory_job inventory
  elsewhere=$(mktemp -d)
  chmod 0777 "$elsewhere" # the test's own directory lies below one that only root may enter
  cp jobs.d/inventory.yaml "$elsewhere/job.yaml"
  cp "$fetchd" "$elsewhere/fetchd" # so may the tree that was built
  cd "$elsewhere"
  run setpriv --reuid 65534 --regid 65534 --clear-groups env HOME="$PWD/home" XDG_CONFIG_HOME= \
    XDG_STATE_HOME= ./fetchd --once job.yaml
  echo "$output"
  [ "$status" -eq 0 ]
  [ "$(wc -l <data/inventory/inventory.csv)" -eq 21 ]
  [ -e data/.fetchd/fetchd.db ]
  cd "$BATS_TEST_TMPDIR"
  rm -rf "$elsewhere"
}

@test "beside a daemon on the same state it says whom to ask" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  run "$fetchd" -c fetchd.yaml --once inventory
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"fetchctl run"*"$daemon"* ]]
}
