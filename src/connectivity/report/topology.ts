import { judgePairs, type PairState } from './pair-state.ts';
import type { Report, ReportedPod } from './report.ts';

/** A larger diagram is not readable, and GitHub draws none with more than 500 edges. */
const MOST_NODES = 12;
const MOST_PODS = 48;
const MOST_FAILED_PAIRS = 24;

const STATE_WORDS: Readonly<Record<PairState, string>> = {
  silent: 'silent',
  leaks: 'not isolated',
  impaired: 'impaired',
  'not-probed': 'not probed',
  answers: 'answers',
  apart: 'isolated',
};

/**
 * Nodes, pods and networks as a Mermaid flowchart, with the pairs that fail. For a large cluster, only the nodes with
 * the number of their pods.
 */
export function topologyMermaid(report: Report): string {
  const pods = report.pods.length <= MOST_PODS;
  const nodeNames = [...new Set(report.pods.map(({ node }) => node))];
  const shown = nodeNames.slice(0, pods ? nodeNames.length : MOST_NODES);
  const networks = new Map(report.networks.map(({ id }, index) => [id, `w${index}`]));
  const lines = [
    'flowchart LR',
    ...shown.flatMap((node, index) => {
      const own = report.pods.filter((pod) => pod.node === node);
      return pods ? nodeWithPods(node, index, own, report) : nodeAlone(node, index, own, networks);
    }),
    ...report.networks.map(
      ({ id, kind }) => `  ${networks.get(id)}([${label(id, kind)}]):::network`,
    ),
    ...(pods ? attachments(report, networks) : []),
    ...(pods ? failedPairs(report) : []),
    ...leftOut(nodeNames.length - shown.length),
    '  classDef network fill:#dbeafe,stroke:#1d4ed8,color:#172554',
    '  classDef unready fill:#fee2e2,stroke:#b91c1c,color:#450a0a',
  ];
  return lines.join('\n');
}

function nodeWithPods(
  node: string | null,
  index: number,
  own: readonly ReportedPod[],
  { pods }: Report,
): string[] {
  const title = label(node ?? 'no node', own[0]?.zone ?? '');
  const boxes = own.map(
    (pod) => `    p${pods.indexOf(pod)}[${label(pod.name)}]${pod.ready ? '' : ':::unready'}`,
  );
  return [`  subgraph n${index}[${title}]`, ...boxes, '  end'];
}

function nodeAlone(
  node: string | null,
  index: number,
  own: readonly ReportedPod[],
  networks: ReadonlyMap<string, string>,
): string[] {
  const title = label(node ?? 'no node', `${own.length} pods`);
  const used = new Set(own.flatMap((pod) => pod.interfaces.map(({ network }) => network)));
  const edges = [...used].flatMap((id) => networks.get(id) ?? []);
  return [`  n${index}[${title}]`, ...edges.map((id) => `  n${index} --- ${id}`)];
}

function attachments({ pods }: Report, networks: ReadonlyMap<string, string>): string[] {
  return pods.flatMap(({ interfaces }, index) =>
    interfaces
      .filter(({ network }) => networks.has(network))
      .map(
        ({ name, address, network }) =>
          `  p${index} ---|${label(name, address ?? 'no address')}| ${networks.get(network)}`,
      ),
  );
}

/** One arrow for each two pods and state, whatever the number of interfaces. */
function failedPairs(report: Report): string[] {
  const indexes = new Map(report.pods.map(({ name }, index) => [name, index]));
  const failed = judgePairs(report).filter(({ failures }) => failures.length > 0);
  const arrows = failed.map(({ pair, state }) => {
    const [source, target] = [pair.source.pod, pair.target.pod].map((pod) => indexes.get(pod));
    return `  p${source} -.->|${label(STATE_WORDS[state])}| p${target}`;
  });
  const edges = [...new Set(arrows)];
  const more = edges.length - MOST_FAILED_PAIRS;
  const note = more > 0 ? [`  more[${label(`${more} more pairs of pods fail`)}]:::unready`] : [];
  return [...edges.slice(0, MOST_FAILED_PAIRS), ...note];
}

function leftOut(nodes: number): string[] {
  return nodes > 0 ? [`  rest[${label(`${nodes} more nodes`)}]`] : [];
}

/** Lines in quotes. Characters that Mermaid or HTML would interpret become character codes. */
function label(...lines: readonly string[]): string {
  const safe = lines
    .filter((line) => line !== '')
    .map((line) =>
      line.replace(/\p{C}/gu, '').replace(/[^\p{L}\p{N} .,:/_()-]/gu, (character) => {
        return `#${character.codePointAt(0)};`;
      }),
    );
  return `"${safe.join('<br>')}"`;
}
