# The cable that leads to the fleet, and another where there is a card for it.
set -e
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
[ ! -e /sys/class/net/eth1 ] || ip link set eth1 up
set +e
