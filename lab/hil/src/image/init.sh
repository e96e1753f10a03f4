#!/bin/sh
# The first program of a guest: mounts what a machine has, loads its modules, and then does what it is told at the
# serial port `hil`. Each line there is a number and a command; the answer ends with that number and the result.
export PATH=/bin:/usr/sbin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t tmpfs run /run
# One word of the kernel's command line says which.
modules=$(sed -n 's/.*hil\.modules=\([a-z]*\).*/\1/p' /proc/cmdline)
while read -r module; do
  insmod $module || echo "hil: $module does not load" >/dev/console
done <"/modules/$modules"
mount -t configfs config /sys/kernel/config
ip link set lo up
port=
until [ -n "$port" ]; do
  for one in /sys/class/virtio-ports/*; do
    [ "$(cat "$one/name" 2>/dev/null)" = hil ] && port=/dev/${one##*/}
  done
done
# What the kernel says of its devices, each event at once.
uevent sh -c 'env | grep -v -e "^PWD=" -e "^SHLVL=" | tr "\n" " " >>/run/uevents; echo >>/run/uevents' &
exec <>"$port" >&0 2>&1
echo "0 hil is ready"
while read -r number command; do
  eval "$command" </dev/null
  echo "@@$number=$?"
done
poweroff -f
