#!/usr/bin/env bash
# The two commands on machines that have nothing: a fresh clone and an empty HOME, as root and as a plain user, with Node
# and npm, with Bun alone, and a second time with the network cut. Needs the network for the first installation.
# What a machine does not allow (no root: no user, no namespace) is named and left out. Ends with "N passed, N failed".
set -uo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d /tmp/sluice-fresh-XXXXXX)
chmod 755 "$work"
passed=0
failed=0
user=sluice-fresh
made_user=
own=()

cleanup() {
  for pid in "${own[@]}"; do kill -KILL -- "-$pid" 2>/dev/null; done
  # The parts run in sessions of their own; the directory in their command line is this run's alone.
  for pid in $(ps -eo pid=,args= | grep -F "$work/" | grep -v grep | awk '{print $1}'); do kill -KILL "$pid" 2>/dev/null; done
  [ -n "$made_user" ] && userdel "$user" 2>/dev/null
  rm -rf "$work"
}
trap cleanup EXIT

ok() { passed=$((passed + 1)); echo "ok    $1"; }
bad() {
  failed=$((failed + 1))
  echo "NOT OK $1"
  [ -n "${2:-}" ] && tail -n 25 "$2" | sed 's/^/    | /'
}
skip() { echo "left out: $1"; }

# clone NAME: a clone with nothing but what is committed.
clone() { git clone -q --no-hardlinks "$project" "$work/$1" && mkdir "$work/$1-home"; }

# tools NAME PROGRAM...: a PATH that holds these and what a shell needs, nothing else.
tools() {
  local directory=$work/$1 tool found
  shift
  mkdir -p "$directory"
  for tool in sh env cat uname apt-get apt-cache apt-config dpkg dpkg-deb tar gzip xz mkdir rm ls id setpriv unshare "$@"; do
    found=$(command -v "$tool") && ln -sf "$found" "$directory/$tool"
  done
}

# Variables about certificates and proxies belong to the machine, not to the user's HOME.
machine=()
while IFS= read -r line; do machine+=("$line"); done < <(env | grep -E '^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|[A-Za-z]*_(proxy|PROXY))=')

# scenario NAME CLONE PATH COMMAND...: starts, makes the printed call, reads its trace, stops, looks for what is left.
scenario() {
  local name=$1 clone=$2 path=$3 pid code waited=0 out="$work/out" line url key supervisor reach
  shift 3
  rm -f "$out"
  (cd "$work/$clone" && exec setsid env -i --default-signal=INT HOME="$work/$clone-home" PATH="$path" PORT=0 "${machine[@]}" "$@" >"$out" 2>&1) &
  pid=$!
  own+=("$pid")
  while ! grep -q '^{"url"' "$out" 2>/dev/null; do
    sleep 0.2
    waited=$((waited + 1))
    if ! kill -0 "$pid" 2>/dev/null || [ $waited -gt 900 ]; then
      bad "$name: it starts" "$out"
      return
    fi
  done
  ok "$name: it starts"
  line=$(grep '^{"url"' "$out")
  url=$(sed 's/.*"url":"\([^"]*\)".*/\1/;q' <<<"$(tr ',' '\n' <<<"$line" | grep '{"url"')")
  key=$(tr ',' '\n' <<<"$line" | sed -n 's/.*"gateway_key":"\([^"]*\)".*/\1/p')
  # Inside the namespace with the network cut, when it is one.
  supervisor=$(sed -n 's/.*"supervisor":\([0-9]*\).*/\1/p' <<<"$line")
  reach=()
  if [ -e /proc/self/ns/net ] && [ "$(readlink "/proc/$supervisor/ns/net")" != "$(readlink /proc/self/ns/net)" ]; then
    reach=(nsenter -t "$supervisor" -n)
  fi
  if "${reach[@]}" curl -sN --max-time 60 "$url/demo/v1/chat/completions" -H "authorization: Bearer $key" \
    -H 'content-type: application/json' \
    -d '{"model":"demo/echo","stream":true,"messages":[{"role":"user","content":"Hello"}]}' | grep -q 'data: \[DONE\]'; then
    ok "$name: the printed call streams"
  else bad "$name: the printed call streams" "$out"; fi
  # To the whole group, as a terminal does.
  kill -INT -- "-$pid"
  waited=0
  while kill -0 "$pid" 2>/dev/null && [ $waited -lt 300 ]; do
    sleep 0.2
    waited=$((waited + 1))
  done
  kill -KILL -- "-$pid" 2>/dev/null
  wait "$pid"
  code=$?
  if [ "$code" -eq 0 ] || [ "$code" -eq 130 ]; then ok "$name: Ctrl-C ends it"; else bad "$name: Ctrl-C ends it ($code)" "$out"; fi
  if ps -eo args= | grep -F "$work/$clone" | grep -vq grep; then
    ps -eo pid=,args= | grep -F "$work/$clone" | grep -v grep >"$work/left"
    bad "$name: no process is left" "$work/left"
  else ok "$name: no process is left"; fi
}

have() { command -v "$1" >/dev/null 2>&1; }
can_cut_network() { unshare -n true 2>/dev/null; }
as_user=(setpriv --reuid "$user" --regid "$user" --clear-groups)

# The loopback device of a new namespace is down; everything of ours listens there.
cut=(unshare -n sh -c '(ip link set lo up || ifconfig lo up) 2>/dev/null; exec "$@"' sh)

if have node && have npm; then
  tools node-path node npm ip
  clone node
  scenario 'npm, empty HOME' node "$work/node-path" npm start -- --json
  if can_cut_network; then
    scenario 'npm, second start without network' node "$work/node-path" "${cut[@]}" npm start -- --json
  else skip 'second start without network: no namespaces here'; fi
else skip 'npm: not here'; fi

bun=$(command -v bun || ls "$work"/node-home/.cache/sluice/bun-*/node_modules/@oven/*/bin/bun 2>/dev/null | head -n 1)
if [ -n "$bun" ]; then
  tools bun-path
  ln -sf "$bun" "$work/bun-path/bun"
  clone bun
  scenario 'Bun alone' bun "$work/bun-path" bun run start -- --json
else skip 'Bun alone: no Bun here'; fi

if [ "$(id -u)" = 0 ] && have useradd && have setpriv && have npm; then
  id "$user" >/dev/null 2>&1 || { useradd --no-create-home "$user" && made_user=1; }
  clone plain
  chown -R "$user" "$work/plain" "$work/plain-home"
  scenario 'a plain user' plain "$work/node-path" "${as_user[@]}" npm start -- --json
  if can_cut_network; then
    scenario 'a plain user, second start without network' plain "$work/node-path" "${cut[@]}" "${as_user[@]}" npm start -- --json
  fi
  clone homeless
  chown -R "$user" "$work/homeless"
  rmdir "$work/homeless-home"
  scenario 'a plain user without a HOME' homeless "$work/node-path" "${as_user[@]}" npm start -- --json
else skip 'a plain user: needs root, useradd and setpriv'; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
