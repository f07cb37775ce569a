# our-rules.awk: reads one table of iptables-save, writes what iptables-restore --noflush has to do to remove what is the
# cluster's: chains KUBE-… of the kubelet and kube-proxy, rules that name our network, and the chains made for our pods.
# Variables: table; network; shared=1 to take the CNI-HOSTPORT-… chains too, which every user of the CNI plugins shares,
# unless another network has ports in them.

/^:/ { known[substr($1, 2)] }
/^:KUBE-/ { drop[substr($1, 2)] }
/^-A/ { rules[++count] = $0 }

function ours(rule) {
  return rule ~ /KUBE-/ || index(rule, "name: \\\"" network "\\\"") || rule ~ /--comment "?pilotfish-cluster/
}

END {
  for (i = 1; i <= count; i++) {
    remove[i] = ours(rules[i])
    # The chain of one pod, which only a rule that names it tells.
    if (remove[i] && match(rules[i], /-j CNI-(DN-)?[0-9a-f]+$/)) drop[substr(rules[i], RSTART + 3)]
  }
  for (chain in known) if (chain ~ /^CNI-DN-/ && !(chain in drop)) shared = 0
  if (shared) for (chain in known) if (chain ~ /^CNI-HOSTPORT-/) drop[chain]

  print "*" table
  for (i = 1; i <= count; i++) {
    split(rules[i], word, " ")
    target = match(rules[i], /-j [^ ]+/) ? substr(rules[i], RSTART + 3, RLENGTH - 3) : ""
    # What is in a chain that goes, goes with it.
    if ((remove[i] || target in drop) && !(word[2] in drop)) { sub(/^-A/, "-D", rules[i]); print rules[i]; found = 1 }
  }
  for (chain in drop) { print "-F " chain; found = 1 }
  for (chain in drop) print "-X " chain
  if (found) print "COMMIT"
  exit !found
}
