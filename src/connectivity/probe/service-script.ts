import { SERVICE_PORTS } from '../protocol.ts';

/**
 * Finds agnhost, which the image `e2e-test-images/agnhost` has at its root. `$A` is its path, or empty:
 * https://github.com/kubernetes/kubernetes/tree/v1.34.4/test/images/agnhost
 */
export const FIND_AGNHOST = 'A=/agnhost; [ -x "$A" ] || A=$(command -v agnhost) || A=';

/**
 * The command of a test pod that answers TCP, UDP and SCTP, for `sh -c`. An image without agnhost or iperf lacks their services
 * and still sleeps until SIGTERM, so pings work.
 *
 * agnhost's HTTP server would run commands for anybody who asks; `--http-override` lets it answer with the pod's name alone. SCTP
 * has a process of its own, because agnhost ends when the kernel has no SCTP, and whenever a client gives up before it has its
 * answer (netexec.go, `assertNoError`). So it is started again: at first a few times, because the first pod of a node makes the
 * kernel load the module, and another pod may ask while that is under way; and always when the kernel has SCTP.
 */
export function serviceScript(): string {
  const { tcp, udp, sctp, iperf } = SERVICE_PORTS;
  const agnhost = '"$A" netexec --http-override=/hostname';
  return [
    'trap "exit 0" TERM INT',
    FIND_AGNHOST,
    'if [ -n "$A" ]; then',
    `${agnhost} --http-port=${tcp} --udp-port=${udp} >/dev/null 2>&1 &`,
    `{ n=0; while [ $n -lt 5 ] || [ -e /proc/net/sctp ]; do n=$((n+1)); ${agnhost} --http-port=0 --udp-port=-1 --sctp-port=${sctp} >/dev/null 2>&1; sleep 1; done; } &`,
    'fi',
    `if command -v iperf >/dev/null; then iperf -s -p ${iperf} >/dev/null 2>&1 & fi`,
    'while :; do sleep 3600 & wait $!; done',
  ].join('\n');
}
