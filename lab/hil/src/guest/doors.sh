# A case with doors, each with a switch.
set -e
chip=/sys/kernel/config/gpio-sim/case
mkdir -p $chip/bank
echo 32 >$chip/bank/num_lines
echo tamper >$chip/bank/label
echo 1 >$chip/live
set +e
