# Starts and stops fetchmock for a bats test: `load mock`, then mock_start [OPTION...] [FILE].

# Sets $url and $mock_pid. Waits for the line that says it listens. $mock_under is a command that
# runs it (strace, prlimit); none by default.
mock_start() {
	mock_out=$BATS_TEST_TMPDIR/fetchmock.out
	${mock_under:-} "$top_builddir/src/fetchmock/fetchmock" -l 127.0.0.1:0 "$@" \
		> "$mock_out" 2> "$BATS_TEST_TMPDIR/fetchmock.err" 3>&- &
	mock_pid=$!
	local deadline=$((SECONDS + 20))
	until grep -q '^fetchmock: listening on ' "$mock_out"; do
		if ! kill -0 "$mock_pid" 2> /dev/null || ((SECONDS > deadline)); then
			cat "$BATS_TEST_TMPDIR/fetchmock.err"
			return 1
		fi
		sleep 0.02
	done
	url=$(sed -n 's/^fetchmock: listening on //p' "$mock_out")
}

# Ends it as an init system does; fails unless it exits with 0.
mock_stop() {
	[ -n "${mock_pid:-}" ] || return 0
	kill -TERM "$mock_pid" 2> /dev/null
	wait "$mock_pid"
	local rc=$?
	mock_pid=
	return $rc
}

# Repeats a command until it succeeds; fails after 20 s.
eventually() {
	local deadline=$((SECONDS + 20))
	until "$@"; do
		((SECONDS <= deadline)) || return 1
		sleep 0.02
	done
}

get() { curl -sS --max-time 60 "$@"; }
status_of() { curl -sS --max-time 60 -o /dev/null -w '%{http_code}' "$@"; }
# The value of a dotted path of the JSON on standard input: `field by_status.200`.
field() { python3 -c 'import json,sys
value = json.load(sys.stdin)
for step in sys.argv[1].split("."):
    value = value[int(step)] if isinstance(value, list) else value[step]
print(json.dumps(value) if not isinstance(value, str) else value)' "$1"; }
