#!/usr/bin/env bash
# Copies the images that the pack brings into a cluster to a registry of yours, for clusters without internet (docs/private.md).
# It runs where both are reached, with crane, skopeo or docker (buildx), whichever is there.
#
#   scripts/mirror-images.sh list                 one line for each image: where it is, where the copy goes, when it is needed
#   scripts/mirror-images.sh copy REGISTRY        copies what REGISTRY lacks, with the images for all platforms and their digests
#   scripts/mirror-images.sh check REGISTRY       compares the digests, and copies nothing
#
# REGISTRY is the value of the input image-registry, such as 111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/mirror. In a
# registry of ECR, missing repositories are made by the AWS CLI with your own credentials. --without NAME leaves an image out.
# For EKS's image of Multus, log in to the ECR registry that it comes from, as to any other:
#   aws ecr get-login-password --region us-west-2 | crane auth login --username AWS --password-stdin 602401143452.dkr.ecr.us-west-2.amazonaws.com
set -euo pipefail

# Name, image, what for. src/images/catalog.ts has the same list, and `npm run pin-images` writes the digests of both.
images() {
  cat <<'LIST'
multus-thick 602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/multus-cni:v4.1.4-eksbuild.3_thick Multus
multus-thin ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-debug Multus with multus-mode thin
whereabouts ghcr.io/k8snetworkplumbingwg/whereabouts:v0.9.4 networks with ipam whereabouts
busybox public.ecr.aws/docker/library/busybox:1.37@sha256:9532d8c39891ca2ecde4d30d7710e01fb739c87a8b9299685c63704296b16028 verify, and the probe of new nodes
agnhost registry.k8s.io/e2e-test-images/agnhost:2.56@sha256:352a050380078cb2a1c246357a0dfa2fcf243ee416b92ff28b44a01d1b4b0294 verify with protocols, targets or samples
LIST
}

usage() {
  sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "$0" >&2
  exit 2
}

fail() {
  echo "mirror-images: $*" >&2
  exit 1
}

# The program that talks to registries. docker alone copies one platform only, its buildx copies all.
program() {
  local name
  for name in ${MIRROR_WITH:-crane skopeo docker}; do
    type -P "$name" >/dev/null && echo "$name" && return
  done
  fail "needs crane, skopeo or docker with buildx in PATH"
}

# What the programs say when a registry answers that it has no such image or repository: its code (crane: transport/error.go of
# go-containerregistry), that code in words (skopeo: docker/errors.go of containers/image, where Harbor's code is unknown), the
# status of an answer without a code, or the name that docker did not find (the error of containerd's resolver). A certificate by an
# "unknown authority", or a program that is "not found", says nothing about images.
MISSING='(MANIFEST|NAME)_UNKNOWN|NOT_FOUND: |(manifest|name) unknown|name not known to registry|: unknown: .*not found|status code 404|StatusCode: 404|/[^ ]+: not found$'

# digest IMAGE: prints the digest of the image or of its index, or nothing when the registry has no such image.
digest() {
  local manifest error
  error=$(mktemp)
  if manifest=$(manifest_of "$1" 2>"$error" | sha256sum); then
    echo "sha256:${manifest%% *}"
  elif ! grep -qE "$MISSING" "$error"; then
    fail "$1: $(<"$error")"
  fi
  rm -f "$error"
}

# The digest is that of these bytes, so none is added.
manifest_of() {
  case $tool in
    crane) crane manifest "$1" ;;
    skopeo) skopeo inspect --raw "docker://$1" ;;
    docker) docker buildx imagetools inspect --raw "$1" ;;
  esac
}

# copy_image FROM TO: with the images for all platforms. By its digest, so that nobody changes it meanwhile. buildx would wrap an
# image for one platform into an index, which has another digest: docs.docker.com, docker buildx imagetools create.
copy_image() {
  case $tool in
    crane) crane copy "$1" "$2" ;;
    skopeo) skopeo copy --all --preserve-digests "docker://$1" "docker://$2" ;;
    docker) docker buildx imagetools create --prefer-index=false --tag "$2" "$1" ;;
  esac
}

# ECR makes no repository when an image is pushed, unless a template for that exists.
make_repository() {
  [[ $1 =~ ^([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?/(.+)$ ]] || return 0
  local account=${BASH_REMATCH[1]} region=${BASH_REMATCH[2]} name=${BASH_REMATCH[4]}
  local place=(--registry-id "$account" --region "$region")
  aws ecr describe-repositories "${place[@]}" --repository-names "$name" >/dev/null 2>&1 ||
    aws ecr create-repository "${place[@]}" --repository-name "$name" >/dev/null
}

# mirror NAME SOURCE: compares one image with its copy, and copies it if that is asked for.
mirror() {
  local image=${2%@*} pinned=${2#"${2%@*}"} target wanted found
  pinned=${pinned#@}
  target=$registry/${image#*/}
  found=$(digest "$target") || exit 1
  wanted=${pinned:-$(digest "$2")} || exit 1
  [[ $wanted ]] || fail "$2: no such image"
  if [[ $found == "$wanted" ]]; then
    echo "$1: $target has $wanted"
  elif [[ $command == check ]]; then
    echo "$1: $target ${found:+has $found, and }lacks $wanted" >&2
    return 1
  else
    make_repository "${target%:*}"
    copy_image "${image%:*}@$wanted" "$target" >&2
    [[ $(digest "$target") == "$wanted" ]] || fail "$target: the copy has another digest than $wanted"
    echo "$1: $target copied, $wanted"
  fi
}

[[ $# -ge 1 ]] || usage
command=$1
shift
registry=''
without=,
while (($# > 0)); do
  case $1 in
    --without) without+=${2:-}, && shift 2 ;;
    -*) usage ;;
    *) [[ ! $registry ]] || usage && registry=${1%/} && shift ;;
  esac
done
case $command in
  list) registry=${registry:-REGISTRY} ;;
  copy | check)
    [[ $registry ]] || usage
    type -P sha256sum >/dev/null || fail 'needs sha256sum in PATH (GNU coreutils)'
    tool=$(program)
    ;;
  *) usage ;;
esac

failed=0
while read -r name source use; do
  [[ $without != *,$name,* ]] || continue
  path=${source#*/}
  if [[ $command == list ]]; then
    printf '%s\t%s\t%s\n' "$source" "$registry/$path" "$use"
  else
    mirror "$name" "$source" </dev/null || failed=1
  fi
done < <(images)
exit "$failed"
