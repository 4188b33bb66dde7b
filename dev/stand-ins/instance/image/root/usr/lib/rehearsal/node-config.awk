# Reads the parts of a NodeConfig (node.eks.aws/v1alpha1) that this instance honours. Prints one
# `name<TAB>value` line per cluster field (as cluster.name) and per kubelet flag; writes
# spec.kubelet.config as a drop-in for the kubelet's --config-dir to the file `dropin`.
# Understands block style, one-line flow mappings and lists, quoted and plain scalars; not all of YAML.

function indent_of(line) { match(line, /^ */); return RLENGTH }

function scalar(text) {
  sub(/[ \t]+#.*$/, "", text)
  sub(/[ \t]+$/, "", text)
  if (text ~ /^".*"$/ || text ~ /^'.*'$/) text = substr(text, 2, length(text) - 2)
  return text
}

function emit(name, text) { print name "\t" scalar(text) }

function flow_items(text, items) {
  sub(/^[\[{][ ]*/, "", text)
  sub(/[ ]*[\]}][ ]*$/, "", text)
  return split(text, items, /,[ ]*/)
}

function start_dropin() {
  print "apiVersion: kubelet.config.k8s.io/v1beta1" > dropin
  print "kind: KubeletConfiguration" > dropin
}

function flow_dropin(text) {
  sub(/^{/, "{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, ", text)
  print text > dropin
}

# Opens the mapping `key` at this depth and returns its full path, such as spec.kubelet.config.
function enter(indent, key,   path, i) {
  while (depth > 0 && indents[depth] >= indent) depth--
  depth++
  indents[depth] = indent
  keys[depth] = key
  path = keys[1]
  for (i = 2; i <= depth; i++) path = path "." keys[i]
  return path
}

{ sub(/\r$/, "") }
/^[ \t]*(#.*)?$/ || /^---/ { next }

copying {
  if (indent_of($0) > config_indent) {
    if (base == 0) base = indent_of($0)
    print substr($0, base + 1) > dropin
    next
  }
  copying = 0
}

path == "spec.kubelet.flags" && /^ *- / {
  sub(/^ *- +/, "")
  emit("flag", $0)
  next
}

{
  indent = indent_of($0)
  line = substr($0, indent + 1)
  colon = index(line ":", ":")
  key = scalar(substr(line, 1, colon - 1))
  value = substr(line, colon + 1)
  sub(/^ +/, "", value)
  path = enter(indent, key)
}

path ~ /^spec\.cluster\.[A-Za-z]+$/ && value != "" { emit("cluster." key, value) }

path == "spec.cluster" && value ~ /^{/ {
  count = flow_items(value, items)
  for (i = 1; i <= count; i++) {
    colon = index(items[i], ":")
    text = substr(items[i], colon + 1)
    sub(/^ +/, "", text)
    emit("cluster." scalar(substr(items[i], 1, colon - 1)), text)
  }
}

path == "spec.kubelet.flags" && value ~ /^\[/ {
  count = flow_items(value, items)
  for (i = 1; i <= count; i++) emit("flag", items[i])
}

path == "spec.kubelet.config" {
  if (value ~ /^{/) flow_dropin(value)
  else {
    start_dropin()
    copying = 1
    config_indent = indent
    base = 0
  }
}
