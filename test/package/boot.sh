#!/bin/sh
# boot.sh FOLDER: starts the systemd of the Debian in FOLDER as a machine of its own: processes, network (loopback alone),
# host name and control groups; ends with it. Its group is named on standard output. Needs root and control groups v2.
set -eu

# In the new namespaces: what systemd finds mounted, as few devices as it needs, settings of the kernel to be read only.
enter() {
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --bind "$root/proc/sys" "$root/proc/sys"
  mount -o remount,bind,ro "$root/proc/sys"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mkdir "$root/dev/pts" "$root/dev/shm" "$root/run/before"
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
  mount -t tmpfs tmpfs "$root/dev/shm"
  ip link set lo up
  hostname mx.example.org
  cd "$root"
  pivot_root . run/before
  umount -l /run/before
  mount -t tmpfs -o mode=755 tmpfs /run
  exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=other /lib/systemd/systemd --system --log-target=null </dev/null
}

if [ "$1" = --inside ]; then
  root=$2
  enter
fi
hierarchy=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
group=$hierarchy/ehlock-machine-$$
mkdir "$group"
echo $$ >"$group/cgroup.procs"
echo "$group"
exec unshare --mount --pid --cgroup --uts --ipc --net --fork --kill-child sh "$0" --inside "$1"
