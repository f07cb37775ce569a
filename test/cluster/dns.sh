# dns.sh, to be sourced after settings.sh and processes.sh: names of Services, by CoreDNS in a pod.

apply_dns() {
  # Other names go to this machine's resolver, if pods can ask it.
  forward=
  ! grep -q '^nameserver' resolv.conf || forward='forward . /etc/resolv.conf'
  sed "s|DNS_ADDRESS|$dns_address|; s|DNS_IMAGE|$dns_image|; s|FORWARD|$forward|" "$here/dns.yaml" >dns.yaml
  # A few seconds pass until the controllers have made the system's namespaces.
  wait_for kube-controller-manager kubectl_cluster get serviceaccount default --namespace kube-system
  kubectl_cluster apply --filename dns.yaml >>"$logs/dns.log" 2>&1 || fail dns "could not be applied"
}

# Through everything that a name needs: the Service's address, kube-proxy, the pod network, CoreDNS, the API server.
wait_for_dns() {
  tries=0
  until busybox nslookup kubernetes.default.svc.cluster.local "$dns_address" >>"$logs/dns.log" 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 60 ]; then
      {
        kubectl_cluster --namespace kube-system get pods --output wide
        kubectl_cluster --namespace kube-system get events --sort-by .lastTimestamp | tail -n 10
      } >>"$logs/dns.log" 2>&1
      fail dns "does not answer"
    fi
    sleep 1
  done
}
