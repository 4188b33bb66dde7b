import { expect } from 'vitest';
import type { Given } from './deciders/given.ts';
import { type Fact, isRefusal, patternOf, type Refusal, type Shape } from './fact.ts';

/** What an SDK client throws for an answer of AWS. */
interface ServiceError {
  readonly name: string;
  readonly message: string;
  readonly Code?: string;
  readonly $metadata: { readonly httpStatusCode?: number };
}

/** Asserts that an answer, as a client gives it, is that of a fact: code, status and text, or the shape. */
export function expectAnswer({ error, output }: Given, { answer }: Pick<Fact, 'answer'>): void {
  if (isRefusal(answer)) {
    if (error === undefined) expect.fail(`no error, but ${JSON.stringify(output)}`);
    expectRefusal(error as ServiceError, answer);
    return;
  }
  if (error !== undefined) throw error;
  expect(partOf(readable(output), answer.output)).toEqual(matcherOf(answer.output));
}

/** The part of an output that a shape is about. */
function partOf(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value) && Array.isArray(shape)) {
    return value.map((one, index) => (index in shape ? partOf(one, shape[index]) : one));
  }
  const isOpen = (one: unknown) => typeof one === 'object' && one !== null;
  if (!isOpen(value) || !isOpen(shape) || value instanceof Date) return value;
  const parts = Object.entries(Object(shape) as { readonly [name: string]: Shape });
  return Object.fromEntries(parts.map(([name, one]) => [name, partOf(Object(value)[name], one)]));
}

function expectRefusal(error: ServiceError, { code, status, message }: Refusal): void {
  const names = [error.name, error.Code];
  if (code !== undefined && !names.includes(code)) expect(error.name).toBe(code);
  expect(error.$metadata.httpStatusCode, error.message).toBe(status);
  if (message !== undefined) expect(error.message).toMatch(patternOf(message));
}

/** The shape with patterns in place of the texts that have `…`. */
function matcherOf(shape: Shape): unknown {
  if (typeof shape === 'string') {
    return shape.includes('…') ? expect.stringMatching(patternOf(shape)) : shape;
  }
  if (Array.isArray(shape)) return shape.map(matcherOf);
  if (typeof shape !== 'object' || shape instanceof Date) return shape;
  return Object.fromEntries(Object.entries(shape).map(([name, one]) => [name, matcherOf(one)]));
}

/** The output with what a function returned as a value instead of bytes. */
function readable(output: unknown): unknown {
  const { Payload: bytes, ...rest } = Object(output);
  return bytes instanceof Uint8Array
    ? { ...rest, Payload: JSON.parse(Buffer.from(bytes).toString('utf8')) }
    : output;
}
