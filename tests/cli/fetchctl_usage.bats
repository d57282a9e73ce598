# fetchctl's command line: verbs, options, help, and what it says when no daemon answers.

load place

setup() { make_place; }

@test "version and help go to stdout" {
  ctl --version
  [ "$status" -eq 0 ]
  [[ "$output" =~ ^fetchctl\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
  ctl help
  [ "$status" -eq 0 ]
  for verb in status list show check apply delete enable disable plan try run runs info failed \
    retry cancel head reload import help; do
    grep -q "^  $verb " out
  done
}

@test "help of a verb names its words, its options and its route" {
  ctl help run
  [ "$status" -eq 0 ]
  [[ "$output" == *"Usage: fetchctl run [-w] [-f] [--engine E] [--workers N] JOB [NAME=VALUE...]"* ]]
  [[ "$output" == *"--follow"* ]]
  [[ "$output" == *"POST /v1/jobs/{job}/run"* ]]
  ctl run --help
  [[ "$output" == *"Usage: fetchctl run"* ]]
}

@test "a wrong command line is status 2, one sentence, and nothing on stdout" {
  while read -r line; do
    ctl $line
    echo "$line: $status $error"
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    [ "$(wc -l <err)" -eq 1 ]
    [[ "$error" == "fetchctl: "* ]]
  done <<'END'

nonsense
re
run
show one two
status extra
list --workers 3
--nonsense
list -n
list -n 0
list -n many
info abc
info -1
run a --workers 0
run a --workers x
run a word
run a =value
run a id=1 id=2
status --color=red
help nonsense
import curl
import wget x
import openapi a b c
END
}

@test "a misspelt verb is met with the nearest one" {
  ctl statsu
  [ "$status" -eq 2 ]
  [[ "$error" == *'did you mean "status"?' ]]
}

@test "an ambiguous beginning names what it may be" {
  ctl re
  [[ "$error" == *'"re" may be retry or reload' ]]
}

@test "without a daemon every verb that asks one is status 3 and says what to do" {
  for line in status list "show a" "delete a" "enable a" "plan a" "try a" "run a" runs "info 1" \
    "failed 1" "retry 1" "cancel 1" "head a" reload; do
    ctl $line
    echo "$line: $status $error"
    [ "$status" -eq 3 ]
    [[ "$error" == *"no fetchd answers on fetchd.sock"*"systemctl start fetchd"* ]]
  done
}

@test "the socket is that of -s, else of FETCHD_SOCKET" {
  FETCHD_SOCKET=$PWD/env.sock ctl status
  [[ "$error" == *"$PWD/env.sock"* ]]
  FETCHD_SOCKET=$PWD/env.sock ctl status -s "$PWD/option.sock"
  [[ "$error" == *"$PWD/option.sock"* ]]
}

@test "a beginning of a verb is enough, and options may stand anywhere" {
  ctl statu -s none.sock
  [ "$status" -eq 3 ]
  ctl --json -s none.sock sh a
  [ "$status" -eq 3 ]
}

@test "check works offline and prints every problem with its place" {
  printf '%s\n' 'jobs:' '  a:' '    workrs: 3' '    request: {url: "ftp://x/"}' >bad.yaml
  ctl check bad.yaml
  [ "$status" -eq 1 ]
  [ -z "$output" ]
  [[ "$error" == *'bad.yaml:3:5: error: '*'workers'* ]]
  [[ "$error" == *'bad.yaml:4:'*': error: '* ]]
  printf '%s\n' 'jobs:' '  a:' '    request: {url: "http://x/"}' >good.yaml
  ctl check good.yaml
  [ "$status" -eq 0 ]
  [[ "$output" == "good.yaml: 1 job, no problems" ]]
  ctl --json check bad.yaml
  [ "$status" -eq 1 ]
  [ "$(jq '.items | length' out)" -eq 2 ]
  ctl check missing.yaml
  [ "$status" -eq 1 ]
  [[ "$error" == *"missing.yaml"* ]]
}

@test "what cannot be written was not done" {
  status=0
  "$fetchctl" help >/dev/full 2>err || status=$?
  [ "$status" -eq 1 ]
  grep -q "standard output" err
}
