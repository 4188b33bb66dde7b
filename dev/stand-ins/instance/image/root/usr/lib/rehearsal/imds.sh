# The instance metadata service by bash alone: starting curl would take longer than all the answers.

# request METHOD PATH HEADER: leaves the connection in $imds_fd, behind the headers of the answer.
imds_request() {
  local line status
  exec {imds_fd}<>/dev/tcp/169.254.169.254/80 || return 1
  printf '%s /latest/%s HTTP/1.0\r\n%s\r\n\r\n' "$1" "$2" "$3" >&"$imds_fd"
  read -r _ status _ <&"$imds_fd"
  while read -r line <&"$imds_fd" && [[ $line != $'\r' ]]; do :; done
  [[ $status == 200 ]]
}

imds_close() {
  exec {imds_fd}>&-
}

# Gets a session token for the functions below.
imds_token() {
  until imds_request PUT api/token 'X-aws-ec2-metadata-token-ttl-seconds: 21600'; do sleep 0.2; done
  read -r imds_token <&"$imds_fd"
  imds_close
}

# imds PATH: the text at PATH in $REPLY; fails where there is none.
imds() {
  local result=0
  imds_request GET "$1" "X-aws-ec2-metadata-token: $imds_token" || result=1
  IFS= read -r -d '' REPLY <&"$imds_fd"
  imds_close
  return $result
}

# imds_save PATH FILE: for longer texts, which `read` would take byte by byte.
imds_save() {
  local result=0
  imds_request GET "$1" "X-aws-ec2-metadata-token: $imds_token" || result=1
  cat <&"$imds_fd" >"$2"
  imds_close
  return $result
}
