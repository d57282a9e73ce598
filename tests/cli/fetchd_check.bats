# fetchd's command line and --check.

load place

setup() { make_place; }
teardown() { stop_all; }

@test "version and help go to stdout" {
  run "$fetchd" --version
  [ "$status" -eq 0 ]
  [[ "$output" =~ ^fetchd\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  run "$fetchd" --help
  [ "$status" -eq 0 ]
  [[ "$output" == *"--once"* ]]
}

@test "a wrong command line is status 2 and says why" {
  run "$fetchd" --chek
  [ "$status" -eq 2 ]
  [[ "$output" == *"--chek: no such option"* ]]
  run "$fetchd" inventory
  [ "$status" -eq 2 ]
}

@test "a good configuration is fine, and the jobs are counted" {
  mock=127.0.0.1:9 inventory_job one
  mock=127.0.0.1:9 inventory_job two
  run "$fetchd" -c fetchd.yaml --check
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"2 jobs are fine" ]]
}

@test "the shipped configuration and the shipped job are fine" {
  cp -r "$top_srcdir/etc/." .
  run "$fetchd" -c fetchd.yaml --check
  echo "$output"
  [ "$status" -eq 0 ]
  [[ "$output" == *"1 job is fine" ]]
}

@test "every problem is printed with its file, line and column" {
  cat >jobs.d/bad.yaml <<'END'
jobs:
  one:
    workrs: 3
    request: {url: "http://127.0.0.1/a"}
  two:
    workers: many
    request: {url: "http://127.0.0.1/b"}
END
  run "$fetchd" -c fetchd.yaml --check
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"bad.yaml:3:5: error: "*workers* ]]
  [[ "$output" == *"bad.yaml:6:14: error: "* ]]
}

@test "an engine that does not exist is a problem at its place" {
  mock=127.0.0.1:9 inventory_job one 'engine: rocket'
  run "$fetchd" -c fetchd.yaml --check
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"one.yaml:8:13: error: "*rocket* ]]
}

@test "a name defined twice names both files" {
  mock=127.0.0.1:9 inventory_job one
  sed 's/^/ /; s/^ //' jobs.d/one.yaml >jobs.d/other.yaml
  run "$fetchd" -c fetchd.yaml --check
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *one.yaml* && "$output" == *other.yaml* ]]
}

@test "a configured group that does not exist is a problem" {
  make_place 'socket_group: no-such-group-here'
  run "$fetchd" -c fetchd.yaml --check
  echo "$output"
  [ "$status" -eq 1 ]
  [[ "$output" == *"fetchd.yaml:5:15: error: "*no-such-group-here* ]]
}

@test "a configuration that is asked for must exist" {
  run "$fetchd" -c nowhere.yaml --check
  [ "$status" -eq 1 ]
  [[ "$output" == *nowhere.yaml* ]]
}

@test "with a broken job the daemon does not start and says all of it" {
  printf 'jobs: {a: {workers: 0}, b: {workers: 0}}\n' >jobs.d/bad.yaml
  run timeout 20 "$fetchd" -c fetchd.yaml
  echo "$output"
  [ "$status" -eq 1 ]
  [ "$(grep -c 'bad.yaml:1:' <<<"$output")" -ge 2 ]
  [ ! -e state ]
}

@test "the shipped configuration says the defaults: uncommented it is fine too" {
  sed -n 's/^# *\([a-z_]*:.*\)/\1/p' "$top_srcdir/etc/fetchd.yaml" | grep -v '^\(async\|threads\|request\):' >fetchd.yaml
  cat fetchd.yaml
  run "$fetchd" -c fetchd.yaml --check
  echo "$output"
  [ "$status" -eq 0 ] || [[ "$output" == *'no group "fetchd"'* ]]
}
