// The matrix: filters it, draws it, moves in it by keys. Tells of the chosen pairs by the event `pairs-chosen`.
{
  const { pairs, places, states } = JSON.parse(document.getElementById('report-data').textContent);
  const board = document.getElementById('map');
  const control = (id) => document.getElementById(id);
  const SIGNS = {
    silent: '✕',
    leaks: '!',
    impaired: '≈',
    'not-probed': '?',
    answers: '',
    apart: '·',
  };
  const rank = new Map(states.map(({ name }, index) => [name, index]));
  const words = new Map(states.map(({ name, words }) => [name, words]));
  /** More rows or columns than this are shown by node. */
  const MOST_PLACES = 72;

  const element = (name, properties = {}, ...children) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  };

  const passesFilters = (pair) => {
    const source = places[pair.source];
    const target = places[pair.target];
    const network = control('network').value;
    const node = control('node').value;
    const pod = control('pod').value.trim().toLowerCase();
    if (network === '*' && source.network === target.network) return false;
    if (network && network !== '*' && (source.network !== network || target.network !== network))
      return false;
    if (node && source.node !== node && target.node !== node) return false;
    if (pod && ![source, target].some((place) => place.pod.toLowerCase().includes(pod)))
      return false;
    return !control('failures').checked || pair.failures.length > 0;
  };

  const placeLabel = (index) => `${places[index].pod} ${places[index].interface}`;
  const nodeLabel = (index) => `${places[index].node} ${places[index].network}`;
  const order = (index) => {
    const { network, node, pod, interface: device } = places[index];
    return [network, node, pod, device].join('\n');
  };
  const inOrder = (indexes) =>
    [...new Set(indexes)].sort((one, other) => (order(one) < order(other) ? -1 : 1));

  /** Rows, columns and cells of what passes the filters. */
  const layOut = () => {
    const visible = pairs.filter(passesFilters);
    const sources = inOrder(visible.map(({ source }) => source));
    const targets = inOrder(visible.map(({ target }) => target));
    const tooMany = Math.max(sources.length, targets.length) > MOST_PLACES;
    const byNode = tooMany || control('by-node').checked;
    const label = byNode ? nodeLabel : placeLabel;
    const axis = (indexes) => [
      ...new Map(indexes.map((index) => [label(index), places[index].network])),
    ];
    const cells = new Map();
    for (const pair of visible) {
      const key = `${label(pair.source)}\n${label(pair.target)}`;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(pair);
    }
    for (const own of cells.values()) {
      own.sort((one, other) => rank.get(one.state) - rank.get(other.state));
    }
    return { visible, byNode, tooMany, rows: axis(sources), columns: axis(targets), cells };
  };

  const latency = (pair) => pair.milliseconds?.avg;

  const cellText = (own, byNode) => {
    const [first] = own;
    if (byNode) {
      const alike = own.filter(({ state }) => state === first.state).length;
      return `${SIGNS[first.state]}${alike}`;
    }
    const time = latency(first);
    if (first.state !== 'answers') return SIGNS[first.state];
    return time === undefined ? '' : String(Number(time.toPrecision(2)));
  };

  const describe = (row, column, own, byNode) => {
    const [first] = own;
    const time = latency(first);
    const count = own.length > 1 ? `, worst of ${own.length} pairs` : '';
    const delay = !byNode && time !== undefined ? `, ${time} ms` : '';
    return `${row} to ${column}: ${words.get(first.state)}${delay}${count}`;
  };

  const drawCell = (row, column, own, drawn) => {
    const cell = element('button', {
      type: 'button',
      className: `cell ${own[0].state}`,
      tabIndex: -1,
    });
    cell.textContent = drawn.small ? SIGNS[own[0].state] : cellText(own, drawn.byNode);
    cell.title = describe(row, column, own, drawn.byNode);
    cell.setAttribute('aria-label', cell.title);
    cell.setAttribute('aria-pressed', 'false');
    const time = latency(own[0]);
    if (own[0].state === 'answers' && time !== undefined) {
      cell.style.setProperty('--heat', drawn.slowest > 0 ? time / drawn.slowest : 0);
    }
    cell.addEventListener('click', () => choose(cell, own));
    return cell;
  };

  const starts = (axis, index) => index > 0 && axis[index][1] !== axis[index - 1][1];

  const drawGrid = (drawn) => {
    const { rows, columns, cells } = drawn;
    const head = element('tr', {}, element('th', { scope: 'col', textContent: 'from ↓  to →' }));
    columns.forEach(([name], index) => {
      const cell = element(
        'th',
        { scope: 'col', title: name },
        element('span', { textContent: name }),
      );
      cell.classList.toggle('start-column', starts(columns, index));
      head.append(cell);
    });
    const body = element('tbody');
    rows.forEach(([row], rowIndex) => {
      const line = element('tr', {}, element('th', { scope: 'row', textContent: row }));
      line.classList.toggle('start-row', starts(rows, rowIndex));
      columns.forEach(([column], index) => {
        const own = cells.get(`${row}\n${column}`);
        const cell = element('td', {}, ...(own ? [drawCell(row, column, own, drawn)] : []));
        cell.setAttribute('role', 'gridcell');
        cell.classList.toggle('start-column', starts(columns, index));
        line.append(cell);
      });
      body.append(line);
    });
    const grid = element('table', { className: 'grid' }, element('thead', {}, head), body);
    grid.setAttribute('role', 'grid');
    grid.setAttribute('aria-label', 'Reachability from rows to columns');
    return grid;
  };

  const note = ({ visible, byNode, tooMany }) => {
    const failing = visible.filter(({ failures }) => failures.length > 0).length;
    const shown = `${visible.length} of ${pairs.length} pairs, ${failing} with failures.`;
    if (!byNode) return `${shown} Numbers are average milliseconds.`;
    const why = tooMany
      ? ' By node, as there are many; filter by node or pod for single pods.'
      : '';
    return `${shown} Each cell is the worst of its pairs, and how many are so.${why}`;
  };

  const drawLegend = ({ visible, slowest }) => {
    const items = states
      .map((state) => [state, visible.filter((pair) => pair.state === state.name).length])
      .filter(([, count]) => count > 0)
      .map(([{ name, words }, count]) =>
        element(
          'li',
          {},
          element('span', { className: `swatch ${name}`, textContent: SIGNS[name] }),
          `${words} (${count})`,
        ),
      );
    if (slowest > 0) {
      const range = element('span', { className: 'swatch range' });
      items.push(element('li', {}, range, `0 to ${slowest} ms`));
    }
    control('legend').replaceChildren(...items);
  };

  const draw = () => {
    const drawn = layOut();
    const times = drawn.visible.filter(({ state }) => state === 'answers').map(latency);
    drawn.slowest = times.reduce((most, time) => Math.max(most, time ?? 0), 0);
    const size = Math.max(drawn.rows.length, drawn.columns.length);
    drawn.small = size > 36;
    board.classList.toggle('tall', size > 24);
    board.style.setProperty('--cell', size <= 14 ? '44px' : drawn.small ? '20px' : '32px');
    board.replaceChildren(
      drawn.visible.length > 0 ? drawGrid(drawn) : 'No pair passes the filters.',
    );
    const first = board.querySelector('.cell');
    if (first) first.tabIndex = 0;
    control('map-note').textContent = note(drawn);
    drawLegend(drawn);
    return drawn;
  };

  const choose = (cell, own) => {
    for (const other of board.querySelectorAll('[aria-pressed="true"]')) {
      other.setAttribute('aria-pressed', 'false');
    }
    cell.setAttribute('aria-pressed', 'true');
    enter(cell);
    document.dispatchEvent(new CustomEvent('pairs-chosen', { detail: own }));
  };

  /** The one cell that the Tab key leads to; its row and column are lit. */
  const enter = (cell) => {
    for (const other of board.querySelectorAll('.cell[tabindex="0"]')) other.tabIndex = -1;
    for (const lit of board.querySelectorAll('.lit')) lit.classList.remove('lit');
    cell.tabIndex = 0;
    const line = cell.closest('tr');
    line.firstElementChild.classList.add('lit');
    const column = [...line.children].indexOf(cell.parentElement);
    board.querySelector('thead tr').children[column].classList.add('lit');
  };

  /** The next cell that holds pairs, in one direction. */
  const neighbour = (cell, down, right) => {
    const lines = [...board.querySelectorAll('tbody tr')];
    let row = lines.indexOf(cell.closest('tr')) + down;
    let column = [...cell.closest('tr').children].indexOf(cell.parentElement) + right;
    for (; lines[row]?.children[column]; row += down, column += right) {
      const found = lines[row].children[column].querySelector('.cell');
      if (found) return found;
    }
  };
  const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  board.addEventListener('focusin', ({ target }) => {
    if (target.matches('.cell')) enter(target);
  });
  board.addEventListener('keydown', (event) => {
    const cell = event.target.closest('.cell');
    if (!cell) return;
    const line = cell.closest('tr').querySelectorAll('.cell');
    const ends = { Home: line[0], End: line[line.length - 1] };
    const next = MOVES[event.key] ? neighbour(cell, ...MOVES[event.key]) : ends[event.key];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  const filters = document.querySelector('.filters');
  filters?.addEventListener('input', draw);
  filters?.addEventListener('submit', (event) => event.preventDefault());

  /** Shows one pair, whatever the filters are. */
  const show = (pair) => {
    filters.reset();
    let drawn = draw();
    if (drawn.tooMany) {
      control('pod').value = places[pair.source].pod;
      drawn = draw();
    }
    const label = drawn.byNode ? nodeLabel : placeLabel;
    const row = drawn.rows.findIndex(([name]) => name === label(pair.source));
    const column = drawn.columns.findIndex(([name]) => name === label(pair.target));
    const cell = board
      .querySelectorAll('tbody tr')
      [row].children[column + 1].querySelector('.cell');
    choose(cell, [pair]);
    cell.focus();
    document.getElementById('matrix').scrollIntoView();
  };
  document.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-pair]');
    if (button) show(pairs[Number(button.dataset.pair)]);
  });

  if (board) draw();
}
