#!/usr/bin/env bash
# Collects what AWS answered in an environment's life, for an issue about docs/first-account.md. It only reads, by the AWS
# CLI with your own credentials, and needs jq and GNU sed. The file has no account ids, ARNs, ids of resources, MAC addresses or public addresses.
#
#   scripts/collect-evidence.sh ENVIRONMENT REGION [FILE]    FILE is evidence.json by default
#   scripts/collect-evidence.sh --redact < TEXT              only removes such values from a text
set -euo pipefail

usage() {
  sed -n '2,7s/^# \{0,1\}//p' "$0"
  exit 2
}

# What is removed keeps its kind, so that a reader still knows what was there. An ARN keeps its service.
redact() {
  sed -E \
    -e 's#arn:(aws[a-z-]*):([a-z0-9-]+):[^"[:space:],)]*#arn:\1:\2:REMOVED#g' \
    -e 's#https?://[A-Za-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws)[^"[:space:]]*#https://REMOVED#g' \
    -e 's#\b(ami|aclassoc|acl|assoc|cr|dopt|eipalloc|eipassoc|eni-attach|eni|i|igw|key|lt|nat|ol|rtb|rtbassoc|scr|sg|sgr|sir|snap|subnet|vol|vpc|vpce|pcx|o|ou|r)-[0-9a-f]{8,32}\b#\1-REMOVED#g' \
    -e 's#\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b#UUID-REMOVED#g' \
    -e 's#\b([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}\b#MAC-REMOVED#g' \
    -e 's#\b(AKIA|ASIA|AROA|AIDA|AGPA|ANPA)[A-Z0-9]{12,}\b#KEY-REMOVED#g' \
    -e 's#\b[0-9]{4}-?[0-9]{4}-?[0-9]{4}\b#ACCOUNT-REMOVED#g' \
    -e 's#\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+#MAIL-REMOVED#g' |
    # Private addresses stay: they say which part of a subnet something is in.
    awk '{
      out = ""; rest = $0
      while (match(rest, /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/)) {
        address = substr(rest, RSTART, RLENGTH); split(address, part, ".")
        private = part[1] == 10 || (part[1] == 172 && part[2] >= 16 && part[2] <= 31) || \
          (part[1] == 192 && part[2] == 168) || (part[1] == 100 && part[2] >= 64 && part[2] <= 127) || \
          (part[1] == 169 && part[2] == 254) || address == "0.0.0.0" || address == "127.0.0.1"
        out = out substr(rest, 1, RSTART - 1) (private ? address : "ADDRESS-REMOVED")
        rest = substr(rest, RSTART + RLENGTH)
      }
      print out rest
    }'
}

# ask NAME JQ-FILTER COMMAND...: adds what a command of the CLI printed, or its error, under a name.
ask() {
  local name=$1 filter=$2 answer error
  shift 2
  error=$(mktemp)
  if answer=$(aws --region "$region" --output json "$@" 2>"$error"); then
    jq -c --arg name "$name" "{(\$name): ($filter)}" <<<"${answer:-null}" >>"$parts"
  else
    jq -Rsc --arg name "$name" '{($name): {error: .}}' <"$error" >>"$parts"
  fi
  rm -f "$error"
  echo "asked: $name" >&2
}

# The stacks of the environment: its own, and those of its node groups.
stacks() {
  aws --region "$region" --output json cloudformation describe-stacks |
    jq -r --arg name "$environment" '.Stacks[]
      | select(any(.Tags[]?; .Key == "eks-multus:environment" and .Value == $name)) | .StackName'
}

ask_about_stack() {
  local stack=$1 kind=$2 group
  ask "$kind: status" '.Stacks[0] | {StackStatus, StackStatusReason, CreationTime, LastUpdatedTime, DisableRollback}' \
    cloudformation describe-stacks --stack-name "$stack"
  ask "$kind: events" '[.StackEvents[] | {Timestamp, LogicalResourceId, ResourceType, ResourceStatus, ResourceStatusReason, HookType, HookStatus, HookStatusReason}]' \
    cloudformation describe-stack-events --stack-name "$stack"
  ask "$kind: events by operation" '.' cloudformation describe-events --stack-name "$stack"
  ask "$kind: change sets" '[.Summaries[] | {Status, StatusReason, ExecutionStatus, CreationTime}]' \
    cloudformation list-change-sets --stack-name "$stack"
  group=$(resource "$stack" AWS::AutoScaling::AutoScalingGroup)
  if [[ $group ]]; then
    ask "$kind: scaling activities" '[.Activities[] | {StartTime, EndTime, StatusCode, StatusMessage, Description, Cause}]' \
      autoscaling describe-scaling-activities --auto-scaling-group-name "$group"
  fi
  if [[ $kind != infrastructure ]]; then
    group=$(resource "$stack" AWS::Logs::LogGroup)
    [[ -z $group ]] || ask "$kind: launch hook" '[.events[] | {timestamp, message}]' \
      logs filter-log-events --log-group-name "$group" --max-items 500
  fi
}

# resource STACK TYPE: the name or id of the stack's first resource of a type, or nothing.
resource() {
  aws --region "$region" --output json cloudformation describe-stack-resources --stack-name "$1" 2>/dev/null |
    jq -r --arg type "$2" 'first(.StackResources[] | select(.ResourceType == $type) | .PhysicalResourceId) // empty'
}

ask_about_account() {
  local quota
  ask 'caller' '.Arn | split("/")[0]' sts get-caller-identity
  ask 'zones' '[.AvailabilityZones[] | {ZoneName, ZoneId, ZoneType, State}]' ec2 describe-availability-zones
  ask 'Kubernetes versions' '[.clusterVersions[] | {clusterVersion, versionStatus, endOfStandardSupportDate, endOfExtendedSupportDate}]' \
    eks describe-cluster-versions --include-all
  for quota in vpc/L-F678F1CE vpc/L-FE5A380F ec2/L-0263D0A3 ec2/L-1216C47A eks/L-1194D53C; do
    ask "quota $quota" '.Quota | {QuotaName, Value}' \
      service-quotas get-service-quota --service-code "${quota%/*}" --quota-code "${quota#*/}"
  done
}

ask_about_cluster() {
  local subnet addon
  ask 'cluster' '.cluster | {version, platformVersion, status, health, accessConfig, logging, kubernetesNetworkConfig}' \
    eks describe-cluster --name "$environment"
  ask 'add-ons' '.addons' eks list-addons --cluster-name "$environment"
  for addon in vpc-cni kube-proxy; do
    ask "add-on $addon" '.addon | {addonName, addonVersion, status, health}' \
      eks describe-addon --cluster-name "$environment" --addon-name "$addon"
  done
  ask 'interfaces' '[.NetworkInterfaces[] | {Description, Status, InterfaceType, AvailabilityZone, PrivateIpAddress, Ipv4Prefixes, SourceDestCheck, DeviceIndex: .Attachment.DeviceIndex, DeleteOnTermination: .Attachment.DeleteOnTermination}]' \
    ec2 describe-network-interfaces --filters "Name=tag:eks-multus:environment,Values=$environment"
  for subnet in $(aws --region "$region" --output json ec2 describe-subnets \
    --filters "Name=tag:eks-multus:environment,Values=$environment" | jq -r '.Subnets[].SubnetId'); do
    ask "reservations of a subnet $((++subnets))" '[.SubnetIpv4CidrReservations[] | {Cidr, ReservationType}]' \
      ec2 get-subnet-cidr-reservations --subnet-id "$subnet"
  done
}

# The console has what a node's boot said, as far as EC2 has read it.
ask_about_consoles() {
  local instance
  for instance in $(aws --region "$region" --output json ec2 describe-instances \
    --filters "Name=tag:eks-multus:environment,Values=$environment" |
    jq -r '.Reservations[].Instances[].InstanceId' | head -n 2); do
    ask "console of a node $((++consoles))" '[(.Output // "") | split("\n")[] | select(test("multus-interfaces|nodeadm|cloud-init|kubelet"))]' \
      ec2 get-console-output --latest --instance-id "$instance"
  done
}

# Whatever the patterns miss must not leave this machine.
refuse_leftovers() {
  local left
  left=$(grep -noE '\b[0-9]{12}\b|arn:aws[a-z-]*:[a-z0-9-]*:[a-z0-9-]*:[0-9]|\b(i|eni|vpc|subnet|sg)-[0-9a-f]{8}|(AKIA|ASIA)[A-Z0-9]{12}' "$1" || true)
  [[ -z $left ]] && return
  echo "This would still be in the evidence, so nothing was written: $left" >&2
  return 1
}

# The sed of BSD and macOS may not know \b, and would leave everything in.
[[ $(redact <<<'vpc-0123456789abcdef0') == vpc-REMOVED ]] || {
  echo 'collect-evidence: this sed cannot remove what must stay private; put GNU sed first in PATH' >&2
  exit 1
}
if [[ ${1:-} == --redact ]]; then
  redact
  exit
fi
[[ $# -eq 2 || $# -eq 3 ]] || usage
readonly environment=$1 region=$2 file=${3:-evidence.json}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
readonly parts=$folder/parts redacted=$folder/redacted
subnets=0 consoles=0
export AWS_PAGER=''

ask_about_account
number=0
for stack in $(stacks); do
  kind=infrastructure
  [[ $stack == "$environment" ]] || kind="node group $((++number))"
  ask_about_stack "$stack" "$kind"
done
ask_about_cluster
ask_about_consoles
jq -s 'add' "$parts" | redact | sed "s/${environment//./\\.}/ENVIRONMENT/g" >"$redacted"
refuse_leftovers "$redacted"
jq . "$redacted" >"$file"
echo "Read $file before you send it: it must contain nothing that you would not publish." >&2
