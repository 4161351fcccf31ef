#!/usr/bin/env bash
# run-beside-server.sh COMMAND…: runs a command beside a real language model server, which install-llama-server.sh
# brings. COMMAND finds the server in REAL_UPSTREAM_URL, _KEY, _MODEL and _LOG. The exit status is that of COMMAND.
# Where the server cannot be had, the reason is printed, nothing runs and the status is 0.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 COMMAND…" >&2; exit 2; }
install=$(dirname "${BASH_SOURCE[0]}")/install-llama-server.sh

readonly INSTALL_WITHIN_S=120 HEALTHY_WITHIN_S=30
directory=$(mktemp -d)
log=$directory/server.log
server=

clean_up() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    # A server that will not go must not outlive this script.
    for _ in {1..50}; do kill -0 "$server" 2>/dev/null || break; sleep 0.1; done
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  rm -rf "$directory"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

start=$(timeout "$INSTALL_WITHIN_S" "$install" "$directory/server" 2>"$directory/install.log" | tail -n 1) || start=
if [ -z "$start" ]; then
  reason=$(tail -n 1 "$directory/install.log")
  echo "SKIPPED real upstream: ${reason:-$install printed no command}"
  exit 0
fi

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });'
}
healthy() {
  node -e 'fetch(process.argv[1], { signal: AbortSignal.timeout(2000) }).then(({ status }) => process.exit(status === 200 ? 0 : 1), () => process.exit(1));' "$url/health"
}

port=$(free_port)
url=http://127.0.0.1:$port
key=
model=default
read -ra command <<<"$start"
for at in "${!command[@]}"; do
  value=${command[at + 1]-}
  case ${command[at]} in
    --port) command[at + 1]=$port ;;
    --api-key) key=$value ;;
    --alias) model=$value ;;
  esac
done

"${command[@]}" >"$log" 2>&1 </dev/null &
server=$!
deadline=$((SECONDS + HEALTHY_WITHIN_S))
until healthy; do
  if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "$server" 2>/dev/null; then
    echo "The server did not get healthy within $HEALTHY_WITHIN_S s:" >&2
    tail -n 20 "$log" >&2
    exit 1
  fi
  sleep 0.1
done

status=0
REAL_UPSTREAM_URL=$url/v1 REAL_UPSTREAM_KEY=$key REAL_UPSTREAM_MODEL=$model REAL_UPSTREAM_LOG=$log "$@" || status=$?
if [ "$status" != 0 ]; then
  echo "The last lines of the server's log:" >&2
  tail -n 20 "$log" >&2
fi
exit "$status"
