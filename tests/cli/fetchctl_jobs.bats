# fetchctl's verbs about jobs, against the real daemon.

load place

setup() { make_place; }
teardown() { stop_all; }

@test "status shows the daemon and its jobs" {
  mock=127.0.0.1:9 inventory_job inventory 'enabled: false'
  start_fetchd
  ctl status
  [ "$status" -eq 0 ]
  grep -q "PID $daemon," out
  grep -q "$PWD/data" out
  grep -Eq '^inventory +disabled' out
  ctl status --json
  [ "$(jq .pid out)" = "$daemon" ]
}

@test "list follows the list to its end, and -n ends it earlier" {
  start_fetchd
  {
    echo jobs:
    for i in $(seq 1001 2200); do echo "  job$i: {request: {url: 'http://127.0.0.1:9/'}}"; done
  } >jobs.d/many.yaml
  ctl reload
  [ "$status" -eq 0 ]
  ctl list --json
  [ "$(jq '.items | length' out)" -eq 1200 ]
  [ "$(jq '.next' out)" = null ]
  ctl list --no-legend
  [ "$(wc -l <out)" -eq 1200 ]
  ctl list -n 3 --no-legend
  [ "$(wc -l <out)" -eq 3 ]
}

@test "an empty list says how to go on" {
  start_fetchd
  ctl list
  [ "$status" -eq 0 ]
  [[ "$output" == *"fetchctl apply FILE"* ]]
  ctl list --json
  [ "$(jq -c . out)" = '{"items":[],"next":null}' ]
}

@test "what show prints is a job file" {
  mock=127.0.0.1:9 inventory_job inventory 'description: "Products: all \"of\" them"'
  start_fetchd
  ctl show inventory
  [ "$status" -eq 0 ]
  cp out shown.yaml
  ctl check shown.yaml
  [ "$status" -eq 0 ]
  sed -i 's/^  inventory:/  again:/' shown.yaml
  ctl apply shown.yaml
  [ "$output" = "again: added" ]
  "$fetchctl" -s fetchd.sock --json show inventory | jq -S .definition >one.json
  "$fetchctl" -s fetchd.sock --json show again | jq -S .definition >two.json
  diff one.json two.json
  ctl show nothing
  [ "$status" -eq 4 ]
}

@test "apply merges defaults, makes paths absolute, and says what it did" {
  start_fetchd
  mkdir elsewhere
  printf secret >elsewhere/token
  cat >elsewhere/jobs.yaml <<'END'
defaults: {workers: 7}
jobs:
  one: {request: {url: "http://127.0.0.1:9/1"}, auth: {bearer: {file: token}}}
  two: {request: {url: "http://127.0.0.1:9/2"}, workers: 2}
END
  ctl apply elsewhere/jobs.yaml
  [ "$status" -eq 0 ]
  [ "$output" = "$(printf '%s\n' 'one: added' 'two: added')" ]
  ctl apply elsewhere/jobs.yaml
  [ "$output" = "$(printf '%s\n' 'one: replaced' 'two: replaced')" ]
  ctl show one --json
  [ "$(jq .workers out)" = 7 ]
  [ "$(jq -r .definition.auth.bearer.file out)" = "$PWD/elsewhere/token" ]
  ctl show two --json
  [ "$(jq .workers out)" = 2 ]
}

@test "apply of a file with an error changes nothing" {
  start_fetchd
  printf '%s\n' 'jobs:' '  one: {request: {url: "http://127.0.0.1:9/"}}' '  two: {workers: x}' >j.yaml
  ctl apply j.yaml
  [ "$status" -eq 1 ]
  [[ "$error" == *"j.yaml:3:"*": error: "* ]]
  ctl list --json
  [ "$(jq '.items | length' out)" -eq 0 ]
}

@test "a job of a file is not the socket's to change" {
  mock=127.0.0.1:9 inventory_job inventory
  start_fetchd
  ctl delete inventory
  [ "$status" -eq 1 ]
  [[ "$error" == *"$PWD/jobs.d/inventory.yaml"* ]]
  ctl delete nothing
  [ "$status" -eq 4 ]
}

@test "enable and disable win over the file" {
  mock=127.0.0.1:9 inventory_job inventory
  start_fetchd
  ctl disable inventory
  [ "$output" = "inventory is disabled" ]
  ctl list --no-legend
  [[ "$output" =~ ^inventory\ +disabled ]]
  ctl enable inventory --json
  [ "$(jq .enabled out)" = true ]
}

@test "plan tells the requests and files without fetching" {
  mock=127.0.0.1:9 inventory_job inventory
  start_fetchd
  ctl plan inventory
  [ "$status" -eq 0 ]
  grep -Eq '^requests +20$' out
  grep -Eq '^first +http://127.0.0.1:9/inventory/materials\?id=0 ' out
  grep -Eq '^files +inventory/inventory.csv$' out
  grep -Eq '^mode +append$' out
}

@test "plan tells that there are several files, and when new ones begin" {
  mock=127.0.0.1:9 inventory_job inventory \
    'output: {path: "x/${category}", compress: gzip, rotate: {rows: 5, every: 1h}}'
  start_fetchd
  ctl plan inventory
  [ "$status" -eq 0 ]
  grep -Eq '^first file +x/materials.csv$' out
  grep -Eq '^format +csv, gzip$' out
  grep -Eq '^new file +after 256.* or after 5 rows or every 1h$' out
}

@test "try shows the answer and the rows as they would land, and lands nothing" {
  start_mock --delay 0
  inventory_job inventory
  inventory_job lines 'output: {format: jsonl}'
  start_fetchd
  ctl try inventory id=7
  [ "$status" -eq 0 ]
  grep -q "GET http://$mock/inventory/materials?id=7" out
  grep -Eq '^answer +200 ' out
  grep -Eq '^ *7 ' out
  grep -q '^\[1 rows x 4 columns\]$' out
  ctl try lines id=8
  grep -q '^{"id":"8",' out
  ctl try inventory id=1000
  [ "$status" -ne 0 ]
  [ ! -e data/inventory/inventory.csv ]
}

@test "check asks the daemon, and reload names what changed" {
  mock=127.0.0.1:9 inventory_job inventory
  start_fetchd
  ctl check jobs.d/inventory.yaml
  [ "$output" = "jobs.d/inventory.yaml: 1 job, no problems" ]
  ctl reload
  [ "$output" = "reloaded; nothing changed" ]
  sed -i 's/workers: 3/workers: 4/' jobs.d/inventory.yaml
  mock=127.0.0.1:9 inventory_job other
  ctl reload
  [ "$output" = "$(printf '%s\n' 'other: added' 'inventory: changed')" ]
  echo 'jobs: {bad: {workrs: 1}}' >jobs.d/bad.yaml
  ctl reload
  [ "$status" -eq 1 ]
  [[ "$error" == *"$PWD/jobs.d/bad.yaml:1:"*": error: "*"workers"* ]]
}

@test "text from elsewhere cannot steer the terminal" {
  start_fetchd
  printf '{"jobs":{"a":{"description":"\\u001b[2Jx\\u009b","request":{"url":"http://127.0.0.1:9/"}}}}' \
    >evil.json
  ctl apply evil.json
  for verb in list "show a" "list --color=always"; do
    ctl $verb
    [ "$status" -eq 0 ]
    lacks "$(printf '\033\\[2J')" out
    lacks "$(printf '\302\233')" out
  done
}
