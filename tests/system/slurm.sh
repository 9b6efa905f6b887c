#!/usr/bin/env bash
# A Slurm of one node for the system tests, on a Debian machine where the caller is root and nothing manages services:
# partitions `cpu` and `gpu`, one GPU that is an empty file, no accounting database. `slurm.sh up DIR` installs what is
# missing and starts the daemons with all their files in DIR; `slurm.sh down DIR` stops them.
set -euo pipefail
action=$1 dir=$2
conf=/etc/slurm

if [ "$action" = down ]; then
  scancel --state=RUNNING --state=PENDING --user=root 2>/dev/null || true
  for daemon in slurmd slurmctld munged; do
    if [ -s "$dir/$daemon.pid" ]; then kill "$(cat "$dir/$daemon.pid")" 2>/dev/null || true; fi
  done
  for file in slurm gres; do
    if [ "$(readlink "$conf/$file.conf")" = "$dir/$file.conf" ]; then rm "$conf/$file.conf"; fi
  done
  exit 0
fi

# 77: what is needed cannot be had here. A machine that belongs to a cluster is left alone.
if [ -e $conf/slurm.conf ]; then
  echo "$conf/slurm.conf is there already" >&2
  exit 77
fi
if ! command -v slurmctld >/dev/null || ! command -v munged >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    slurm-wlm munge; } >&2 || exit 77
fi
mkdir -p "$dir/state" "$dir/spool" $conf

# Slurm's commands look for the socket at its usual place.
if ! munge -n 2>/dev/null | unmunge >/dev/null 2>&1; then
  install -d -o munge -g munge -m 755 /run/munge
  [ -s /etc/munge/munge.key ] || su -s /bin/sh munge -c 'mungekey -c'
  su -s /bin/sh munge -c /usr/sbin/munged
  cp /run/munge/munged.pid "$dir/munged.pid"
fi

touch "$dir/gpu0"
host=$(hostname -s)
cat >"$dir/gres.conf" <<CONF
NodeName=$host Name=gpu File=$dir/gpu0
CONF
cat >"$dir/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
# what needs systemd, cgroups or a database is off
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
KillWait=5
ReturnToService=2
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(env -u OMP_NUM_THREADS nproc) RealMemory=$(free -m | awk '/^Mem:/ {print int($2 * 0.9)}') Gres=gpu:1
PartitionName=cpu Nodes=$host Default=YES
PartitionName=gpu Nodes=$host
CONF
# The executor plugin's inner srun sees no SLURM_CONF.
ln -s "$dir/slurm.conf" "$dir/gres.conf" $conf/
slurmctld
slurmd
for _ in $(seq 60); do
  if [ "$(sinfo --noheader --format=%T 2>/dev/null | sort -u)" = idle ]; then exit 0; fi
  sleep 0.5
done
tail "$dir"/*.log >&2
exit 1
