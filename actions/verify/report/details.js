// The panel beside the matrix: what was seen of the chosen pairs, what it means, what to do.
{
  const { places, states, failures } = JSON.parse(
    document.getElementById('report-data').textContent,
  );
  const panel = document.getElementById('details');
  const words = new Map(states.map(({ name, words }) => [name, words]));
  const SCOPES = {
    'same-node': 'same node',
    'other-node': 'another node, same zone',
    'other-zone': 'another zone',
    unknown: 'not known',
  };
  /** A cell of nodes may hold thousands. */
  const MOST = 40;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const capitalised = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  const title = (pair) => {
    const [source, target] = [places[pair.source], places[pair.target]];
    return `${source.pod} ${source.interface} → ${target.pod} ${target.interface}`;
  };

  const where = ({ address, network, node, zone }) =>
    [address ?? 'no address', network, node, zone].filter(Boolean).join('\n');

  const packets = ({ sent, received, attempts }) => {
    if (sent === 0) return 'none sent';
    return `${received} of ${sent} answered${attempts > 1 ? `, at attempt ${attempts}` : ''}`;
  };

  const largest = ({ bytes, passed, pathMtu }) => {
    if (passed) return `${bytes} bytes pass in one piece`;
    return `${bytes} bytes do not pass${pathMtu ? `; the path takes ${pathMtu}` : ''}`;
  };

  const facts = (pair) => {
    const { milliseconds: time, mtu, megabitsPerSecond: rate } = pair;
    const expected = pair.expected === 'answer' ? 'an answer' : 'silence';
    const rows = [
      ['From', where(places[pair.source])],
      ['To', where(places[pair.target])],
      ['Distance', SCOPES[pair.scope]],
      ['Expected', `${expected} (${pair.because})`],
      ['Packets', packets(pair)],
      ['Delay', time && `${time.min} / ${time.avg} / ${time.max} ms (min / avg / max)`],
      ['MTU', mtu && largest(mtu)],
      ['Throughput', rate !== null && `${rate} Mbit/s`],
    ].filter(([, value]) => value);
    const parts = rows.flatMap(([name, value]) => [
      element('dt', { textContent: name }),
      element('dd', { textContent: value }),
    ]);
    return element('dl', {}, ...parts);
  };

  const fault = (index) => {
    const { check, detail, explanation, nextStep } = failures[index];
    const parts = [
      element('p', { className: 'check', textContent: check }),
      element('p', { className: 'seen', textContent: detail }),
    ];
    if (explanation) parts.push(element('p', { textContent: explanation }));
    if (nextStep) {
      const next = element('p', { className: 'next' });
      next.append(element('strong', { textContent: 'Next step' }), capitalised(nextStep));
      parts.push(next);
    }
    return element('div', { className: 'fault' }, ...parts);
  };

  const body = (pair) => [
    element('p', { className: `state ${pair.state}`, textContent: words.get(pair.state) }),
    ...pair.failures.map(fault),
    facts(pair),
  ];

  const folded = (pair, index) =>
    element(
      'details',
      { open: index === 0 },
      element('summary', { textContent: title(pair) }),
      ...body(pair),
    );

  document.addEventListener('pairs-chosen', ({ detail: pairs }) => {
    if (pairs.length === 1) {
      panel.replaceChildren(element('h3', { textContent: title(pairs[0]) }), ...body(pairs[0]));
    } else {
      const more = pairs.length - MOST;
      panel.replaceChildren(
        element('h3', { textContent: `${pairs.length} pairs, the worst first` }),
        ...pairs.slice(0, MOST).map(folded),
        ...(more > 0 ? [element('p', { className: 'note', textContent: `and ${more} more` })] : []),
      );
    }
    panel.scrollTop = 0;
  });
}
