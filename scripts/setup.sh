#!/usr/bin/env bash
# Sets up a GitHub repository and an AWS account for eks-multus-actions. Run it in a checkout of your repository. It needs
# git, and gh and aws with logins that may administer the repository and make IAM roles. It says what it will do before it
# does anything, and may be run again.
#
#   setup.sh [OPTION…]            set up
#   setup.sh --doctor [OPTION…]   say what is wrong with the set-up; changes nothing
#   setup.sh --undo [OPTION…]     remove what the set-up made; refused while environments exist
#
#   --pack OWNER/NAME       where the pack is; by default what an earlier set-up chose, or the repository that this script is in
#   --ref REF               the pack's tag or commit; by default what an earlier set-up chose, or v1
#   --repository OWNER/NAME your repository; by default that of the remote "origin", on its host (or that in GH_HOST)
#   --region REGION         the AWS region of the environments
#   --protection KIND       who may deploy: branch (whoever may push to the default branch), reviews (the default branch
#                           changes by reviewed pull requests only) or reviewers (people also approve each job)
#   --reviewers NAMES       who approves jobs: users and ORGANIZATION/TEAM, comma separated, at most six
#   --admins ARNS           who administers the clusters: IAM roles and users, comma separated; you by default, or none
#   --workflows NAMES       which examples become workflows, comma separated; by default those that are there, or by-hand. On ghe.com
#                           and GitHub Enterprise Server, only actions-only
#   --yes                   do not ask
#
# What an earlier set-up decided stays, unless an option says otherwise.
set -euo pipefail

STACK=github-for-eks-multus
USERS_STACK=github-users-for-eks-multus
ENVIRONMENT=eks-multus
PREVIEWS=eks-multus-previews
RULESET=eks-multus
PREFIX=eks-multus-
LABEL=multus-preview
KEEP_LABEL=multus-preview-keep
AWAKE_LABEL=multus-preview-awake
# GitHub makes an environment for the deployments of each preview, and only administrators may delete it.
PREVIEW_NAMES='^eks-multus-pr-[0-9]+$'
# The examples that the pack's previews belong to, and that need a role for jobs of your own.
PREVIEW_WORKFLOWS=' pull-request-preview application-in-preview tested-preview scheduled-teardown scheduled-sleep scheduled-maintenance notify '
USER_WORKFLOWS=' application-in-preview tested-preview '
# The examples that use the pack's actions in a job of their own.
OWN_JOBS=' actions-only in-one-job '
# The people who approve jobs, in an answer about an environment, as a request has them.
REVIEWERS='[.protection_rules[]? | select(.type == "required_reviewers") | .reviewers[] | {type, id: .reviewer.id}]'

usage() {
  sed -n '2,/^set -/s/^# \{0,1\}//p' "$0"
}
stop() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}
say() {
  printf '%s\n' "$@"
}

# --- Questions ----------------------------------------------------------------------------------
# A piped script has its own text as standard input, so answers come from the terminal.
ask() { # ask VARIABLE QUESTION DEFAULT
  local reply=
  if [[ ! $yes ]]; then
    printf '%s [%s] ' "$2" "$3" >&2
    read -r reply <&3 || stop "no answer; give the options, and --yes"
  fi
  printf -v "$1" '%s' "${reply:-$3}"
  decided "$1"
}
# What somebody chose, by an option or an answer.
decisions=
decided() {
  decisions="$decisions $1"
}

confirm() {
  local confirmation=
  [[ $yes ]] || ask confirmation 'Go on?' no
  case ${yes:-$confirmation} in
    y | yes) ;;
    *) stop 'nothing was changed' ;;
  esac
}

# What an earlier set-up decided.
remember() {
  local path=repos/$repository file
  if [[ ! $workflow_names ]]; then
    for file in .github/workflows/multus-*.yml; do
      [[ -f $file ]] || continue
      file=${file##*/multus-}
      workflow_names="$workflow_names ${file%.yml}"
    done
    workflow_names=${workflow_names:-$first_workflow}
  fi
  [[ $roles ]] || return 0
  if [[ ! $admins ]]; then
    found "$path/actions/variables/EKS_MULTUS_ADMINS" --jq .value || answer=none
    admins=$answer
  fi
  [[ ! $protection ]] || return 0
  found "$path/environments/$ENVIRONMENT" --jq "$REVIEWERS" || return 0
  people=$answer
  ruleset_id
  protection=branch
  [[ ! $answer ]] || protection=reviews
  [[ $people == '[]' ]] || protection=reviewers
}
# Before AWS is asked anything, because aws may have no region of its own.
choose_region() {
  [[ $region ]] || ! found "repos/$repository/actions/variables/EKS_MULTUS_REGION" --jq .value || region=$answer
  if [[ ! $region && $command == set_up ]]; then
    ask region 'AWS region of the environments:' "$(aws configure get region || echo us-east-1)"
  fi
  [[ $region ]] || stop "--region: say which; $repository has no variable EKS_MULTUS_REGION"
  [[ $region =~ ^[a-z]{2}(-[a-z]+)+-[0-9]$ ]] || stop "--region: got \"$region\"; allowed: an AWS region, such as eu-central-1"
  export AWS_REGION=$region AWS_DEFAULT_REGION=$region
}

choose_options() {
  local me
  remember
  if [[ ! $protection ]]; then
    say 'Who may deploy?' \
      "  branch     whoever may push to $default_branch" \
      "  reviews    nobody alone: $default_branch changes by reviewed pull requests only (needs two people)" \
      '  reviewers  people also approve each job'
    ask protection 'Protection:' reviews
  fi
  local name
  for name in $workflow_names; do
    [[ $GH_HOST == github.com || $name == actions-only ]] ||
      stop "--workflows: got \"$name\"; allowed on $GH_HOST: actions-only, because workflows of the pack are for github.com"
  done
  case $protection in
    branch | reviews | reviewers) ;;
    *) stop "--protection: got \"$protection\"; allowed: branch, reviews, reviewers" ;;
  esac
  if [[ $protection == reviewers && ! $reviewers && ! $people ]]; then
    ask reviewers 'Who approves jobs (users, ORGANIZATION/TEAM)?' "$(gh api user --jq .login)"
  fi
  if [[ ! $admins ]]; then
    # Who may not read their own role gives its ARN.
    me=$(own_arn) || me=none
    ask admins 'Who administers the clusters (ARNs, or none)?' "$me"
  fi
  [[ $admins != none ]] || admins=
}

# --- What there is ------------------------------------------------------------------------------
# found PATH [OPTION…]: asks GitHub, and puts what it says into $answer. Fails where there is nothing.
found() {
  if answer=$(gh api "$@" 2>"$scratch/errors"); then
    return 0
  fi
  answer=$(cat "$scratch/errors")
  [[ $answer == *'HTTP 404'* ]] || stop "GitHub answers: $answer"
  return 1
}

# The host says which GitHub it is, and so who signs the tokens of its jobs:
# https://docs.github.com/enterprise-server@latest/actions/reference/security/oidc
choose_host() { # choose_host URL-OF-A-REMOTE
  local host
  host=${GH_HOST:-$(sed -E 's#^[a-z+]+://##; s#^[^@/]*@##; s#[:/].*$##' <<<"$1")}
  # A host that gh does not know is an alias of ssh.
  gh auth token --hostname "$host" >/dev/null 2>&1 || host=github.com
  export GH_HOST=$host
  first_workflow=actions-only
  case $host in
    github.com) issuer=token.actions.githubusercontent.com && first_workflow=by-hand ;;
    *.ghe.com) issuer=token.actions.$host ;;
    *) issuer=$host/_services/token ;;
  esac
}

read_repository() {
  local origin
  origin=$(git config --get remote.origin.url || true)
  choose_host "$origin"
  if [[ ! $repository ]]; then
    [[ $origin ]] || stop 'this folder has no remote "origin": change to a checkout of your repository'
    repository=$(sed -E 's#^.*[:/]([^/]+/[^/]+)$#\1#; s#\.git$##' <<<"$origin")
  fi
  found "repos/$repository" --jq '[.owner.id, .id, .default_branch, .permissions.admin] | map(tostring) | join(" ")' ||
    stop "GitHub shows you no repository $repository: check the name, and \`gh auth status\`"
  read -r owner_id repository_id default_branch is_admin <<<"$answer"
}

# The pack is what the workflows of an earlier set-up use, or the repository that this script is in.
find_pack() {
  local here earlier='' written=(.github/workflows/multus-*.yml)
  [[ ! -f ${written[0]} ]] ||
    earlier=$(sed -nE '\#^ *(- )?uses: *([^/ ]+/[^/ ]+)/(\.github/workflows|actions)/[a-z.-]+@([^ ]+).*#{s##\2 \4#p;q;}' "${written[@]}")
  here=$(cd "$(dirname "${BASH_SOURCE[0]:-.}")/.." && pwd)
  [[ -f $here/cfn/github-oidc.yaml && -d $here/actions ]] || here=
  pack=${pack:-${earlier% *}}
  if [[ ! $pack && $here ]]; then
    pack=$(git -C "$here" config --get remote.origin.url | sed -E 's#^.*[:/]([^/]+/[^/]+)$#\1#; s#\.git$##')
  fi
  [[ $ref || ${earlier% *} != "$pack" ]] || ref=${earlier#* }
  ref=${ref:-v1}
  [[ $pack == */* ]] || stop '--pack: say where the pack is, as OWNER/NAME'
  case $ref in
    v[0-9]*) full_ref=refs/tags/$ref ;;
    *) full_ref=$ref ;;
  esac
}
pack_file() { # pack_file PATH [MESSAGE]: prints a file of the pack at the ref that the workflows will use; MESSAGE says that it is missing
  found "repos/$pack/contents/$1?ref=$ref" --jq .content || stop "${2:-$pack has no $1 at $ref}"
  base64 --decode <<<"$answer"
}

read_account() {
  local identity
  identity=$(aws sts get-caller-identity --query '[Account, Arn]' --output text) || stop 'aws has no login: see the line above'
  read -r account identity_arn <<<"$identity"
  partition=$(cut -d: -f2 <<<"$identity_arn")
}
# The IAM principal behind your login. The ARN of a session lacks the path of its role, which an access entry has to have.
own_arn() {
  local role
  case $identity_arn in
    *:assumed-role/*)
      role=${identity_arn#*:assumed-role/}
      aws iam get-role --role-name "${role%%/*}" --query Role.Arn --output text
      ;;
    *:user/*) say "$identity_arn" ;;
    *) say none ;;
  esac
}

# The status, parameters and outputs of a stack, each after its name and a tab; nothing without a stack.
stack_facts() { # stack_facts STACK
  aws cloudformation describe-stacks --stack-name "$1" --output text \
    --query "Stacks[0].[[['Status', StackStatus], ['Id', StackId]], Parameters[].[ParameterKey, ParameterValue], Outputs[].[OutputKey, OutputValue]][]" 2>"$scratch/errors" ||
    grep -q 'does not exist' "$scratch/errors" || stop "$(cat "$scratch/errors")"
}
fact() { # fact FACTS NAME
  awk -F '\t' -v name="$2" '$1 == name { print $2 }' <<<"$1"
}
provider_arn() {
  aws iam list-open-id-connect-providers --output text \
    --query "OpenIDConnectProviderList[?ends_with(Arn, 'oidc-provider/$issuer')].Arn"
}
environments() { # the names of the environments in the region
  aws cloudformation describe-stacks --output text --query "Stacks[].Tags[?Key=='eks-multus:environment'].Value" |
    tr '\t' '\n' | sed -n "/^$PREFIX/p" | sort -u
}

# --- Set up -------------------------------------------------------------------------------------
has() { # has NAMES: whether a chosen workflow is one of NAMES
  local name
  for name in $workflow_names; do
    [[ $1 != *" $name "* ]] || return 0
  done
  return 1
}

decide_stack() {
  local other provider
  existing_provider=false
  suffix=
  if [[ $roles ]]; then
    other=$(fact "$roles" Repository)
    [[ $other == "$repository" ]] ||
      stop "the stack $STACK of this account and region is for $other; see \"Names\" in cfn/README.md for a second set of roles"
    # Otherwise an update would delete the provider that the stack made.
    existing_provider=$(fact "$roles" ExistingProvider)
    suffix=$(fact "$roles" DeployerRoleName)
    suffix=${suffix#eks-multus-deployer}
    return
  fi
  provider=$(provider_arn)
  [[ ! $provider ]] || existing_provider=true
  # The names of roles are those of the whole account, and the roles of another region have the plain ones.
  ! aws iam get-role --role-name eks-multus-deployer >/dev/null 2>&1 || suffix=-$region
}

# Empty for every workflow. Whether AWS knows the claim that names the workflow in tokens of other issuers, no source says.
trusted_workflows() {
  local name file files='provision destroy reap sleep maintain' list=
  [[ $GH_HOST == github.com ]] || return 0
  ! has "$PREVIEW_WORKFLOWS" || files="$files preview"
  for file in $files; do
    list=$list,$pack/.github/workflows/$file.yml@$full_ref
  done
  for name in $workflow_names; do
    [[ $OWN_JOBS != *" $name "* ]] || list=$list,$repository/.github/workflows/multus-$name.yml@refs/heads/$default_branch
  done
  say "${list#,}"
}
subjects() {
  say "environment:$ENVIRONMENT$(! has "$PREVIEW_WORKFLOWS" || say ",environment:$PREVIEWS")"
}

announce() {
  local name
  say '' "In AWS account $account, region $region, as $identity_arn:" \
    "  - the stack $STACK: the roles eks-multus-deployer$suffix and eks-multus-cloudformation$suffix$(
      [[ $existing_provider == true ]] || say ", and the identity provider $issuer"
    )" \
    "    trusts jobs of $repository in $(subjects | sed 's/environment://g; s/,/ and /g')$(
      [[ ! $(trusted_workflows) ]] || say " that come from $pack at $ref"
    )"
  ! has "$USER_WORKFLOWS" || say "  - the stack $USERS_STACK: the role eks-multus-user$suffix, with which your own jobs reach clusters of previews"
  say "In the repository $repository:" \
    "  - the environment $ENVIRONMENT: only $default_branch may deploy$([[ $protection != reviewers ]] || say "; ${reviewers:-the same people} approve each job")"
  ! has "$PREVIEW_WORKFLOWS" || say "  - the environment $PREVIEWS: pull requests may deploy, too" "  - the labels $LABEL, $KEEP_LABEL and $AWAKE_LABEL"
  if [[ $protection == branch ]]; then
    say "  - no ruleset $RULESET; if an earlier set-up made it, it is removed"
  else
    say "  - the ruleset $RULESET: $default_branch changes by reviewed pull requests only"
  fi
  say "  - variables EKS_MULTUS_…: region, roles, administrators (${admins:-none})"
  for name in $workflow_names; do
    say "  - .github/workflows/multus-$name.yml in this folder$([[ ! -f .github/workflows/multus-$name.yml ]] || say ', written anew'), which you commit"
  done
}

find_reviewers() { # puts the people who approve into $people, as JSON
  local name list=
  [[ $protection == reviewers ]] || people=null
  [[ $protection == reviewers && $reviewers ]] || return 0
  for name in ${reviewers//,/ }; do
    case $name in
      */*) found "orgs/${name%%/*}/teams/${name#*/}" --jq .id || stop "--reviewers: GitHub has no team $name" ;;
      *) found "users/$name" --jq .id || stop "--reviewers: GitHub has no user $name" ;;
    esac
    list="$list,{\"type\":\"$(if [[ $name == */* ]]; then say Team; else say User; fi)\",\"id\":$answer}"
  done
  people="[${list#,}]"
}
# approval_rules NAME REVIEWERS: puts the rules about approvals and waiting of a request into $rules. Where the plan has no such rules,
# GitHub refuses a request that names one, whatever its value (backstage/backstage#28978, alchemy-run/alchemy#1373). So it names those that
# the environment gets or has. What people set beside the reviewers stays.
approval_rules() {
  local name=$1 people=$2 minutes=0 others=false approved=false
  local facts='[(.protection_rules // [] | (map(.wait_timer // 0) | max // 0), any(.prevent_self_review == true), any(.type == "required_reviewers"))]'
  ! found "repos/$repository/environments/$name" --jq "$facts | map(tostring) | join(\" \")" || read -r minutes others approved <<<"$answer"
  rules=
  [[ $minutes == 0 ]] || rules="\"wait_timer\": $minutes, "
  [[ $people == null && $approved == false ]] || rules="$rules\"reviewers\": $people, "
  [[ $people == null || $others == false ]] || rules="$rules\"prevent_self_review\": true, "
}
protect_environment() { # protect_environment NAME REVIEWERS BRANCH…
  local name=$1 rules branch
  approval_rules "$name" "$2"
  shift 2
  gh api --method PUT "repos/$repository/environments/$name" --input - >/dev/null <<JSON ||
{ $rules"deployment_branch_policy": { "protected_branches": false, "custom_branch_policies": true } }
JSON
    stop "GitHub refuses rules for the environment $name. Private repositories have branch rules from the plans Pro and Team on, and reviewers with Enterprise."
  found "repos/$repository/environments/$name/deployment-branch-policies" --jq '.branch_policies[].name'
  for branch in "$@"; do
    grep -qxF -- "$branch" <<<"$answer" ||
      gh api --method POST "repos/$repository/environments/$name/deployment-branch-policies" --field "name=$branch" >/dev/null
  done
}
ruleset_id() {
  found "repos/$repository/rulesets?includes_parents=false" --jq ".[] | select(.name == \"$RULESET\") | .id" || answer=
}
remove_ruleset() {
  ruleset_id
  [[ ! $answer ]] || gh api --method DELETE "repos/$repository/rulesets/$answer" >/dev/null
}
protect_branch() {
  local way=(--method POST "repos/$repository/rulesets")
  ruleset_id
  [[ ! $answer ]] || way=(--method PUT "repos/$repository/rulesets/$answer")
  gh api "${way[@]}" --input - >/dev/null <<JSON ||
{ "name": "$RULESET", "target": "branch", "enforcement": "active",
  "conditions": { "ref_name": { "include": ["~DEFAULT_BRANCH"], "exclude": [] } },
  "rules": [ { "type": "deletion" }, { "type": "non_fast_forward" },
    { "type": "pull_request", "parameters": { "required_approving_review_count": 1, "dismiss_stale_reviews_on_push": true,
        "require_code_owner_review": false, "require_last_push_approval": true, "required_review_thread_resolution": false } } ] }
JSON
    stop "GitHub refuses the ruleset. Private repositories have rulesets from the plans Pro and Team on; --protection branch does without."
}
set_variable() { # set_variable NAME VALUE; an empty value removes the variable
  local path=repos/$repository/actions/variables
  if found "$path/$1" --jq .value; then
    if [[ ! $2 ]]; then
      gh api --method DELETE "$path/$1" >/dev/null
    elif [[ $answer != "$2" ]]; then
      gh api --method PATCH "$path/$1" --raw-field "value=$2" >/dev/null
    fi
  elif [[ $2 ]]; then
    gh api --method POST "$path" --raw-field "name=$1" --raw-field "value=$2" >/dev/null
  fi
}

make_label() { # make_label NAME DESCRIPTION
  found "repos/$repository/labels/$1" --jq .name ||
    gh api --method POST "repos/$repository/labels" --raw-field "name=$1" --raw-field color=0e8a16 \
      --raw-field "description=$2" >/dev/null
}
make_labels() {
  make_label "$LABEL" 'Gives the pull request an environment of its own'
  make_label "$KEEP_LABEL" 'Keeps the environment of the pull request for a day'
  make_label "$AWAKE_LABEL" 'Wakes the environment of the pull request and keeps it awake'
}

# operate STACK COMMAND…: starts an operation on a stack, waits for its end, and puts what the stack is then into $facts. The waiters
# of aws look every half minute only. DescribeStacks may return a stack as it was some seconds ago (cfn-api.ts of aws/aws-cdk-cli), but
# the events of an operation carry its token (StackEvent in the API reference). So they say how it ended, and then the stack must agree.
operate() {
  local stack=$1 token status
  token=setup-$(date +%s)-$RANDOM
  shift
  aws cloudformation "$@" --client-request-token "$token"
  while true; do
    status=$(aws cloudformation describe-stack-events --stack-name "$stack" --no-paginate --output text \
      --query "StackEvents[?ClientRequestToken=='$token' && PhysicalResourceId==StackId] | [0].ResourceStatus")
    if [[ $status =~ _(COMPLETE|FAILED)$ ]]; then
      facts=$(stack_facts "$stack")
      [[ $(fact "$facts" Status) != "$status" ]] || return 0
    fi
    sleep 2
  done
}
say_why() { # say_why STACK: names the command that lists the reasons
  say "\`aws cloudformation describe-stack-events --region $region --stack-name $1\` says why"
}
deploy_stack() { # deploy_stack STACK FILE PARAMETER…: puts what the stack is then into $facts
  local stack=$1 template=$scratch/template.yaml said change_set
  pack_file "$2" >"$template"
  shift 2
  said=$(aws cloudformation deploy --stack-name "$stack" --template-file "$template" --capabilities CAPABILITY_NAMED_IAM \
    --no-fail-on-empty-changeset --no-execute-changeset --parameter-overrides "$@") || stop "AWS refuses the stack $stack: see above"
  change_set=$(sed -nE 's#^.*(arn:[^ ]*:changeSet/[^ ]*).*$#\1#p' <<<"$said")
  if [[ ! $change_set ]]; then
    facts=$(stack_facts "$stack")
    say "The stack $stack is unchanged."
    return
  fi
  operate "$stack" execute-change-set --change-set-name "$change_set"
  case $(fact "$facts" Status) in
    CREATE_COMPLETE | UPDATE_COMPLETE) say "The stack $stack is deployed." ;;
    *) stop "the stack $stack failed: $(say_why "$stack")" ;;
  esac
}
make_roles() {
  local ids=("OwnerId=$owner_id" "RepositoryId=$repository_id")
  deploy_stack "$STACK" cfn/github-oidc.yaml "Repository=$repository" "Issuer=$issuer" "${ids[@]}" "Subjects=$(subjects)" \
    "JobWorkflowRef=$(trusted_workflows)" "ExistingProvider=$existing_provider" \
    "DeployerRoleName=eks-multus-deployer$suffix" "ServiceRoleName=eks-multus-cloudformation$suffix"
  roles=$facts
  user_role=
  if has "$USER_WORKFLOWS"; then
    deploy_stack "$USERS_STACK" cfn/github-users.yaml "Repository=$repository" "Issuer=$issuer" "${ids[@]}" \
      "Environment=$PREVIEWS" "RoleName=eks-multus-user$suffix"
    user_role=$(fact "$facts" RoleArn)
  fi
}
set_variables() {
  set_variable EKS_MULTUS_REGION "$region"
  set_variable EKS_MULTUS_DEPLOYER_ROLE "$(fact "$roles" DeployerRoleArn)"
  set_variable EKS_MULTUS_CLOUDFORMATION_ROLE "$(fact "$roles" ServiceRoleArn)"
  set_variable EKS_MULTUS_ADMINS "$admins"
  set_variable EKS_MULTUS_USER_ROLE "$user_role"
}
# Before anything is made, so that a wrong name costs nothing.
read_workflows() {
  local name
  for name in $workflow_names; do
    pack_file "examples/$name.yml" "--workflows: got \"$name\"; allowed: the names in the folder examples of $pack at $ref, without .yml" \
      >"$scratch/$name.yml"
  done
}
write_workflows() {
  local name file
  mkdir -p .github/workflows
  for name in $workflow_names; do
    file=.github/workflows/multus-$name.yml
    sed -E -e "s#OWNER/eks-multus-actions#$pack#g; s#(uses: ${pack}[^@]*)@(v1|0{40}.*)\$#\1@$ref#" \
      -e "s#arn:aws:iam::111122223333#arn:$partition:iam::$account#g" \
      "$scratch/$name.yml" >"$file"
    say "wrote $file"
  done
}

set_up() {
  [[ $is_admin == true ]] || stop "you do not administer $repository; somebody who does must run this"
  choose_options
  if [[ $protection != branch ]]; then
    found "repos/$repository/branches/$default_branch" --jq .name ||
      stop "$repository has no branch $default_branch yet: push a first commit, because later ones need a pull request"
  fi
  read_workflows
  decide_stack
  announce
  confirm
  find_reviewers
  protect_environment "$ENVIRONMENT" "$people" "$default_branch"
  ! has "$PREVIEW_WORKFLOWS" || protect_environment "$PREVIEWS" null "$default_branch" 'refs/pull/*/merge'
  if [[ $protection == branch ]]; then
    remove_ruleset
  else
    protect_branch
  fi
  ! has "$PREVIEW_WORKFLOWS" || make_labels
  make_roles
  set_variables
  write_workflows
  # shellcheck disable=SC2086 # one word for each decision
  set -- $decisions
  say '' "Done. You made $# decisions: $*." "Commit and push .github/workflows$([[ $protection == branch ]] || say ' in a pull request')."
  [[ ! -f .github/workflows/multus-$first_workflow.yml ]] ||
    say "Then: gh workflow run multus-$first_workflow.yml --ref $default_branch --field what=check"
}

# --- Doctor -------------------------------------------------------------------------------------
problems=0
fine() {
  say "ok       $*"
}
problem() { # problem WHAT NEXT-STEP
  problems=$((problems + 1))
  say "problem  $1" "         $2"
}
# What AWS compares a job's token with.
check_trust() { # check_trust ROLE
  local role=$1 trust provider wanted names ids
  trust=$(aws iam get-role --role-name "${role##*/}" --query Role.AssumeRolePolicyDocument --output json) ||
    { problem "the stack's role $role is gone" 'somebody deleted it: run the set-up after deleting the stack' && return; }
  provider=$(provider_arn)
  [[ $provider ]] || problem "the account has no identity provider $issuer" 'run the set-up again'
  names="repo:$repository:environment:$ENVIRONMENT"
  ids="repo:${repository%/*}@$owner_id/${repository#*/}@$repository_id:environment:$ENVIRONMENT"
  for wanted in "$names" "$ids"; do
    if grep -qF -- "\"$wanted\"" <<<"$trust"; then
      fine "the role trusts the subject $wanted"
    else
      problem "the role does not trust the subject $wanted" \
        'the repository was renamed, moved or made again since the set-up: run the set-up again'
    fi
  done
  check_subject_form
  check_callers "$trust"
}
# An organization or a repository may have chosen other claims for its subjects.
check_subject_form() {
  found "repos/$repository/actions/oidc/customization/sub" --jq '[.use_default, (.include_claim_keys // [] | join(","))] | map(tostring) | join(" ")' ||
    answer='true '
  case $answer in
    true*) fine 'subjects of tokens have the default form' ;;
    *) problem "subjects of this repository's tokens are customised (${answer#* })" \
      "the role never matches them: gh api --method PUT repos/$repository/actions/oidc/customization/sub --field use_default=true" ;;
  esac
}
# Workflows of the repository that use the pack, against the files that the role trusts.
check_callers() {
  local trust=$1 file uses calls=0
  for file in .github/workflows/*.y*ml; do
    [[ -f $file ]] || continue
    while read -r uses; do
      calls=$((calls + 1))
      case $uses in
        */.github/workflows/*@v[0-9]*) uses=${uses%@*}@refs/tags/${uses##*@} ;;
      esac
      check_caller "$trust" "$uses" "which $file calls"
    done < <(sed -nE 's#^ *uses: *([^ ]+/\.github/workflows/(provision|destroy|reap|sleep|maintain|preview)\.yml@[^ ]+).*#\1#p' "$file" | sort -u)
    if grep -qE '^ *(- )?uses: *[^ ]+/(actions/(provision|configure-multus|verify)|eks-multus-actions)@' "$file"; then
      calls=$((calls + 1))
      check_caller "$trust" "$repository/$file@refs/heads/$default_branch" 'whose jobs use actions of the pack'
    fi
  done
  [[ $calls -gt 0 ]] || problem 'no workflow in .github/workflows of this folder calls the pack' 'run the set-up here, then commit'
}
check_caller() { # check_caller TRUST FILE-AND-REF WHAT-IT-IS
  if [[ $1 != *":job_workflow_ref\""* || $1 == *"\"$2\""* ]]; then
    fine "the role trusts $2, $3"
  else
    problem "the role does not trust $2, $3" \
      "run the set-up with --workflows that include this example, and with the same --pack and --ref"
  fi
}
check_environment() { # check_environment NAME BRANCH…
  local name=$1 branch
  shift
  if ! found "repos/$repository/environments/$name" --jq '.deployment_branch_policy | tostring'; then
    problem "the environment $name is missing" 'run the set-up again; until then GitHub makes one without rules, which every branch may use'
    return
  fi
  if [[ $answer != *'"custom_branch_policies":true'* ]]; then
    problem "the environment $name admits every branch, or the protected ones" \
      'where no branch has a protection rule, that is every branch: run the set-up again'
    return
  fi
  found "repos/$repository/environments/$name/deployment-branch-policies" --jq '.branch_policies[].name' || answer=
  for branch in "$@"; do
    if grep -qxF -- "$branch" <<<"$answer"; then
      fine "$branch may deploy to $name"
    else
      problem "$branch may not deploy to $name, so GitHub does not start its jobs" 'run the set-up again'
    fi
    answer=$(grep -vxF -- "$branch" <<<"$answer" || true)
  done
  [[ ! $answer ]] || problem "$name also admits $(paste -sd ' ' - <<<"$answer")" "remove what you do not want, under Settings, Environments, $name"
}
check_variable() { # check_variable NAME VALUE
  found "repos/$repository/actions/variables/$1" --jq .value || answer=
  if [[ $answer == "$2" ]]; then
    fine "variable $1"
  else
    problem "variable $1 is \"$answer\", and the stack says \"$2\"" 'run the set-up again'
  fi
}
doctor() {
  say "$repository (id $repository_id), AWS account $account, region $region"
  if [[ $is_admin == true ]]; then
    fine "you administer $repository"
  else
    problem "you do not administer $repository" 'somebody who does must run the set-up'
  fi
  local status other stands=
  status=$(fact "$roles" Status)
  case $status in
    CREATE_COMPLETE | UPDATE_COMPLETE | UPDATE_ROLLBACK_COMPLETE) fine "the stack $STACK is $status" && stands=yes ;;
    '') problem "the account has no stack $STACK in $region" 'run the set-up, or give the --region of the set-up' ;;
    *) problem "the stack $STACK is $status" 'look at its events, delete it, and run the set-up again' ;;
  esac
  if [[ $stands ]]; then
    other=$(fact "$roles" Repository)
    [[ $other == "$repository" ]] || problem "the roles are for $other" "use that repository, or the roles of another name (cfn/README.md)"
    check_trust "$(fact "$roles" DeployerRoleArn)"
    check_variable EKS_MULTUS_REGION "$region"
    check_variable EKS_MULTUS_DEPLOYER_ROLE "$(fact "$roles" DeployerRoleArn)"
    check_variable EKS_MULTUS_CLOUDFORMATION_ROLE "$(fact "$roles" ServiceRoleArn)"
    check_environment "$ENVIRONMENT" "$default_branch"
    [[ $(fact "$roles" Subjects) != *$PREVIEWS* ]] || check_environment "$PREVIEWS" "$default_branch" 'refs/pull/*/merge'
  fi
  say '' "$problems problem$([[ $problems -eq 1 ]] || say s). What only a job can ask (permissions, quotas, zones, instance types), the preflight asks:" \
    "gh workflow run multus-$first_workflow.yml --ref $default_branch --field what=check"
  [[ $problems -eq 0 ]]
}

# --- Undo ---------------------------------------------------------------------------------------
remove() { # remove PATH: deletes in GitHub what may be gone already
  ! found "$1" --jq . || gh api --method DELETE "$1" >/dev/null
}
remove_stack() { # remove_stack STACK FACTS
  local id
  id=$(fact "$2" Id)
  [[ $id ]] || return 0
  # By its id, because a deleted stack has no name any more.
  operate "$id" delete-stack --stack-name "$id"
  [[ $(fact "$facts" Status) == DELETE_COMPLETE ]] || stop "the stack $1 stays: $(say_why "$1")"
}
# The account has one provider for GitHub, so roles of others may have come to use the one that the stack made. Puts their names into
# $others.
find_others() { # find_others FACTS-OF-USERS-STACK
  local all user
  others=
  [[ $(fact "$roles" ExistingProvider) == false ]] || return 0
  all=$(aws iam list-roles --query 'Roles[].[RoleName, to_string(AssumeRolePolicyDocument)]' --output text)
  user=$(fact "$1" RoleName)
  others=$(grep -F "oidc-provider/$issuer\"" <<<"$all" | cut -f1 |
    grep -vxF -e "$(fact "$roles" DeployerRoleName)" -e "${user:-none}" || true)
}
undo() {
  [[ $is_admin == true ]] || stop "you do not administer $repository; somebody who does must run this"
  local left users others previews name file
  left=$(environments)
  [[ ! $left ]] || stop "these environments exist: $(paste -sd ' ' - <<<"$left"); destroy them first, because only these roles can"
  users=$(stack_facts "$USERS_STACK")
  find_others "$users"
  [[ ! $others ]] || stop "these roles use the identity provider of the stack $STACK: $(paste -sd ' ' - <<<"$others"); give them another trust, or keep the set-up"
  found --paginate "repos/$repository/environments?per_page=100" --jq '.environments[].name' || answer=
  previews=$(grep -E "$PREVIEW_NAMES" <<<"$answer" || true)
  say "This removes the stacks $STACK and $USERS_STACK in $region of account $account," \
    "the environments $ENVIRONMENT, $PREVIEWS${previews:+, ${previews//$'\n'/, }}," \
    "the ruleset $RULESET, the labels $LABEL, $KEEP_LABEL and $AWAKE_LABEL, the variables EKS_MULTUS_… of $repository, and .github/workflows/multus-*.yml in this folder."
  confirm
  remove_stack "$USERS_STACK" "$users"
  remove_stack "$STACK" "$roles"
  for name in "$ENVIRONMENT" "$PREVIEWS" $previews; do
    remove "repos/$repository/environments/$name"
  done
  remove_ruleset
  remove "repos/$repository/labels/$LABEL"
  remove "repos/$repository/labels/$KEEP_LABEL"
  remove "repos/$repository/labels/$AWAKE_LABEL"
  for name in REGION DEPLOYER_ROLE CLOUDFORMATION_ROLE ADMINS USER_ROLE; do
    set_variable "EKS_MULTUS_$name" ''
  done
  for file in .github/workflows/multus-*.yml; do
    [[ ! -f $file ]] || { rm "$file" && say "removed $file; commit that"; }
  done
  say 'Undone.'
}

# --- The command line ---------------------------------------------------------------------------
main() {
  local command=set_up
  pack='' ref='' repository='' region='' protection='' reviewers='' admins='' workflows='' yes='' people=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --doctor) command=doctor ;;
      --undo) command=undo ;;
      --yes) yes=yes ;;
      --help) usage && exit 0 ;;
      --pack | --ref | --repository | --region | --protection | --reviewers | --admins | --workflows)
        [[ ${2:-} ]] || stop "$1: needs a value"
        printf -v "${1#--}" '%s' "$2"
        decided "${1#--}"
        shift
        ;;
      *) stop "unknown option \"$1\"; --help lists the options" ;;
    esac
    shift
  done
  workflow_names=${workflows//,/ }
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  # SETUP_TERMINAL is for tests.
  [[ $yes ]] || exec 3<"${SETUP_TERMINAL:-/dev/tty}"
  for program in gh aws git; do
    command -v "$program" >/dev/null || stop "$program is missing"
  done
  read_repository
  choose_region
  read_account
  # What the set-up knows of itself.
  roles=$(stack_facts "$STACK")
  [[ $command != set_up ]] || find_pack
  "$command"
}

main "$@"
