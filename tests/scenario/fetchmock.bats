#!/usr/bin/env bats
# fetchmock as its users meet it: over real sockets, with the example files it ships.

load mock

setup() {
	: "${top_srcdir:=$BATS_TEST_DIRNAME/../..}" "${top_builddir:=$top_srcdir}"
	examples=$top_srcdir/etc/fetchmock
	token='Authorization: Bearer demo-token'
}

teardown() { mock_stop; }

@test "without a file it serves the inventory, 200 ms a reply" {
	mock_start
	run get -w ' %{http_code} %{content_type} %{time_starttransfer}' "$url/inventory/materials?id=7"
	[[ $output == '{"id":"7","name":"'*'","price":"'*' EUR","quantity":'*'} 200 application/json '* ]]
	seconds=${output##* }
	[[ $(awk -v s="$seconds" 'BEGIN { print (s >= 0.19) }') == 1 ]]
}

@test "the built-in inventory is the shipped example" {
	mock_start --delay 0
	get "$url/inventory/{materials,products}?id=[0-20]" > "$BATS_TEST_TMPDIR/built-in"
	mock_stop
	mock_start --delay 0 "$examples/inventory.yaml"
	get "$url/inventory/{materials,products}?id=[0-20]" > "$BATS_TEST_TMPDIR/shipped"
	[ "$(grep -o '"id"' "$BATS_TEST_TMPDIR/shipped" | wc -l)" = 42 ]
	cmp "$BATS_TEST_TMPDIR/built-in" "$BATS_TEST_TMPDIR/shipped"
}

@test "the same seed gives the same data, another seed other data" {
	for seed in 7 7 8; do
		mock_start --delay 0 --seed $seed
		data+=("$(get "$url/inventory/{materials,products}?id=[0-20]")")
		mock_stop
	done
	[ "${data[0]}" = "${data[1]}" ]
	[ "${data[0]}" != "${data[2]}" ]
}

@test "wrong requests get problem documents with the right status" {
	mock_start --delay 0
	[ "$(status_of "$url/inventory/others?id=1")" = 404 ]
	[ "$(status_of "$url/inventory")" = 404 ]
	[ "$(status_of "$url/inventory/materials?id=-1")" = 400 ]
	[ "$(status_of "$url/inventory/materials?id=x")" = 400 ]
	[ "$(status_of "$url/inventory/materials")" = 400 ]
	[ "$(status_of -X POST "$url/inventory/materials?id=1")" = 405 ]
	run get -i "$url/inventory/others?id=1"
	[[ $output == *'application/problem+json'*'"status":404'*'/inventory/{category}'* ]]
}

@test "HEAD answers the length and no body, and the connection lives on" {
	mock_start --delay 0
	length=$(get "$url/inventory/products?id=3" | wc -c)
	run get -I "$url/inventory/products?id=3" -w 'connects=%{num_connects} ' \
		"$url/inventory/products?id=3"
	[[ $output == *"Content-Length: $length"*"Content-Length: $length"* ]]
	[[ $output == *'connects=1 '*'connects=0 '* ]]
}

@test "a route behind a bearer token says 401 and how to authenticate" {
	mock_start "$examples/pages.yaml"
	run get -i "$url/orders"
	[[ $output == *' 401 '*'WWW-Authenticate: Bearer realm='* ]]
	[ "$(status_of -H 'Authorization: Bearer wrong' "$url/orders")" = 401 ]
	[ "$(status_of -H "$token" "$url/orders")" = 200 ]
}

@test "following Link gives every record of a dataset once" {
	mock_start "$examples/pages.yaml"
	next="$url/orders?page=1"
	: > "$BATS_TEST_TMPDIR/numbers"
	while [ -n "$next" ]; do
		get -D "$BATS_TEST_TMPDIR/head" -H "$token" "$next" |
			grep -o '"number":[0-9]*' >> "$BATS_TEST_TMPDIR/numbers"
		next=$(tr -d '\r' < "$BATS_TEST_TMPDIR/head" |
			sed -n 's/^Link:.*<\([^>]*\)>; rel="next".*/\1/p')
		pages=$((${pages:-0} + 1))
	done
	[ "$pages" = 10 ]
	[ "$(cut -d: -f2 "$BATS_TEST_TMPDIR/numbers" | tr '\n' ' ')" = "$(seq 0 94 | tr '\n' ' ')" ]
}

@test "following cursors gives every record of a dataset once, for any page size" {
	mock_start "$examples/pages.yaml"
	for limit in 1000 137; do
		cursor= pages=0
		: > "$BATS_TEST_TMPDIR/ids.$limit"
		while :; do
			get -H "$token" "$url/events?limit=$limit${cursor:+&cursor=$cursor}" > "$BATS_TEST_TMPDIR/page"
			grep -o '"id":"[^"]*"' "$BATS_TEST_TMPDIR/page" >> "$BATS_TEST_TMPDIR/ids.$limit"
			cursor=$(field next_cursor < "$BATS_TEST_TMPDIR/page")
			pages=$((pages + 1))
			[ "$cursor" != null ] || break
		done
		sizes+="$pages "
	done
	[ "$sizes" = "2 8 " ]
	[ "$(sort -u "$BATS_TEST_TMPDIR/ids.137" | wc -l)" = 1000 ]
	cmp "$BATS_TEST_TMPDIR/ids.137" "$BATS_TEST_TMPDIR/ids.1000"
	[ "$(status_of -H "$token" "$url/events?cursor=5-123456")" = 400 ]
}

@test "gzip only for clients that accept it" {
	mock_start "$examples/pages.yaml"
	run get -i -H "$token" "$url/events"
	[[ $output != *'Content-Encoding'* ]]
	[[ $output == *'Vary: Accept-Encoding'* ]]
	get -H "$token" "$url/events" > "$BATS_TEST_TMPDIR/plain"
	get -H "$token" -H 'Accept-Encoding: gzip' "$url/events" | gzip -d |
		cmp - "$BATS_TEST_TMPDIR/plain"
}

@test "an envelope of one's own, and rows written out" {
	mock_start "$examples/pages.yaml"
	run get "$url/warehouses"
	[ "$(field data.1.city <<< "$output")" = Ghent ]
	[ "$(field meta.count <<< "$output")" = 3 ]
	run get "$url/warehouses?cursor=$(field meta.next <<< "$output")"
	[ "$(field data.0.city <<< "$output")" = "Liège" ]
	[ "$(field meta.next <<< "$output")" = null ]
}

@test "faults strike every Nth request, with Retry-After, and start over at a reset" {
	mock_start "$examples/faults.yaml"
	for round in 1 2; do
		[ "$(get -o /dev/null -w '%{http_code} ' "$url/busy/[1-14]" 2>&1)" = \
			"200 200 200 200 200 200 429 200 200 200 200 200 200 429 " ]
		get -X DELETE "$url/__admin/stats"
	done
	run get -i "$url/busy/[1-7]"
	[[ $output == *' 429 '*'Retry-After: 1'* ]]
	[ "$(status_of "$url/down")" = 503 ]
}

@test "a reset breaks the connection with RST" {
	mock_start "$examples/faults.yaml"
	for i in 1 2 3 4; do [ "$(status_of "$url/broken/$i")" = 200 ]; done
	run get "$url/broken/5"
	[ "$status" = 56 ]
	[[ $output == *'reset by peer'* ]]
	[ "$(get "$url/__admin/stats" | field by_status.reset)" = 1 ]
}

@test "faults by rate are the same for the same seed" {
	for seed in 3 3 4; do
		mock_start --delay 0 --seed $seed "$examples/faults.yaml"
		line=
		for i in $(seq 100); do
			line+="$(status_of "$url/flaky/$i" 2> /dev/null || true) "
		done
		mock_stop
		faults+=("$line")
	done
	[ "${faults[0]}" = "${faults[1]}" ]
	[ "${faults[0]}" != "${faults[2]}" ]
	[[ ${faults[0]} == *500* && ${faults[0]} == *000* ]]
}

@test "stats count requests, connections, statuses and routes, but not themselves" {
	mock_start --delay 0
	get "$url/inventory/{materials,products}?id=[1-5]" > /dev/null
	get "$url/inventory/materials?id=x" > /dev/null
	get "$url/nothing" > /dev/null
	stats=$(get "$url/__admin/stats")
	[ "$(field requests <<< "$stats")" = 12 ]
	[ "$(field connections <<< "$stats")" = 3 ]
	[ "$(field in_flight <<< "$stats")" = 0 ]
	[ "$(field by_status <<< "$stats")" = '{"200": 10, "400": 1, "404": 1}' ]
	[ "$(field by_route <<< "$stats")" = \
		'{"/inventory/{category}": {"requests": 11, "statuses": {"200": 10, "400": 1}}}' ]
	get -X DELETE "$url/__admin/stats"
	[ "$(get "$url/__admin/stats" | field requests)" = 0 ]
}

@test "1,000 requests wait at once" {
	mock_start --delay 5s
	run python3 "$top_srcdir/tests/scenario/crowd.py" "$url/inventory/materials?id=1" 1000
	[ "$output" = 1000 ]
	stats=$(get "$url/__admin/stats")
	[ "$(field max_in_flight <<< "$stats")" = 1000 ]
	[ "$(field connections <<< "$stats")" = 1000 ]
	[ "$(field by_status.200 <<< "$stats")" = 1000 ]
}

@test "out of descriptors, connections wait and are all served" {
	mock_under='prlimit --nofile=40:40' mock_start --delay 10ms
	run python3 "$top_srcdir/tests/scenario/crowd.py" "$url/inventory/materials?id=1" 200
	[ "$output" = 200 ]
}

@test "requests on one connection are answered in order, bodies and all" {
	mock_start --delay 20ms
	run python3 - "$url" <<-'END'
		import re, socket, sys
		host, port = sys.argv[1].removeprefix("http://").split(":")
		peer = socket.create_connection((host, int(port)), 30)
		get = "GET /inventory/materials?id=%d HTTP/1.1\r\nHost: x\r\n\r\n"
		post = "POST /inventory/materials HTTP/1.1\r\nHost: x\r\n" \
		       "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
		last = "GET /inventory/materials?id=3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
		peer.sendall((get % 1 + post + get % 2 + last).encode())
		answer = b"".join(iter(lambda: peer.recv(65536), b"")).decode()
		print(*re.findall(r'HTTP/1.1 \d+|"id":"\d"', answer))
	END
	[ "$output" = 'HTTP/1.1 200 "id":"1" HTTP/1.1 405 HTTP/1.1 200 "id":"2" HTTP/1.1 200 "id":"3"' ]
}

@test "a stop breaks off what is waiting" {
	mock_start --delay 1h --log "$BATS_TEST_TMPDIR/log"
	curl -s "$url/inventory/products?id=1" 3>&- &
	client=$!
	waiting() { [ "$(get "$url/__admin/stats" | field in_flight)" = 1 ]; }
	eventually waiting
	mock_stop
	wait "$client" || client_status=$?
	[ "$client_status" = 52 ]
	[ "$(cut -d' ' -f2- "$BATS_TEST_TMPDIR/log")" = "1 GET /inventory/products?id=1 gone" ]
}

@test "the request log has a line for each request, and survives a kill" {
	mock_start --delay 0 --log "$BATS_TEST_TMPDIR/log"
	get "$url/inventory/materials?id=[1-3]" > /dev/null
	status_of "$url/nothing" > /dev/null
	eventually grep -q ' /nothing ' "$BATS_TEST_TMPDIR/log"
	kill -KILL "$mock_pid"
	wait "$mock_pid" || true
	mock_pid=
	[ "$(cut -d' ' -f2- "$BATS_TEST_TMPDIR/log")" = "1 GET /inventory/materials?id=1 200
1 GET /inventory/materials?id=2 200
1 GET /inventory/materials?id=3 200
2 GET /nothing 404" ]
}

@test "served targets are counted when asked for" {
	mock_start --delay 0
	[ "$(status_of "$url/__admin/served")" = 404 ]
	mock_stop
	mock_start --delay 0 --served
	get "$url/inventory/materials?id=[1-2]" "$url/inventory/materials?id=1" > /dev/null
	status_of "$url/inventory/materials?id=x" > /dev/null
	[ "$(get "$url/__admin/served")" = '{"target":"/inventory/materials?id=1","times":2}
{"target":"/inventory/materials?id=2","times":1}' ]
}

@test "a UNIX socket, removed at the end and replaced after a kill" {
	mock_start -l "unix:$BATS_TEST_TMPDIR/s" --delay 0
	[ "$url" = "unix:$BATS_TEST_TMPDIR/s" ]
	kill -KILL "$mock_pid"
	wait "$mock_pid" || true
	mock_start -l "unix:$BATS_TEST_TMPDIR/s" --delay 0
	[ "$(status_of --unix-socket "$BATS_TEST_TMPDIR/s" 'http://x/inventory/products?id=1')" = 200 ]
	mock_stop
	[ ! -e "$BATS_TEST_TMPDIR/s" ]
}

@test "a wrong file is refused with every place and the nearest key" {
	printf '%s\n' 'seed: 1' 'routs: []' 'routes:' '  - {path: x, boddy: 1}' \
		'  - {path: "/x", body: "${fake.nam}", delay: 5}' > "$BATS_TEST_TMPDIR/api.yaml"
	run "$top_builddir/src/fetchmock/fetchmock" -l 127.0.0.1:0 "$BATS_TEST_TMPDIR/api.yaml"
	[ "$status" = 1 ]
	[[ $output == *"api.yaml:2:1: error: unknown key \"routs\"; did you mean \"routes\"?"* ]]
	[[ $output == *"api.yaml:4:12: error: path: expected a path from "* ]]
	[[ $output == *"api.yaml:4:15: error: unknown key \"boddy\"; did you mean \"body\"?"* ]]
	[[ $output == *"api.yaml:5:24: error: there is no fake.nam;"* ]]
	[[ $output == *"api.yaml:5:46: error: "* ]]
}

@test "the command line explains itself" {
	fetchmock=$top_builddir/src/fetchmock/fetchmock
	run "$fetchmock" --help
	[[ $status == 0 && $output == usage:* ]]
	run "$fetchmock" --version
	[[ $status == 0 && $output == 'fetchmock '[0-9]* ]]
	run "$fetchmock" --nothing
	[[ $status == 2 && $output == 'fetchmock: --nothing: '* ]]
	run "$fetchmock" -l 127.0.0.1
	[[ $status == 1 && $output == *'expected HOST:PORT'* ]]
	run timeout 5 "$fetchmock" -l 127.0.0.1:65536
	[[ $status == 1 && $output == *'expected HOST:PORT'* ]]
	run "$fetchmock" /nowhere/api.yaml
	[[ $status == 1 && $output == *'/nowhere/api.yaml'* ]]
}
