#!/usr/bin/env bash
# install-llama-server.sh DIR: puts llama.cpp's llama-server and a tiny model into DIR, about 20 MB.
# The server comes from Debian's next release over the mirror that apt already uses here. Nothing is installed on the
# host. Prints, as its last line, the command that starts the server. Needs x86-64 Debian, apt and Node.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
directory=$(realpath -m "$1")

[ "$(uname -m)" = x86_64 ] || { echo 'llama-server is fetched for x86-64 only' >&2; exit 1; }
command -v apt-get >/dev/null || { echo 'llama-server is fetched with apt, which is not here' >&2; exit 1; }
mirror=$(grep -rhoE 'https?://[^ ]*/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -n 1 | tr -d ' ' || true)
[ -n "$mirror" ] || { echo 'No Debian mirror in the apt sources' >&2; exit 1; }

mkdir -p "$directory"/{lists/partial,cache/archives/partial,root}
: >"$directory/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror forky main" >"$directory/sources.list"
apt=(
  apt-get
  -o "Dir::Etc::sourcelist=$directory/sources.list" -o "Dir::Etc::sourceparts=/dev/null"
  -o "Dir::State::lists=$directory/lists" -o "Dir::State::status=$directory/status"
  -o "Dir::Cache=$directory/cache" -o APT::Install-Recommends=0 -o Debug::NoLocking=1 -o APT::Sandbox::User=root
)
"${apt[@]}" -qq update
"${apt[@]}" -y --download-only install llama.cpp-tools libc6 >/dev/null
for package in "$directory"/cache/archives/*.deb; do dpkg-deb -x "$package" "$directory/root"; done

libraries=$directory/root/usr/lib/x86_64-linux-gnu
cat >"$directory/llama-server" <<RUN
#!/bin/sh
export GGML_BACKEND_PATH=$libraries/ggml/backends0/libggml-cpu-x64.so
exec $libraries/ld-linux-x86-64.so.2 --library-path $libraries/llama:$libraries $directory/root/usr/bin/llama-server "\$@"
RUN
chmod +x "$directory/llama-server"

node "$here/make-model.mjs" "${CORPUS:-/usr/share/common-licenses/GPL-3}" "$directory/tiny.gguf"
echo "$directory/llama-server -m $directory/tiny.gguf --alias tiny --host 127.0.0.1 --port 8091 -c 8192 -np 4 --no-webui --metrics --api-key sk-test"
