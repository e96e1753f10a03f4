# Chips on a bus without hardware: registers that the kernel's own drivers read.
set -e
bus=/sys/bus/i2c/devices/i2c-0
poke() { i2cset -f -y 0 "$@"; }
poke 0x0f 0x0f 0x08
echo kxcj91008 0x0f >$bus/new_device
poke 0x0f 0x06 0x0000 w
poke 0x0f 0x08 0x0000 w
poke 0x0f 0x0a 0x2000 w
echo lm75 0x48 >$bus/new_device
poke 0x48 0x00 0x0019 w
echo ina219 0x40 >$bus/new_device
poke 0x40 0x02 0x9025 w
poke 0x40 0x04 0xe803 w
echo adm9240 0x2c >$bus/new_device
poke 0x2c 0x23 0xc0
# The light meter counts what it sees in words; one of its counters sees heat alone.
poke 0x29 0x8a 0x30
echo tsl2563 0x29 >$bus/new_device
poke 0x29 0x8c 0x0000 w
poke 0x29 0x8e 0x0000 w
# A table that is never quite still: a sensor that says the same for ever is stuck.
table() {
  while :; do
    for value in 0x2000 0x2010; do
      [ -e /run/lifted ] || poke 0x0f 0x0a $value w
      sleep 0.3
    done
  done
}
table >/dev/null 2>&1 &
# A case with a switch, a loop behind its screws, and further doors.
chip=/sys/kernel/config/gpio-sim/case
mkdir -p $chip/bank
echo 32 >$chip/bank/num_lines
echo tamper >$chip/bank/label
mkdir $chip/bank/line0 $chip/bank/line1
echo case-switch >$chip/bank/line0/name
echo seal-loop >$chip/bank/line1/name
echo 1 >$chip/live
mount -t ext4 /dev/vda /state
set +e
