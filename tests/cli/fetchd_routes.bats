# Every route of the control socket, by curl.

load place

setup() { make_place; }
teardown() { stop_all; }

@test "status tells about the daemon, its engines and its jobs" {
  start_mock --delay 0
  inventory_job inventory 'enabled: false'
  start_fetchd
  call GET /v1/status
  [ "$status" = 200 ]
  has ".pid == $daemon and .connections >= 1 and .memory_bytes > 100000"
  has '.version and .uptime_ms >= 0 and (.started | endswith("Z"))'
  has ".data_dir == \"$PWD/data\" and .state_dir == \"$PWD/state\""
  has '.in_flight == 0 and .unlanded == 0 and .live_runs == []'
  has '.jobs == [{"name":"inventory","enabled":false,"state":"disabled","last_result":null,"last_ended":null}]'
}

@test "jobs are listed in pages, by name" {
  mock=127.0.0.1:9
  for name in c a b; do inventory_job $name; done
  start_fetchd
  call GET '/v1/jobs?limit=2'
  has '[.items[].name] == ["a", "b"] and .next == "b"'
  call GET '/v1/jobs?limit=2&after=b'
  has '[.items[].name] == ["c"] and .next == null'
  call GET '/v1/jobs?limit=0'
  [ "$status" = 400 ]
}

@test "one job has its definition with defaults filled in" {
  mock=127.0.0.1:9 inventory_job inventory
  start_fetchd
  call GET /v1/jobs/inventory
  [ "$status" = 200 ]
  has '.name == "inventory" and .enabled and .engine == "async" and .workers == 3'
  has '.schedule == null and .next == null and .last == null and .running == null'
  has ".source == \"$PWD/jobs.d/inventory.yaml\""
  has '.definition.request.timeout == "30s"'
  call GET /v1/jobs/nothing
  [ "$status" = 404 ]
  has '.status == 404 and (.detail | contains("nothing"))'
}

@test "a job is put, changed, survives a restart, and is deleted" {
  start_mock --delay 0
  start_fetchd
  printf '{"request":{"url":"http://%s/inventory/products?id=1"}}' "$mock" >job.json
  call PUT /v1/jobs/one --data-binary @job.json
  [ "$status" = 201 ]
  has '.name == "one" and (.source | endswith("state/jobs.d/one.json"))'
  printf 'request: {url: "http://%s/inventory/products?id=2"}\n' "$mock" >job.yaml
  call PUT /v1/jobs/one --data-binary @job.yaml -H 'Content-Type: application/yaml'
  [ "$status" = 200 ]
  stop_fetchd
  start_fetchd
  call GET /v1/jobs/one
  has '.definition.request.url | endswith("id=2")'
  run_job one
  has '.result == "complete"'
  call DELETE /v1/jobs/one
  [ "$status" = 204 ]
  call GET /v1/jobs/one
  [ "$status" = 404 ]
  [ ! -e state/jobs.d/one.json ]
  call DELETE /v1/jobs/one
  [ "$status" = 404 ]
}

@test "a wrong job that is put changes nothing and says every problem with its place" {
  start_fetchd
  printf 'request:\n  url: "http://127.0.0.1/x"\nworkers: many\nengin: async\n' >job.yaml
  call PUT /v1/jobs/one --data-binary @job.yaml -H 'Content-Type: application/yaml'
  [ "$status" = 422 ]
  has '.items | length == 2'
  has '[.items[] | [.line, .column, .pointer]] | contains([[3, 10, "/workers"]])'
  has '[.items[] | [.line, .column]] | contains([[4, 1]])'
  has '.line and .detail'
  call PUT /v1/jobs/one -d '{"request": '
  [ "$status" = 422 ]
  call PUT '/v1/jobs/a%20b' -d '{}'
  [ "$status" = 422 ]
  call GET /v1/jobs
  has '.items == []'
  [ -z "$(ls state/jobs.d 2>/dev/null)" ]
}

@test "a file's job cannot be put or deleted, and the answer names the file" {
  mock=127.0.0.1:9 inventory_job inventory
  start_fetchd
  call PUT /v1/jobs/inventory -d '{"request":{"url":"http://127.0.0.1/"}}'
  [ "$status" = 409 ]
  has '.detail | contains("jobs.d/inventory.yaml")'
  call DELETE /v1/jobs/inventory
  [ "$status" = 409 ]
  has '.detail | contains("jobs.d/inventory.yaml")'
}

@test "secrets of a job that is put are absolute, and below secrets_dir" {
  make_place 'secrets_dir: secrets'
  start_fetchd
  body='{"request":{"url":"http://127.0.0.1/"},"auth":{"bearer":{"file":"%s"}}}'
  for file in token secrets/token /etc/passwd "$PWD/secrets/../token"; do
    call PUT /v1/jobs/one -d "$(printf "$body" "$file")"
    echo "$file: $status $output"
    [ "$status" = 422 ]
  done
  call PUT /v1/jobs/one -d "$(printf "$body" "$PWD/secrets/token")"
  [ "$status" = 201 ]
}

@test "files of parameters of a job that is put are absolute, and below data_dir where secrets are" {
  body='{"request":{"url":"http://127.0.0.1/${id}"},"params":{"id":{"file":"%s"}}}'
  start_fetchd
  call PUT /v1/jobs/free -d "$(printf "$body" ids)"
  [ "$status" = 422 ]
  call PUT /v1/jobs/free -d "$(printf "$body" /srv/ids)"
  [ "$status" = 201 ]
  stop_fetchd
  make_place 'secrets_dir: secrets'
  start_fetchd
  for file in /etc/passwd "$PWD/secrets/token" "$PWD/data/../secrets/token" "$PWD/data"; do
    call PUT /v1/jobs/one -d "$(printf "$body" "$file")"
    echo "$file: $status $output"
    [ "$status" = 422 ]
    has '.detail | contains("takes the values of its parameters from data_dir")' ||
      has '[.. | strings] | any(contains("takes the values of its parameters from data_dir"))'
  done
  call PUT /v1/jobs/one -d "$(printf "$body" "$PWD/data/ids")"
  [ "$status" = 201 ]
}

@test "a job that is put keeps out of the way of the others" {
  cat >jobs.d/a.yaml <<'END'
jobs:
  a: {request: {url: "http://127.0.0.1/"}, output: {mode: snapshot, path: x/a}}
  b: {request: {url: "http://127.0.0.1/"}, output: {path: y/b/c}}
END
  start_fetchd
  body='{"request":{"url":"http://127.0.0.1/"},"output":{"mode":"snapshot","path":"%s"}}'
  for path in x/a x/a/one y/b y; do
    call PUT /v1/jobs/one -d "$(printf "$body" "$path")"
    echo "$path: $status $output"
    [ "$status" = 422 ]
  done
  for path in x/b x y/b/c/d; do
    call PUT /v1/jobs/one -d "$(printf "$body" "$path")"
    echo "$path: $status $output"
    [ "$path" = x ] && [ "$status" = 422 ] || [ "$status" -lt 300 ]
  done
  stop_fetchd
  start_fetchd
}

@test "enable and disable win over the file and survive a restart" {
  mock=127.0.0.1:9 inventory_job inventory
  start_fetchd
  call POST /v1/jobs/inventory/disable
  [ "$status" = 200 ]
  has '.enabled == false'
  stop_fetchd
  start_fetchd
  call GET /v1/jobs/inventory
  has '.enabled == false'
  call POST /v1/jobs/inventory/enable
  has '.enabled'
  call POST /v1/jobs/nothing/enable
  [ "$status" = 404 ]
}

@test "a run is started, counted, listed, and its files are told" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  run_job inventory
  has '.id == 1 and .job == "inventory" and .trigger == "manual" and .state == "ended"'
  has '.result == "complete" and .reason == null and .engine == "async" and .workers == 3'
  has '.requests == {"total":20,"landed":20,"failed":0,"unchanged":0,"empty":0,"retried":0}'
  has '.rows == 20 and .bytes > 0 and .timing_ms.p50 >= 0 and (.slot | test("^[0-9-]+T[0-9:]+Z$"))'
  has '(.crew | length) == 3 and ([.crew[].requests] | add) == 20 and .crew[0].pid > 0'
  has '.files == [{"name":"inventory/inventory.csv","rows":20,"bytes":.files[0].bytes,"live":true}]'
  call GET /v1/jobs/inventory
  has '.last.id == 1 and .last.result == "complete" and .running == null'
  call GET /v1/runs/99
  [ "$status" = 404 ]
  call GET /v1/runs/x
  [ "$status" = 404 ]
}

@test "an order narrows parameters and overrides engine and workers" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  run_job inventory '{"params":{"id":"7"},"engine":"threads","workers":1}'
  has '.requests.total == 2 and .engine == "threads" and .workers == 1'
  has '(.crew | length) == 1'
  for body in '{"params":{"id":"77"}}' '{"params":{"nope":"7"}}' '{"params":{"id":7}}' \
    '{"engine":"rocket"}' '{"workers":0}' '{"workers":"2"}' '{"speed":1}'; do
    call POST /v1/jobs/inventory/run -d "$body"
    echo "$body: $status $output"
    [ "$status" = 422 ]
  done
  call POST /v1/jobs/inventory/run -d '{'
  [ "$status" = 400 ]
  call GET /v1/runs
  has '.items | length == 1'
}

@test "a disabled job runs by hand, a running one not twice" {
  start_mock --delay 60s
  inventory_job inventory 'enabled: false'
  start_fetchd
  call POST /v1/jobs/inventory/run
  [ "$status" = 201 ]
  has '.state == "running"'
  call POST /v1/jobs/inventory/run
  [ "$status" = 409 ]
  call GET /v1/runs/1
  has '.state == "running" and .in_flight >= 0'
  call GET /v1/jobs/inventory
  has '.running == 1'
  call POST /v1/runs/1/retry
  [ "$status" = 409 ]
  call POST /v1/runs/1/cancel
  [ "$status" = 202 ]
  run=1
  wait_until run_ended
  has '.result == "cancelled"'
  call POST /v1/runs/1/cancel
  [ "$status" = 409 ]
}

@test "runs are listed newest first in pages, live ones among them" {
  start_mock --delay 0
  inventory_job a
  inventory_job b
  start_fetchd
  run_job a
  run_job b
  run_job a
  call GET '/v1/runs?limit=2'
  has '[.items[].id] == [3, 2] and .next == 2'
  call GET '/v1/runs?limit=2&before=2'
  has '[.items[].id] == [1] and .next == null'
  call GET '/v1/runs?job=a'
  has '[.items[].id] == [3, 1]'
  call GET '/v1/runs?before=x'
  [ "$status" = 400 ]
}

@test "failed requests are listed, and a retry fetches only them" {
  cat >mock.yaml <<'END'
routes:
  - {path: "/item/{id}", when: {id: [1, 2, 3]}, body: {id: "${path.id:int}"}}
  - {path: "/item/{id}", faults: [{status: 400, every: 2}], body: {id: "${path.id:int}"}}
END
  start_mock mock.yaml
  cat >jobs.d/half.yaml <<END
jobs:
  half:
    workers: 1
    request: {url: "http://$mock/item/\${id}"}
    params: {id: {range: [1, 8]}}
END
  start_fetchd
  run_job half
  has '.result == "partial" and .requests.landed == 6 and .requests.failed == 2'
  call GET '/v1/runs/1/requests?state=failed&limit=1'
  has '(.items | length) == 1 and .next != null'
  has '.items[0] | .params.id == "5" and .page == 0 and .status == 400 and .tries == 1 and .error'
  has ".items[0].url == \"http://$mock/item/5\""
  next=$(jq -r .next <<<"$output")
  call GET "/v1/runs/1/requests?limit=1&after=$next"
  has '[.items[].params.id] == ["7"]'
  call GET '/v1/runs/1/requests?state=landed'
  [ "$status" = 400 ]
  call GET /v1/runs/2/requests
  [ "$status" = 404 ]
  for _ in 1 2 3; do
    call POST /v1/runs/1/retry
    [ "$status" = 200 ] || break
    run=1
    wait_until run_ended
  done
  call GET /v1/runs/1
  has '.result == "complete" and .requests.landed == 8 and .requests.failed == 0 and .rows == 8'
  [ "$(sort -u data/half/half.csv | wc -l)" -eq 9 ]
  call POST /v1/runs/1/retry
  [ "$status" = 409 ]
  call POST /v1/runs/7/retry
  [ "$status" = 404 ]
}

@test "try makes one request and lands nothing" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  call POST /v1/jobs/inventory/try -d '{"params":{"id":"3"}}'
  [ "$status" = 200 ]
  has '.status == 200 and .outcome == "ok" and .request.params.id == "3"'
  has '(.columns | index("price")) and (.rows | contains("3,")) and (.records | length) == 1'
  [ ! -e data/inventory ]
  call GET /v1/runs
  has '.items == []'
}

@test "plan tells first and last request and files without fetching" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  call GET /v1/jobs/inventory/plan
  [ "$status" = 200 ]
  has '.job == "inventory" and .engine == "async" and .workers == 3 and .requests == 20'
  has ".first == {\"url\":\"http://$mock/inventory/materials?id=0\",\"params\":{\"category\":\"materials\",\"id\":\"0\"}}"
  has ".last.url == \"http://$mock/inventory/products?id=9\""
  has '.pages == null and .columns == "auto" and .files == ["inventory/inventory.csv"]'
  has '.format == "csv" and .rotate == {"size":268435456,"rows":null,"every":null}'
  has '.varies == false and .mode == "append" and .compress == "none" and .order == "completed"'
  [ "$(curl -fsS "http://$mock/__admin/stats" | jq .requests)" = 0 ]
}

@test "a plan fills the path for its first request and this moment" {
  cat >jobs.d/hive.yaml <<'END'
jobs:
  hive:
    request: {url: "http://127.0.0.1:9/x?c=${c}&d=${scheduled|%Y}"}
    params: {c: [tea, milk]}
    output:
      path: shop/y=%Y/c=${c}
      format: json
      mode: snapshot
      compress: zstd
      order: requested
      rotate: {rows: 10, size: 0}
  daily:
    request: {url: "http://127.0.0.1:9/x"}
    output: {path: all/%Y/rows, rotate: {every: 1d}}
END
  start_fetchd
  year=$(date -u +%Y)
  call GET /v1/jobs/hive/plan
  [ "$status" = 200 ]
  has ".files == [\"shop/y=$year/c=tea/RUN/part-00001.json.zst\"]"
  has '.varies == true and .format == "json" and .mode == "snapshot"'
  has '.compress == "zstd" and .order == "requested"'
  has ".last.url == \"http://127.0.0.1:9/x?c=milk&d=$year\""
  call GET /v1/jobs/daily/plan
  has ".files == [\"all/$year/rows.csv\"] and .varies == false and .rotate.every == \"1d\""
}

@test "a plan shows no secret, and needs none" {
  cat >jobs.d/keyed.yaml <<'END'
jobs:
  keyed:
    request: {url: "http://127.0.0.1:9/x"}
    auth: {api_key: {query: key, value: {file: /nowhere/key}}}
END
  start_fetchd || skip "the shape of api_key is another"
  call GET /v1/jobs/keyed/plan
  [ "$status" = 200 ]
  has '.first.url == "http://127.0.0.1:9/x?key=***"'
}

@test "head shows the last rows over closed files, and how many there are" {
  start_mock --delay 0
  inventory_job inventory 'columns: [{name: id}, {name: name}]' 'output: {rotate: {rows: 6}}'
  start_fetchd
  call GET /v1/jobs/inventory/head
  [ "$status" = 404 ]
  run_job inventory
  [ "$(ls data/inventory | wc -l)" -ge 3 ]
  call GET '/v1/jobs/inventory/head?n=10'
  [ "$status" = 200 ]
  has '.columns == ["id","name"] and .total_rows == 20 and .total_columns == 2'
  has '(.rows | length) == 10 and (.rows[0] | length) == 2'
  cat $(ls -tr data/inventory/*-*.csv) data/inventory/inventory.csv | grep -v '^id,' | tail -10 |
    cut -d, -f1 >ids
  [ "$(jq -r '.rows[][0]' <<<"$output")" = "$(cat ids)" ]
  call GET '/v1/jobs/inventory/head?n=1000'
  has '.rows | length == 20'
  call GET '/v1/jobs/inventory/head?n=0'
  [ "$status" = 400 ]
}

@test "head does not follow links out of the data directory" {
  start_mock --delay 0
  inventory_job inventory
  start_fetchd
  run_job inventory
  mv data/inventory elsewhere
  ln -s "$PWD/elsewhere" data/inventory
  call GET /v1/jobs/inventory/head
  [ "$status" != 200 ]
}

@test "events tell a run from start to end, and that stream ends with it" {
  start_mock --delay 50ms
  inventory_job inventory
  inventory_job other
  start_fetchd
  curl -sSN --max-time 30 --unix-socket fetchd.sock 'http://fetchd/v1/events?job=inventory' \
    >events.all 2>&1 3>&- &
  started="$started $!"
  wait_until listening
  call POST /v1/jobs/other/run
  call POST /v1/jobs/inventory/run
  run=$(jq .id <<<"$output")
  curl -sSN --max-time 30 --unix-socket fetchd.sock "http://fetchd/v1/events?run=$run" >events.run
  output=$(tail -1 events.run)
  has ".event == \"run.ended\" and .run == $run and .result == \"complete\" and .rows == 20"
  wait_until grep -q run.ended events.all
  output=$(jq -s . events.all)
  has '[.[] | select(.event != "heartbeat") | .job] | unique == ["inventory"]'
  has '.[0] | .event == "run.started" and .total == 20 and .engine == "async" and .trigger == "manual"'
  curl -sSN --max-time 30 --unix-socket fetchd.sock "http://fetchd/v1/events?run=$run" >events.run
  output=$(cat events.run)
  has ".event == \"run.ended\" and .run == $run and .result == \"complete\""
  call GET '/v1/events?run=99'
  [ "$status" = 404 ]
  call GET '/v1/events?job=nothing'
  [ "$status" = 404 ]
}

listening() {
  call GET /v1/status
  has '.connections >= 2'
}

@test "progress is told while a run goes on, failures and changes of jobs too" {
  cat >mock.yaml <<'END'
routes:
  - {path: "/item/{id}", when: {id: 1}, status: 400, text: no}
  - {path: "/item/{id}", delay: 500ms, body: {id: "${path.id:int}"}}
END
  start_mock mock.yaml
  cat >jobs.d/slow.yaml <<END
jobs:
  slow:
    workers: 1
    request: {url: "http://$mock/item/\${id}"}
    params: {id: {range: [1, 5]}}
END
  start_fetchd
  curl -sSN --max-time 60 --unix-socket fetchd.sock http://fetchd/v1/events >events.all 2>&1 3>&- &
  started="$started $!"
  wait_until listening
  call POST /v1/jobs/slow/disable
  run_job slow
  wait_until grep -q run.ended events.all
  output=$(jq -s . events.all)
  has '.[0] | .event == "job.changed" and .change == "disabled"'
  has '[.[] | select(.event == "run.progress")][0] | .requests.total == 5 and has("eta_ms") and has("rate") and has("rows")'
  has '[.[] | select(.event == "request.failed")] | length == 1 and .[0].params.id == "1" and .[0].status == 400'
}

@test "a reload is a diff, and all or nothing" {
  mock=127.0.0.1:9
  for name in stays goes changes; do inventory_job $name; done
  start_fetchd
  rm jobs.d/goes.yaml
  inventory_job changes 'engine: threads'
  inventory_job comes
  call POST /v1/reload
  [ "$status" = 200 ]
  has '. == {"added":["comes"],"changed":["changes"],"removed":["goes"]}'
  inventory_job more
  echo 'jobs: {broken: {workers: none}}' >jobs.d/broken.yaml
  call POST /v1/reload
  [ "$status" = 422 ]
  has '.items[0].file | endswith("jobs.d/broken.yaml")'
  has '.items | length >= 1'
  call GET /v1/jobs
  has '[.items[].name] == ["changes", "comes", "stays"]'
}

@test "a running run goes on with the definition it began with" {
  start_mock --delay 100ms
  inventory_job inventory
  start_fetchd
  call POST /v1/jobs/inventory/run
  inventory_job inventory 'columns: [{name: nothing, from: /none}]'
  call POST /v1/reload
  has '.changed == ["inventory"]'
  run=1
  wait_until run_ended
  has '.result == "complete" and .rows == 20'
  head -1 data/inventory/inventory.csv | grep -q price
}

@test "check gives every problem of a text it is shown, and loads nothing" {
  start_fetchd
  printf 'jobs:\n  a: {workers: none, request: {url: "http://127.0.0.1/"}}\n  b: {engine: rocket, request: {url: "http://127.0.0.1/"}}\n' >x.yaml
  call POST '/v1/check?file=x.yaml' --data-binary @x.yaml
  [ "$status" = 200 ]
  has '.items[0] | (.file | endswith("x.yaml")) and .line == 2 and .column == 16'
  printf 'jobs:\n  b: {engine: rocket, request: {url: "http://127.0.0.1/"}}\n' >x.yaml
  call POST '/v1/check?file=x.yaml' --data-binary @x.yaml
  has '.items | length == 1 and .[0].line == 2 and .[0].column == 15'
  call POST '/v1/check?file=y.json' -d '{"jobs":{"a":{"request":{"url":"http://127.0.0.1/"}}}}'
  has '.items == [] and .jobs == ["a"]'
  call GET /v1/jobs
  has '.items == []'
}

@test "errors are problem documents" {
  start_fetchd
  call GET /v1/nothing
  [ "$status" = 404 ]
  has '.type == "about:blank" and .status == 404 and .title and .detail'
  call PATCH /v1/status
  [ "$status" = 405 ]
  call POST /v1/status
  [ "$status" = 405 ]
}

@test "who is neither root, the daemon's user nor in the group may change nothing" {
  [ "$(id -u)" -eq 0 ] || skip "needs root to become somebody else"
  start_fetchd
  chmod 0755 . ; chmod 0777 fetchd.sock
  code=$(setpriv --reuid 65534 --regid 65534 --clear-groups curl -s -o /dev/null -w '%{http_code}' \
    --unix-socket fetchd.sock -X POST http://fetchd/v1/reload || true)
  [ "$code" = 403 ] || [ "$code" = 000 ]
}
