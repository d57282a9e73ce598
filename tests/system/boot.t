#!/bin/bash
# fetchd under a real systemd, booted in a container: user and directories made from the shipped files,
# the socket handed over by the manager, readiness and stop told to it, a kill -9 in the middle of a run,
# and the run completed by the daemon that the manager starts again. Needs root and the container tool;
# skipped where they are missing.
set -u
top=${top_builddir:-.}
tool=$(for up in ../shared ../../../../shared; do ls "$top/$up/tools/boot-systemd.sh" 2>/dev/null; done | head -1)
skip() { echo "1..0 # SKIP $1"; exit 0; }
[ -n "${FETCHD_LONG:-}" ] || skip "boots a machine: only with FETCHD_LONG (tools/check --long)"
[ "$(id -u)" = 0 ] || skip "needs root"
[ -n "$tool" ] || skip "no tool to boot a systemd with"
for program in systemd-nspawn mmdebstrap unshare; do
	command -v "$program" >/dev/null || skip "$program is not installed"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The programs and files as `make install` with the prefix /usr puts them.
mkdir "$work/tree"
tar -C "$top" --exclude=./build --exclude='*.o' --exclude=.git -cf - . | tar -C "$work/tree" -xf -
(cd "$work/tree" && { make -s distclean >/dev/null 2>&1; ./configure --prefix=/usr --sysconfdir=/etc \
	--localstatedir=/var --runstatedir=/run && make -j"$(nproc)" && make install DESTDIR="$work/dest"; }) \
	>"$work/build.log" 2>&1 || { tail -20 "$work/build.log"; echo "Bail out! the build failed"; exit 1; }

cat >"$work/inside" <<'END'
#!/bin/bash
# Runs inside, as root, after multi-user.target.
n=0
check() {
	n=$((n + 1))
	if "${@:2}" >/tmp/out 2>&1; then echo "ok $n - $1"; else echo "not ok $n - $1"; sed 's/^/# /' /tmp/out; fi
}
eventually() { for _ in $(seq 200); do "$@" && return 0; sleep 0.1; done; return 1; }
{ cp -a /dest/. / && systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload; } >/dev/null 2>&1
cat >/etc/fetchd/jobs.d/story.yaml <<'JOB'
jobs:
  story:
    workers: 5
    request: {url: "http://127.0.0.1:3000/inventory/materials?id=${id}"}
    params: {id: {range: [0, 149]}}
    columns: [{name: id}, {name: name}]
JOB
fetchmock --delay 40ms -l 127.0.0.1:3000 >/dev/null &
pid() { systemctl show -P MainPID fetchd; }
check the-unit-verifies systemd-analyze verify --man=no /usr/lib/systemd/system/fetchd.service
check the-socket-unit-starts systemctl start fetchd.socket
check a-call-starts-the-daemon-by-its-socket fetchctl status
check it-told-the-manager-that-it-is-ready systemctl is-active fetchd
check it-runs-as-its-own-user test "$(ps -o user= -p "$(pid)")" = fetchd
check the-socket-is-for-the-group test "$(stat -c '%a %G' /run/fetchd/fetchd.sock)" = '660 fetchd'
check others-may-not-connect bash -c '! setpriv --reuid=65534 --regid=65534 --clear-groups fetchctl status'
check a-group-member-may setpriv --reuid=65534 --regid="$(id -g fetchd)" --clear-groups fetchctl reload
check reload-is-waited-for systemctl reload fetchd
fetchctl run story >/tmp/run 2>&1
eventually bash -c '[ "$(fetchctl --json info 1 | grep -m1 -o "\"landed\": [0-9]*" | grep -o "[0-9]*")" -ge 20 ]'
old=$(pid)
check kill-9-in-the-middle kill -9 "$old"
check the-manager-starts-it-again eventually bash -c '[ "$(systemctl show -P MainPID fetchd)" != '"$old"' ] && systemctl -q is-active fetchd'
check the-run-completes-by-itself eventually bash -c 'fetchctl --json info 1 | grep -q "\"result\": \"complete\""'
data=/var/lib/fetchd/data/story
check every-row-is-there-once test "$(cat $data/*.csv | grep -v '^id,' | cut -d, -f1 | sort -n | uniq | wc -l) $(cat $data/*.csv | grep -vc '^id,')" = '150 150'
check files-and-directories-are-the-groups test "$(stat -c '%a %G' $data) $(stat -c '%a %G' $data/story.csv)" = '2750 fetchd 640 fetchd'
check it-stops-when-told systemctl stop fetchd
check and-exits-with-0 test "$(systemctl show -P ExecMainStatus fetchd) $(systemctl show -P Result fetchd)" = '0 success'
check the-journal-has-the-job-as-a-field bash -c 'journalctl -u fetchd -o json --no-pager | grep -q "\"FETCHD_JOB\":\"story\"\|\"JOB\":\"story\""'
check the-next-call-starts-it-again fetchctl status
echo "1..$n"
END
timeout 400 "$tool" -t 180 -b "$work/dest:/dest" -f "$work/inside:/inside" -- /inside
