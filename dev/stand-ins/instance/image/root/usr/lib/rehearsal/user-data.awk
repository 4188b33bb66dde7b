# Splits user data into files in the folder `dir`, numbered in order: NN.script for shell scripts and
# NN.node-config for NodeConfig objects. MIME multipart (one level) or a single bare part.
# Parts of other types are ignored, as cloud-init ignores what it has no handler for.

function start_part(type, encoding) {
  finish_part()
  number++
  kind = ""
  if (type ~ /^text\/x-shellscript/) kind = "script"
  if (type ~ /^application\/node\.eks\.aws/) kind = "node-config"
  out = kind == "" ? "" : sprintf("%s/%02d.%s", dir, number, kind)
  decode = encoding ~ /base64/
  empty = 1
}

function finish_part() {
  if (out != "") close(decode ? "base64 -d >" out : out)
  out = ""
}

function body(line) {
  if (out == "") return
  # A script's first line must be its interpreter.
  if (empty && line == "") return
  empty = 0
  if (decode) print line | ("base64 -d >" out)
  else print line > out
}

function header_value(line) {
  sub(/^[^:]*:[ \t]*/, "", line)
  return line
}

{ sub(/\r$/, "") }

NR == 1 && !/^(MIME-Version|Content-Type):/ {
  start_part(/^#!/ ? "text/x-shellscript" : "application/node.eks.aws", "")
}

boundary == "" && out == "" && match($0, /boundary="?[^"; \t]+/) {
  boundary = substr($0, RSTART, RLENGTH)
  sub(/boundary="?/, "", boundary)
  next
}

boundary != "" && $0 == "--" boundary "--" { finish_part(); done = 1 }
done { next }

boundary != "" && $0 == "--" boundary {
  finish_part()
  in_headers = 1
  type = encoding = ""
  next
}

in_headers {
  if ($0 == "") {
    in_headers = 0
    start_part(type, encoding)
  } else if (tolower($0) ~ /^content-type:/) type = tolower(header_value($0))
  else if (tolower($0) ~ /^content-transfer-encoding:/) encoding = tolower(header_value($0))
  next
}

{ body($0) }

END { finish_part() }
