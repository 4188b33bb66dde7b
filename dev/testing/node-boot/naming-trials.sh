#!/bin/bash
# Usage: naming-trials.sh FUNCTIONS TRIALS. Runs the boot script's functions that name links, as they are in the file
# FUNCTIONS, while a simulated udev renames the same links: at any moment between two calls, also after the script did,
# until udev has nothing left to do. `udevadm settle` may give up before that. Prints the trials that end with a wrong
# name, and then how many trials there were and how many of them udev disturbed.
# shellcheck disable=SC1090,SC2034
. "$1"
trials=$2
declare -A name_of=() mac_of=() pending=()

fail() { failure=$*; }

holder() {
  local mac
  for mac in "${!name_of[@]}"; do
    [[ ${name_of[$mac]} != "$1" ]] || { REPLY=$mac; return; }
  done
  return 1
}

# udev gives one link the name of its slot, unless another link has it.
udev_acts() {
  local mac
  for mac in "${!pending[@]}"; do
    ((RANDOM % 2)) || continue
    disturbed=1
    holder "${pending[$mac]}" || name_of[$mac]=${pending[$mac]}
    unset "pending[$mac]"
    return
  done
}

type() { true; }
udevadm() {
  ((RANDOM % 4)) || return 1
  while ((${#pending[@]})); do udev_acts; done
}

# ip link set dev LINK down | ip link set dev LINK name NAME
ip() {
  [[ $1 == link ]] || { echo "${name_of[*]}"; return; }
  ((RANDOM % 3)) || udev_acts
  holder "$4" || return 1
  [[ $5 == name ]] || return 0
  local mac=$REPLY
  ! holder "$6" || return 1
  name_of[$mac]=$6
}

# Each link has the kernel's name, its slot's, or one that this script gave it or another link in an earlier run.
new_world() {
  local number order
  RANDOM=$1 disturbed=0 failure='' count=$((RANDOM % 4 + 1))
  name_of=([primary]=ens5) mac_of=() pending=()
  order=$((RANDOM % count))
  for ((number = 1; number <= count; number++)); do
    mac_of[$number]=mac$number
    case $((RANDOM % 3)) in
      0) name_of[mac$number]=eth$(((number + order) % count + 1)) ;;
      1) name_of[mac$number]=ens$((number + 5)) ;;
      2) name_of[mac$number]=eth$((10 + number)) ;;
    esac
    ((RANDOM % 3 == 0)) || pending[mac$number]=ens$((number + 5))
  done
}

disturbances=0
for ((trial = 1; trial <= trials; trial++)); do
  new_world "$trial"
  name_links 2>/dev/null
  while ((${#pending[@]})); do udev_acts; done
  for ((number = 1; number <= count; number++)); do
    [[ ${name_of[mac$number]} == "eth$number" ]] || echo "trial $trial: device $number is ${name_of[mac$number]}"
  done
  [[ ${name_of[primary]} == ens5 && ! $failure ]] || echo "trial $trial: ${name_of[primary]} $failure"
  disturbances=$((disturbances + disturbed))
done
echo "$trials trials, $disturbances disturbed"
