import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Dependencies } from '../language/graph.ts';
import { runGraph } from './run-graph.ts';

const graphs = fc
  .array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 10 })
  .map(
    (needs): Dependencies =>
      new Map(
        needs.map((some, node) => [
          `n${node}`,
          new Set(node === 0 ? [] : some.map((need) => `n${need % node}`)),
        ]),
      ),
  );

/** Resolves after a few turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

describe('a graph of work', () => {
  test('every node runs once, after its dependencies', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.array(fc.nat(5), { minLength: 10 }), async (graph, speed) => {
        const ended = new Set<string>();
        const outcome = await runGraph(
          graph,
          async (node) => {
            for (const need of graph.get(node) ?? []) expect(ended).toContain(need);
            await turns(speed[Number(node.slice(1))] ?? 0);
            ended.add(node);
          },
          { stopAtFailure: true },
        );
        expect(outcome.failed.size).toBe(0);
        expect([...outcome.done].sort()).toEqual([...graph.keys()].sort());
      }),
    );
  });

  test('a failed node keeps its dependents from starting, and no others', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.nat(9), async (graph, bad) => {
        const started = new Set<string>();
        const { failed, done } = await runGraph(
          graph,
          async (node) => {
            started.add(node);
            if (node === `n${bad}`) throw new Error('bad');
          },
          { stopAtFailure: false },
        );
        const doomed = (node: string): boolean =>
          node === `n${bad}` || [...(graph.get(node) ?? [])].some(doomed);
        const expected = [...graph.keys()].filter((node) => !doomed(node));
        expect([...done].sort()).toEqual(expected.sort());
        expect([...failed.keys()]).toEqual(graph.has(`n${bad}`) ? [`n${bad}`] : []);
        expect(started.size).toBe(done.length + failed.size);
      }),
    );
  });

  test('with stopAtFailure, running nodes end but no new ones start', async () => {
    const ended: string[] = [];
    const graph = new Map([
      ['bad', new Set<string>()],
      ['slow', new Set<string>()],
      ['later', new Set(['slow'])],
    ]);
    const { failed, done } = await runGraph(
      graph,
      async (node) => {
        if (node === 'bad') throw new Error('bad');
        await turns(10);
        ended.push(node);
      },
      { stopAtFailure: true },
    );
    expect([...failed.keys()]).toEqual(['bad']);
    expect(done).toEqual(['slow']);
    expect(ended).toEqual(['slow']);
  });
});
