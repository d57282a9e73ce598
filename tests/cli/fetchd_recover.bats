# fetchd --recover: a ledger that is lost is made from what the files prove.

load place

setup() {
  make_place
  start_mock --delay 0
  inventory_job inventory 'output: {rotate: {rows: 8}}'
  "$fetchd" -c fetchd.yaml --once inventory >/dev/null 2>&1
}
teardown() { stop_all; }

# Every row of the run, without the headers.
rows() {
  find data -name '*.csv' -exec tail -qn +2 {} + | LC_ALL=C sort
}

spoil() {
  printf 'this is no database at all, and it is not short either; %.0s' $(seq 100) \
    >state/fetchd.db
}

recover() {
  run "$fetchd" -c fetchd.yaml --recover
  echo "$output"
}

@test "a damaged database is refused by name, and replaced" {
  rows >before
  [ "$(wc -l <before)" -eq 20 ]
  spoil
  run "$fetchd" -c fetchd.yaml --once inventory
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"$PWD/state/fetchd.db"*"fetchd --recover"* ]]
  recover
  [ "$status" -eq 0 ]
  [[ "$output" == *"$PWD/state/fetchd.db: set aside as $PWD/state/fetchd.db.damaged-"* ]]
  [[ "$output" == *"inventory/inventory.csv: truncated: 0 bytes cut off, "* ]]
  [[ "$output" == *"a new database was made"* ]]
  grep -q 'no database' state/fetchd.db.damaged-*Z
  rows | cmp - before
  [ ! -e data/inventory/inventory.csv ]
}

@test "the daemon goes on from there: nothing is overwritten, numbers go on" {
  rows >before
  ls data/inventory >names
  spoil
  recover
  run "$fetchd" -c fetchd.yaml --once inventory
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"of inventory: complete, 20 of 20"* ]]
  [ "$(rows | wc -l)" -eq 40 ]
  rows | uniq -c | awk '$1 != 2 {exit 1}'
  for name in $(grep -e -2.csv -e -1.csv names); do [ -e "data/inventory/$name" ]; done
  [ "$(ls data/inventory/*.csv | sed 's/.*-\([0-9]*\).csv/\1/' | grep -c '^[0-9]*$')" -eq \
    "$(ls data/inventory/*-*.csv | sed 's/.*-\([0-9]*\).csv/\1/' | sort -u | wc -l)" ]
}

@test "a database in order is left as it is" {
  recover
  [ "$status" -eq 0 ]
  [[ "$output" == *"inventory/inventory.csv: kept"* ]]
  [[ "$output" == *"the database is in order and was left as it is"* ]]
  [ "$(ls state | grep -c damaged)" -eq 0 ]
  recover
  [ "$status" -eq 0 ]
}

@test "files that are gone or altered are told of, with the database in order" {
  closed=$(ls data/inventory/*-1.csv)
  rm "$closed"
  echo more >>"$(ls data/inventory/*-2.csv)"
  recover
  [ "$status" -eq 1 ]
  [[ "$output" == *"${closed#data/}: missing"* ]]
  [[ "$output" == *"-2.csv: differs: "* ]]
  [ -e data/inventory/*-2.csv ]
}

@test "a lost database is not begun anew over files that a manifest tells of" {
  rm -f state/fetchd.db*
  closed=$(basename data/inventory/*-1.csv)
  printf '{"file":"%s","rows":8,"bytes":%d,"sha256":"%s","runs":{"1":8},"columns":["id"],%s}\n' \
    "$closed" "$(stat -c %s "data/inventory/$closed")" \
    "$(sha256sum <"data/inventory/$closed" | cut -d' ' -f1)" \
    '"sequence":1,"opened":"2026-11-23T06:00:00Z","closed":"2026-11-23T06:00:07Z","job":"inventory","format":"csv","compress":null,"raw_bytes":9' \
    >data/inventory/inventory.manifest
  run "$fetchd" -c fetchd.yaml --once inventory
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"inventory.manifest"*"fetchd --recover"* ]]
  [ ! -e state/fetchd.db ]
  recover
  [ "$status" -eq 0 ]
  [[ "$output" == *"inventory/$closed: kept"* ]]
  run "$fetchd" -c fetchd.yaml --once inventory
  [ "$status" -eq 0 ]
  [[ "$output" == *"run 2 of inventory: complete"* ]]
}

@test "something lost is exit status 1" {
  spoil
  printf '"torn' >>data/inventory/inventory.csv
  recover
  [ "$status" -eq 1 ]
  [[ "$output" == *"inventory.csv: truncated: 5 bytes cut off"* ]]
  [ "$(rows | wc -l)" -eq 20 ]
}

@test "job files with problems are said, and do not stop it" {
  spoil
  echo 'jobs: {inventory: {requset: x}}' >jobs.d/inventory.yaml
  recover
  [[ "$output" == *"going on without the jobs"* ]]
  [[ "$output" == *"a new database was made"* ]]
}

@test "it waits for nobody: a running fetchd is left alone" {
  start_fetchd
  recover
  [ "$status" -eq 1 ]
  [[ "$output" == *"$daemon"* ]]
}

@test "it goes with nothing else" {
  run "$fetchd" -c fetchd.yaml --recover --once inventory
  [ "$status" -eq 2 ]
  [[ "$output" == *"do not go together"* ]]
}
