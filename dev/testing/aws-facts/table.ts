import type { Fact, Service } from './fact.ts';

/** `same`, `differs`, `absent`: what the stand-in does beside a fact. `doubt`: no source settles it. */
export type Verdict = 'same' | 'differs' | 'absent' | 'doubt';

export const VERDICTS: readonly Verdict[] = ['same', 'differs', 'absent', 'doubt'];

/** A fact's verdict. A doubt stays one, whatever the stand-in does. */
export function verdictOf({ kind, standIn }: Pick<Fact, 'kind' | 'standIn'>): Verdict {
  if (kind === 'doubt') return 'doubt';
  if (standIn === 'same') return 'same';
  return 'differs' in standIn ? 'differs' : 'absent';
}

/** Why the stand-in answers otherwise or never so; what it does, for a doubt. */
export function reasonOf({ standIn }: Pick<Fact, 'standIn'>): string {
  if (standIn === 'same') return 'The stand-in does this.';
  return 'differs' in standIn ? standIn.differs : standIn.absent;
}

/** How many facts of each service have each verdict, as lines of a table. */
export function factTable(facts: Readonly<Record<Service, readonly Fact[]>>): readonly string[] {
  const rows = Object.entries(facts).map(([service, own]) => [service, ...countsOf(own)]);
  const total = ['all', ...countsOf(Object.values(facts).flat())];
  const header = ['service', 'facts', ...VERDICTS];
  return [header, ...rows, total].map(
    ([name = '', ...cells]) => name.padEnd(16) + cells.map((cell) => cell.padStart(9)).join(''),
  );
}

function countsOf(facts: readonly Fact[]): readonly string[] {
  const counts = VERDICTS.map((verdict) => facts.filter((fact) => verdictOf(fact) === verdict));
  return [facts, ...counts].map(({ length }) => String(length));
}
