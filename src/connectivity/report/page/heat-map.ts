import type { PageData, PagePair } from '../page-data.ts';
import { byId, element } from './dom.ts';
import { type Filters, type Layout, type Line, layOut } from './layout.ts';

type State = PagePair['state'];

const SIGNS: Readonly<Record<State, string>> = {
  silent: '✕',
  leaks: '!',
  impaired: '≈',
  'not-probed': '?',
  answers: '',
  apart: '·',
};

/** Rows down and columns to the right that an arrow key moves by. */
const MOVES: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The layout, and what all of its cells are drawn by. */
interface Drawing {
  readonly layout: Layout;
  /** The longest average time of an answer among the visible pairs, in milliseconds. */
  readonly slowest: number;
  /** Cells are too small for a number. */
  readonly small: boolean;
}

/** The matrix: filters it, draws it, and moves in it by keys. */
export class HeatMap {
  readonly #data: PageData;
  readonly #choosePairs: (pairs: readonly PagePair[]) => void;
  readonly #words: ReadonlyMap<State, string>;
  readonly #board = byId('map', HTMLElement);

  /** @param choosePairs shows the pairs of the cell that was chosen, worst first */
  constructor(data: PageData, choosePairs: (pairs: readonly PagePair[]) => void) {
    this.#data = data;
    this.#choosePairs = choosePairs;
    this.#words = new Map(data.states.map(({ name, words }) => [name, words]));
  }

  /** Draws the matrix and listens to the filters, the keys and the buttons that show one pair. */
  start(): void {
    this.#board.addEventListener('focusin', ({ target }) => {
      if (target instanceof HTMLElement && target.matches('.cell')) this.#enter(target);
    });
    this.#board.addEventListener('keydown', (event) => this.#move(event));
    const form = filterForm();
    form.addEventListener('input', () => this.#draw());
    form.addEventListener('submit', (event) => event.preventDefault());
    document.addEventListener('click', ({ target }) => {
      const button = target instanceof Element ? target.closest('[data-pair]') : null;
      const pair = this.#data.pairs[Number(button?.getAttribute('data-pair') ?? -1)];
      if (pair !== undefined) this.#show(pair);
    });
    this.#draw();
  }

  #draw(): Layout {
    const layout = layOut(this.#data, readFilters());
    const answers = layout.visible.filter(({ state }) => state === 'answers');
    const slowest = answers.reduce((most, pair) => Math.max(most, delay(pair) ?? 0), 0);
    const size = Math.max(layout.rows.length, layout.columns.length);
    const drawing = { layout, slowest, small: size > 36 };
    const width = size <= 14 ? '44px' : drawing.small ? '20px' : '32px';
    this.#board.classList.toggle('tall', size > 24);
    this.#board.style.setProperty('--cell', width);
    this.#board.replaceChildren(
      layout.visible.length > 0 ? this.#grid(drawing) : 'No pair passes the filters.',
    );
    const first = this.#board.querySelector<HTMLElement>('.cell');
    if (first !== null) first.tabIndex = 0;
    byId('map-note', HTMLElement).textContent = noteText(layout, this.#data.pairs.length);
    this.#drawLegend(drawing);
    return layout;
  }

  #grid(drawing: Drawing): HTMLElement {
    const { rows, columns } = drawing.layout;
    const corner = element('th', { scope: 'col', textContent: 'from ↓  to →' });
    const heads = columns.map(({ label: title }, index) => {
      const name = element('span', { textContent: title });
      return withBorder(element('th', { scope: 'col', title }, name), columns, index);
    });
    const body = element('tbody');
    rows.forEach(({ label: row }, rowIndex) => {
      const line = element('tr', {}, element('th', { scope: 'row', textContent: row }));
      line.classList.toggle('start-row', startsNetwork(rows, rowIndex));
      columns.forEach(({ label: column }, index) => {
        const pairs = drawing.layout.cell(row, column);
        const [worst] = pairs;
        const content = worst === undefined ? [] : [this.#cell(row, column, worst, pairs, drawing)];
        const cell = element('td', {}, ...content);
        cell.setAttribute('role', 'gridcell');
        line.append(withBorder(cell, columns, index));
      });
      body.append(line);
    });
    const head = element('thead', {}, element('tr', {}, corner, ...heads));
    const grid = element('table', { className: 'grid' }, head, body);
    grid.setAttribute('role', 'grid');
    grid.setAttribute('aria-label', 'Reachability from rows to columns');
    return grid;
  }

  #cell(
    row: string,
    column: string,
    worst: PagePair,
    pairs: readonly PagePair[],
    { layout, slowest, small }: Drawing,
  ): HTMLElement {
    const time = delay(worst);
    const count = pairs.length > 1 ? `, worst of ${pairs.length} pairs` : '';
    const shownDelay = !layout.byNode && time !== undefined ? `, ${time} ms` : '';
    const title = `${row} to ${column}: ${this.#words.get(worst.state)}${shownDelay}${count}`;
    const textContent = small ? SIGNS[worst.state] : cellText(worst, pairs, layout.byNode);
    const className = `cell ${worst.state}`;
    const cell = element('button', { type: 'button', className, tabIndex: -1, title, textContent });
    cell.setAttribute('aria-label', title);
    cell.setAttribute('aria-pressed', 'false');
    if (worst.state === 'answers' && time !== undefined) {
      cell.style.setProperty('--heat', String(slowest > 0 ? time / slowest : 0));
    }
    cell.addEventListener('click', () => this.#choose(cell, pairs));
    return cell;
  }

  #drawLegend({ layout, slowest }: Drawing): void {
    const items = this.#data.states.flatMap(({ name, words }) => {
      const count = layout.visible.filter(({ state }) => state === name).length;
      const swatch = element('span', { className: `swatch ${name}`, textContent: SIGNS[name] });
      return count === 0 ? [] : [element('li', {}, swatch, `${words} (${count})`)];
    });
    if (slowest > 0) {
      const range = element('span', { className: 'swatch range' });
      items.push(element('li', {}, range, `0 to ${slowest} ms`));
    }
    byId('legend', HTMLElement).replaceChildren(...items);
  }

  #choose(cell: HTMLElement, pairs: readonly PagePair[]): void {
    for (const other of this.#board.querySelectorAll('[aria-pressed="true"]')) {
      other.setAttribute('aria-pressed', 'false');
    }
    cell.setAttribute('aria-pressed', 'true');
    this.#enter(cell);
    this.#choosePairs(pairs);
  }

  /** Makes a cell the one that the Tab key leads to, and highlights its row and column. */
  #enter(cell: HTMLElement): void {
    for (const other of this.#board.querySelectorAll<HTMLElement>('.cell[tabindex="0"]')) {
      other.tabIndex = -1;
    }
    for (const lit of this.#board.querySelectorAll('.lit')) lit.classList.remove('lit');
    cell.tabIndex = 0;
    const line = cell.closest('tr');
    line?.firstElementChild?.classList.add('lit');
    const heads = this.#board.querySelector('thead tr')?.children;
    heads?.[columnIndex(cell)]?.classList.add('lit');
  }

  #move(event: KeyboardEvent): void {
    const cell = event.target instanceof Element ? event.target.closest('.cell') : null;
    const next = cell === null ? null : this.#cellAfter(cell, event.key);
    if (next === null) return;
    event.preventDefault();
    next.focus();
  }

  /** The cell that a key leads to: the next one that holds pairs, or the first or last of the row. */
  #cellAfter(cell: Element, key: string): HTMLElement | null {
    const inRow = cell.closest('tr')?.querySelectorAll<HTMLElement>('.cell');
    if (key === 'Home') return inRow?.[0] ?? null;
    if (key === 'End') return inRow?.[inRow.length - 1] ?? null;
    const [down, right] = MOVES[key] ?? [0, 0];
    if (down === 0 && right === 0) return null;
    const lines = [...this.#board.querySelectorAll('tbody tr')];
    let row = lines.findIndex((line) => line.contains(cell)) + down;
    let column = columnIndex(cell) + right;
    for (; lines[row]?.children[column] !== undefined; row += down, column += right) {
      const found = lines[row]?.children[column]?.querySelector<HTMLElement>('.cell');
      if (found) return found;
    }
    return null;
  }

  /** Shows one pair, whatever the filters are. */
  #show(pair: PagePair): void {
    filterForm().reset();
    let layout = this.#draw();
    if (layout.tooMany) {
      byId('pod', HTMLInputElement).value = this.#data.places[pair.source]?.pod ?? '';
      layout = this.#draw();
    }
    const row = layout.rows.findIndex(({ label }) => label === layout.rowOf(pair));
    const column = layout.columns.findIndex(({ label }) => label === layout.columnOf(pair));
    const line = this.#board.querySelectorAll('tbody tr')[row];
    const cell = line?.children[column + 1]?.querySelector<HTMLElement>('.cell');
    if (!cell) return;
    this.#choose(cell, [pair]);
    cell.focus();
    byId('matrix', HTMLElement).scrollIntoView();
  }
}

function filterForm(): HTMLFormElement {
  return byId('filters', HTMLFormElement);
}

function readFilters(): Filters {
  return {
    network: byId('network', HTMLSelectElement).value,
    node: byId('node', HTMLSelectElement).value,
    pod: byId('pod', HTMLInputElement).value.trim().toLowerCase(),
    failuresOnly: byId('failures', HTMLInputElement).checked,
    byNode: byId('by-node', HTMLInputElement).checked,
  };
}

function delay({ milliseconds }: PagePair): number | undefined {
  return milliseconds?.avg;
}

function cellText(worst: PagePair, pairs: readonly PagePair[], byNode: boolean): string {
  if (byNode) {
    const alike = pairs.filter(({ state }) => state === worst.state).length;
    return `${SIGNS[worst.state]}${alike}`;
  }
  if (worst.state !== 'answers') return SIGNS[worst.state];
  const time = delay(worst);
  return time === undefined ? '' : String(Number(time.toPrecision(2)));
}

function noteText({ visible, byNode, tooMany }: Layout, all: number): string {
  const failing = visible.filter(({ failures }) => failures.length > 0).length;
  const shown = `${visible.length} of ${all} pairs, ${failing} with failures.`;
  if (!byNode) return `${shown} Numbers are average milliseconds.`;
  const why = tooMany ? ' By node, as there are many; filter by node or pod for single pods.' : '';
  return `${shown} Each cell is the worst of its pairs, and how many are so.${why}`;
}

function columnIndex(cell: Element): number {
  return [...(cell.closest('tr')?.children ?? [])].findIndex((child) => child.contains(cell));
}

function withBorder(cell: HTMLElement, columns: readonly Line[], index: number): HTMLElement {
  cell.classList.toggle('start-column', startsNetwork(columns, index));
  return cell;
}

function startsNetwork(lines: readonly Line[], index: number): boolean {
  return index > 0 && lines[index]?.network !== lines[index - 1]?.network;
}
