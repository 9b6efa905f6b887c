#!/usr/bin/env bash
# Docker and Podman for the system tests, on a Debian machine where the caller is root and nothing manages services.
# `engines.sh up DIR` installs what is missing, starts a daemon with all its files in DIR, imports a small image that
# holds a shell and the stand-in of FaceLandmarkImg, and prints the environment to use. `engines.sh down DIR` stops it.
set -euo pipefail
action=$1 dir=$2
socket=unix://$dir/docker.sock

if [ "$action" = down ]; then
  if [ -s "$dir/pid" ]; then kill "$(cat "$dir/pid")" 2>/dev/null || true; fi
  exit 0
fi

if ! command -v dockerd >/dev/null || ! command -v podman >/dev/null || ! [ -x /bin/busybox ]; then
  # 77: what is needed cannot be had here
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    docker.io podman runc busybox-static tini catatonit; } >&2 || exit 77
fi
mkdir -p "$dir/root/bin" "$dir/root/tmp"
cp /bin/busybox "$dir/root/bin/"
for name in sh od awk printf sleep kill; do ln -sf busybox "$dir/root/bin/$name"; done
cp "$(dirname "$0")/../action_units/stand_in.sh" "$dir/root/bin/FaceLandmarkImg"
cp "$dir/root/bin/FaceLandmarkImg" "$dir/root/bin/FaceLandmarkImg-old"

# No service manager, no firewall, no bridge: nothing here needs a network.
dockerd --storage-driver=overlay2 --iptables=false --ip6tables=false --bridge=none --data-root="$dir/data" \
  --exec-root="$dir/exec" --pidfile="$dir/pid" -H "$socket" >"$dir/dockerd.log" 2>&1 &
for _ in $(seq 60); do
  if DOCKER_HOST=$socket docker info >/dev/null 2>&1; then break; fi
  sleep 0.5
done
DOCKER_HOST=$socket docker info >/dev/null 2>&1 || { tail -5 "$dir/dockerd.log" >&2; exit 77; }
tar -C "$dir/root" -c . | DOCKER_HOST=$socket docker import - ulcag-stand-in:1 >&2

cat >"$dir/containers.conf" <<CONF
[engine]
runtime = "runc"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=32768:32768"]
CONF
tar -C "$dir/root" -c . | CONTAINERS_CONF=$dir/containers.conf podman import - ulcag-stand-in:1 >&2
echo "DOCKER_HOST=$socket"
echo "CONTAINERS_CONF=$dir/containers.conf"
