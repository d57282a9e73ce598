# fetchctl's verbs about runs, against the real daemon and the mock API.

load place

setup() { make_place; }
teardown() { stop_all; }

# A run that takes a while: one worker, the mock's 200 ms a request.
start_slow() {
  start_mock
  inventory_job slow
  sed -i 's/workers: 3/workers: 1/' jobs.d/slow.yaml
  start_fetchd
}

# Starts `fetchctl run JOB OPTION...` aside; $ctl is its PID.
run_aside() {
  "$fetchctl" -s fetchd.sock run "$@" >aside.out 2>aside.err 3>&- &
  ctl=$!
  started="$started $ctl"
  wait_until is_live
}

is_live() {
  "$fetchctl" -s fetchd.sock --json runs -n 1 >live.json &&
    jq -e '.items[0].requests.landed >= 1' live.json
}

@test "run --wait prints the summary, the workers and the files" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  ctl run inventory --wait
  [ "$status" -eq 0 ]
  head -1 out | grep -Eq \
    '^run 1 of inventory: complete, 20 of 20 requests, 20 rows, 0 failed, .* \([0-9.]+ req/s\)$'
  [ "$(grep -Ec "^ +[123]  +$daemon  +[0-9]+ " out)" -eq 3 ]
  grep -Eq '^inventory/inventory.csv +20 ' out
  ctl run inventory -w --json
  [ "$(jq -c '[.id, .result, .rows, (.crew | length), .files[0].name]' out)" = \
    '[2,"complete",20,3,"inventory/inventory.csv"]' ]
}

@test "run without --wait only starts, and runs, info and head tell the rest" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  ctl run inventory id=3 --workers 2 --engine threads
  [ "$status" -eq 0 ]
  [[ "$output" == "run 1 started"* ]]
  wait_until sh -c "'$fetchctl' -s fetchd.sock --json info 1 | jq -e '.state == \"ended\"'"
  ctl info 1
  grep -q '^run 1 of inventory: complete, 2 of 2 requests, 2 rows' out
  grep -Eq '^engine +threads, 2 workers$' out
  ctl runs --no-legend
  [[ "$output" =~ ^\ *1\ +inventory\ +manual\ +complete\ +2/2 ]]
  ctl head inventory -n 1
  [ "$(tail -1 out)" = "[2 rows x 4 columns]" ]
  [ "$(wc -l <out)" -eq 3 ]
  ctl head inventory --json
  [ "$(jq -c '[(.rows | length), .total_rows, .columns]' out)" = \
    '[2,2,["id","name","price","quantity"]]' ]
}

@test "runs are narrowed to a job and limited by -n" {
  start_mock --delay 0
  inventory_job one
  inventory_job two
  start_fetchd
  for job in one two one; do ctl run $job id=1 -w; done
  ctl runs one --json
  [ "$(jq -c '[.items[].id]' out)" = '[3,1]' ]
  ctl runs -n 2 --json
  [ "$(jq -c '[.items[].id]' out)" = '[3,2]' ]
  ctl runs --json
  [ "$(jq -c '[.items[].id]' out)" = '[3,2,1]' ]
}

@test "a run that failed in part is 10, its failures are listed, and retry fetches only them" {
  start_mock --delay 0
  inventory_job inventory
  sed -i 's/\[materials, products\]/[materials, toys]/' jobs.d/inventory.yaml
  start_fetchd
  ctl run inventory id=1 --wait
  [ "$status" -eq 10 ]
  [[ "$output" == "run 1 of inventory: partial, 1 of 2 requests, 1 rows, 1 failed"* ]]
  ctl failed 1
  [ "$status" -eq 0 ]
  grep -q 'category=toys id=1' out
  grep -q ' 404 ' out
  ctl failed 1 --json
  [ "$(jq -c '.items[0].params' out)" = '{"category":"toys","id":1}' ] ||
    [ "$(jq -c '.items[0].params' out)" = '{"category":"toys","id":"1"}' ]
  ctl retry 1 --wait
  [ "$status" -eq 10 ]
  ctl head inventory
  [ "$(tail -1 out)" = "[1 rows x 4 columns]" ]
}

@test "a run of which nothing came is 11" {
  mock=127.0.0.1:9 inventory_job inventory 'retry: {attempts: 1}'
  start_fetchd
  ctl run inventory -w
  [ "$status" -eq 11 ]
  [[ "$output" == "run 1 of inventory: failed, 0 of 20 requests, 0 rows, 20 failed"* ]]
}

@test "a cancelled run is 13, and what it landed stays" {
  start_slow
  run_aside slow --wait
  ctl cancel 1
  [ "$status" -eq 0 ]
  status=0
  wait "$ctl" || status=$?
  [ "$status" -eq 13 ]
  grep -q '^run 1 of slow: cancelled, ' aside.out
  ctl cancel 1
  [ "$status" -eq 1 ]
}

@test "no such job or run is 4, a job that runs already is 1" {
  start_slow
  ctl run nothing
  [ "$status" -eq 4 ]
  ctl info 77
  [ "$status" -eq 4 ]
  ctl failed 77
  [ "$status" -eq 4 ]
  ctl head nothing
  [ "$status" -eq 4 ]
  ctl run slow
  [ "$status" -eq 0 ]
  ctl run slow
  [ "$status" -eq 1 ]
  [[ "$error" == *"run 1"* ]]
}

@test "follow draws one line on a terminal and takes it away" {
  start_slow
  status=0
  script -qec "stty cols 100; '$fetchctl' -s fetchd.sock run slow --follow" /dev/null \
    >typescript </dev/null || status=$?
  [ "$status" -eq 0 ]
  grep -q '\[#*-*\]' typescript
  grep -q '/20  [0-9.]* req/s  [0-9]* rows  0 failed  ETA ' typescript
  grep -q 'run 1 of slow: complete, 20 of 20 requests' typescript
}

@test "follow writes plain lines elsewhere, and events with --json" {
  start_slow
  ctl run slow --follow
  [ "$status" -eq 0 ]
  grep -q '^slow 1  [0-9]*/20 ' err
  lacks "$(printf '\033')" err out
  ctl run slow --follow --json
  [ "$status" -eq 0 ]
  [ "$(tail -1 out | jq -r '[.event, .result] | join(" ")')" = "run.ended complete" ]
  [ "$(jq -r .event out | grep -c run.progress)" -ge 1 ]
}

@test "Ctrl-C ends the waiting and not the run" {
  start_slow
  run_aside slow --wait
  kill -INT "$ctl"
  status=0
  wait "$ctl" || status=$?
  [ "$status" -eq 130 ]
  grep -q "run 1 goes on; 'fetchctl info 1'" aside.err
  ctl info 1 --json
  [ "$(jq -r .state out)" = running ]
}

@test "waiting survives a daemon that is killed and comes back" {
  start_slow
  run_aside slow --wait
  kill -KILL "$daemon"
  wait "$daemon" || true
  start_fetchd
  status=0
  wait "$ctl" || status=$?
  cat aside.out aside.err
  [ "$status" -eq 0 ]
  grep -q '^run 1 of slow: complete, 20 of 20 requests, 20 rows, 0 failed' aside.out
  [ "$(tail -n +2 data/slow/slow.csv | sort -u | wc -l)" -eq 20 ]
  [ "$(tail -n +2 data/slow/slow.csv | wc -l)" -eq 20 ]
}

@test "colours are for terminals, or when asked for, and never with NO_COLOR" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  ctl run inventory id=1 -w
  ctl runs
  lacks "$(printf '\033')" out
  ctl runs --color=always
  grep -q "$(printf '\033')" out
  script -qec "'$fetchctl' -s fetchd.sock runs" /dev/null >typescript </dev/null
  grep -q "$(printf '\033\\[32m')" typescript
  NO_COLOR=1 script -qec "'$fetchctl' -s fetchd.sock runs" /dev/null >typescript </dev/null
  lacks "$(printf '\033')" typescript
}
