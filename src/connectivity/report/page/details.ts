import type { PageData, PageFailure, PagePair, PagePlace } from '../page-data.ts';
import { byId, element } from './dom.ts';

/** A cell between two nodes may hold thousands of pairs. */
const MOST_PAIRS = 40;

const DISTANCES: Readonly<Record<PagePair['scope'], string>> = {
  'same-node': 'same node',
  'other-node': 'another node, same zone',
  'other-zone': 'another zone',
  unknown: 'not known',
};

/**
 * The panel beside the matrix: what was seen of the chosen pairs, what it means, and what to do.
 *
 * @returns a function that shows pairs in the panel, worst first
 */
export function detailsPanel(data: PageData): (pairs: readonly PagePair[]) => void {
  const panel = byId('details', HTMLElement);
  return (pairs) => {
    const [first] = pairs;
    panel.replaceChildren(
      ...(pairs.length === 1 && first !== undefined
        ? onePair(first, data)
        : manyPairs(pairs, data)),
    );
    panel.scrollTop = 0;
  };
}

function onePair(pair: PagePair, data: PageData): readonly Node[] {
  return [element('h3', { textContent: pairTitle(pair, data) }), ...pairDetails(pair, data)];
}

function manyPairs(pairs: readonly PagePair[], data: PageData): readonly Node[] {
  const more = pairs.length - MOST_PAIRS;
  return [
    element('h3', { textContent: `${pairs.length} pairs, the worst first` }),
    ...pairs
      .slice(0, MOST_PAIRS)
      .map((pair, index) =>
        element(
          'details',
          { open: index === 0 },
          element('summary', { textContent: pairTitle(pair, data) }),
          ...pairDetails(pair, data),
        ),
      ),
    ...(more > 0 ? [element('p', { className: 'note', textContent: `and ${more} more` })] : []),
  ];
}

function pairTitle(pair: PagePair, { places }: PageData): string {
  const name = (index: number) => `${places[index]?.pod} ${places[index]?.interface}`;
  return `${name(pair.source)} → ${name(pair.target)}`;
}

function pairDetails(pair: PagePair, data: PageData): readonly Node[] {
  const state = data.states.find(({ name }) => name === pair.state);
  return [
    element('p', { className: `state ${pair.state}`, textContent: state?.words ?? pair.state }),
    ...pair.failures.flatMap((index) => data.failures[index] ?? []).map(failureDetails),
    pairFacts(pair, data),
  ];
}

function failureDetails({ check, detail, explanation, nextStep }: PageFailure): Node {
  const parts = [
    element('p', { className: 'check', textContent: check }),
    element('p', { className: 'seen', textContent: detail }),
  ];
  if (explanation !== undefined) parts.push(element('p', { textContent: explanation }));
  if (nextStep !== undefined) {
    const title = element('strong', { textContent: 'Next step' });
    parts.push(element('p', { className: 'next' }, title, capitalised(nextStep)));
  }
  return element('div', { className: 'fault' }, ...parts);
}

function pairFacts(pair: PagePair, { places }: PageData): Node {
  const { milliseconds: time, mtu } = pair;
  const expected = pair.expected === 'answer' ? 'an answer' : 'silence';
  const facts: (readonly [string, string])[] = [
    ['From', placeText(places[pair.source])],
    ['To', placeText(places[pair.target])],
    ['Distance', DISTANCES[pair.scope]],
    ['Expected', `${expected} (${pair.because})`],
    ['Packets', packetText(pair)],
  ];
  if (time !== null) {
    facts.push(['Delay', `${time.min} / ${time.avg} / ${time.max} ms (min / avg / max)`]);
  }
  if (mtu !== null) facts.push(['MTU', mtuText(mtu)]);
  for (const exchange of pair.exchanges) {
    facts.push([exchange.protocol.toUpperCase(), exchangeText(exchange)]);
  }
  if (pair.jitterMilliseconds !== null) facts.push(['Jitter', `${pair.jitterMilliseconds} ms`]);
  if (pair.megabitsPerSecond !== null) {
    facts.push(['Throughput', `${pair.megabitsPerSecond} Mbit/s`]);
  }
  const parts = facts.flatMap(([name, value]) => [
    element('dt', { textContent: name }),
    element('dd', { textContent: value }),
  ]);
  return element('dl', {}, ...parts);
}

function placeText(place: PagePlace | undefined): string {
  if (place === undefined) return '';
  const { address, network, node, zone } = place;
  return [address ?? 'no address', network, node, zone].filter((line) => line !== '').join('\n');
}

function packetText({ sent, received, attempts }: PagePair): string {
  if (sent === 0) return 'none sent';
  return `${received} of ${sent} answered${attempts > 1 ? `, at attempt ${attempts}` : ''}`;
}

function exchangeText({ port, result, tries, milliseconds, large }: PagePair['exchanges'][number]) {
  const again = tries > 1 ? `, at try ${tries}` : '';
  const filled =
    large === null ? '' : `; ${large.bytes} bytes ${large.passed ? 'pass' : 'do not pass'}`;
  return `port ${port} ${result} in ${milliseconds} ms${again}${filled}`;
}

function mtuText({ bytes, passed, pathMtu }: NonNullable<PagePair['mtu']>): string {
  if (passed) return `${bytes} bytes pass in one piece`;
  return `${bytes} bytes do not pass${pathMtu === null ? '' : `; the path takes ${pathMtu}`}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
