import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CHECKOUT } from '../../tools/checkout.ts';
import { type AnsweringServer, startAnsweringServer } from './answering-server.ts';
import { expectAnswer } from './compare.ts';
import { DECIDERS, NO_DECIDERS } from './deciders/deciders.ts';
import type { Fact } from './fact.ts';
import { allFacts, FACTS } from './facts/facts.ts';
import { decidersIn, findDeciders } from './find-deciders.ts';
import { MUTATIONS, mutated } from './mutations.ts';
import { factTable } from './table.ts';

let server: AnsweringServer;
beforeAll(async () => {
  server = await startAnsweringServer();
  // The deciders that make their own client find the same server.
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

/** What EventBridge delivers is no answer to a call. */
const isDelivered = ({ call }: Fact) => call.includes(' ');

const cases = allFacts()
  .filter(([, fact]) => !isDelivered(fact))
  .map(([service, fact]) => ({ name: `${service} ${fact.id}`, service, fact }));

describe('what AWS answers', () => {
  it.each(cases)(
    '$name: the client reads it, and each decider judges it',
    async ({ service, fact }) => {
      const given = await server.send(service, fact);
      expectAnswer(given, fact);
      for (const { decider, verdict } of fact.reliedOnBy) {
        const found = await DECIDERS[decider]?.(given);
        if (verdict instanceof RegExp) expect(found, decider).toMatch(verdict);
        else expect(found, decider).toBe(verdict);
      }
    },
  );

  it('is at least 130 facts, each with its own id, source and circumstances', () => {
    const facts = allFacts().map(([, fact]) => fact);
    expect(facts.length).toBeGreaterThanOrEqual(130);
    expect(new Set(facts.map(({ id }) => id)).size).toBe(facts.length);
    for (const { id, source, when } of facts) {
      expect(source, id).toMatch(/\w\/\w|^quoted in/);
      expect(when, id).not.toBe('');
    }
    console.log(factTable(FACTS).join('\n'));
  });
});

describe('the deciders of the product', () => {
  const found = findDeciders();
  const relied = new Set(
    allFacts().flatMap(([, fact]) => fact.reliedOnBy.map((one) => one.decider)),
  );

  it.each(found.filter((name) => !(name in NO_DECIDERS)))('%s relies on a fact', (name) => {
    expect(relied).toContain(name);
    expect(Object.keys(DECIDERS)).toContain(name);
  });

  it('are those that the facts and the exceptions name', () => {
    const named = [...relied, ...Object.keys(DECIDERS), ...Object.keys(NO_DECIDERS)];
    const missing = named.filter((name) => !found.includes(name) && !isInSources(name));
    expect(missing).toEqual([]);
  });
});

/** Whether a decider that the rule does not find, because it reads no error, is a function of its file. */
function isInSources(name: string): boolean {
  const [file = '', own = ''] = name.split('#');
  const text = readFileSync(join(CHECKOUT, file), 'utf8');
  return !(name in NO_DECIDERS) && text.includes(`function ${own}(`);
}

it('troubleshooting names the words with which a node group fails', () => {
  const page = readFileSync(join(CHECKOUT, 'docs', 'troubleshooting.md'), 'utf8');
  expect(page).toContain('did not stabilize');
  // These come from a CreationPolicy, which no template has.
  expect(page).not.toContain('SUCCESS signal');
});

it.each(MUTATIONS)('the fault can be put back: $fault', (mutation) => {
  const text = readFileSync(join(CHECKOUT, mutation.file), 'utf8');
  expect(mutated(text, mutation)).not.toBe(text);
});

describe('the search for deciders', () => {
  it.each([
    ['a property of a caught error', 'try { x() } catch (error) { return error.name }'],
    ['its message by a cast', 'try { x() } catch (e) { return (e as Error).message }'],
    ['parts of it', 'try { x() } catch (e) { const { name } = e as Error; return name }'],
    ['parts of it at once', 'try { x() } catch ({ name }) { return name }'],
    ['its class', 'try { x() } catch (e) { if (e instanceof NotFound) return }'],
    ['a field of it', "try { x() } catch (e) { return '$fault' in e }"],
    ['its text', 'try { x() } catch (e) { return /busy/.test(String(e)) }'],
    ['a copy of it', 'try { x() } catch (e) { const copy = e; return copy.name }'],
    ['its cause', 'try { x() } catch (error) { return error.cause.code }'],
    ['a promise that fails', 'return x().catch((e) => e.name)'],
    ['the other way of a promise', 'return x().then(y, (e) => e.name)'],
    ['a settled promise', 'const result = x(); return result.reason.name'],
    ['a text of AWS', 'return /does not exist/.test(y)'],
    ['a reason', "return event.reason.includes('cancelled')"],
  ])('finds one that looks at %s', (_, body) => {
    expect(decidersIn(`function decide() { ${body} }`)).toEqual(['decide']);
  });

  it('finds one that gets the error as a parameter', () => {
    expect(decidersIn('const decide = (e: unknown) => (e as Error).name;')).toEqual(['decide']);
    expect(decidersIn('function decide(e: ServiceError) { return e.code }')).toEqual(['decide']);
  });

  it('finds one that has the error read elsewhere', () => {
    const reader = 'function codeOf(e: unknown): string { return (e as Error).name }';
    const decider = "function decide(e: unknown): boolean { return codeOf(e) === 'x' }";
    expect(decidersIn(`${reader}\n${decider}`)).toEqual(['codeOf', 'decide']);
  });

  it.each([
    ['throws it on', 'try { x() } catch (error) { throw error }'],
    ['shows it', 'try { x() } catch (error) { log(`${messageOf(error)}`) }'],
    ['asks a decider', 'try { x() } catch (error) { if (!isBusy(error)) throw error }'],
    ['tells errors from other values', 'try { x() } catch (e) { return e instanceof Error }'],
    ['ignores it', 'try { x() } catch { return false }'],
  ])('leaves out one that only %s', (_, body) => {
    expect(decidersIn(`function decide() { ${body} }`)).toEqual([]);
  });
});
