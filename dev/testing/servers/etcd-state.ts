import { setTimeout } from 'node:timers/promises';

/** What etcd keeps of a cluster: the values of its keys, as base64. */
export type EtcdState = ReadonlyMap<string, string>;

/** The keys that the API server itself writes again and again: its leases. */
const OWN = /^\/registry\/(masterleases|leases\/kube-system\/apiserver-)/;

/** etcd's limit for the operations of a transaction (`--max-txn-ops`). */
const OPERATIONS = 128;

/** Reads all of it by etcd's JSON gateway. `url` is that of its clients. */
export async function readEtcd(url: string): Promise<EtcdState> {
  const range = { key: base64('/registry/'), range_end: base64('/registry0') };
  const { kvs = [] } = await call<{ kvs?: readonly KeyValue[] }>(url, 'range', range);
  const entries = kvs.map(({ key, value = '' }) => [text(key), value] as const);
  return new Map(entries.filter(([key]) => !OWN.test(key)));
}

/** Waits until nothing has changed for a second, as after the start of an API server. */
export async function settledEtcd(url: string): Promise<EtcdState> {
  for (let before = await readEtcd(url); ; ) {
    await setTimeout(1_000);
    const state = await readEtcd(url);
    if (state.size > 0 && differences(before, state).length === 0) return state;
    before = state;
  }
}

/**
 * Makes etcd's keys what they are in `state`: deletes the others, and writes those that are missing or have another value.
 * A running API server follows, because it watches them. It may write something itself that is due to what was there, so
 * this looks again until nothing differs.
 *
 * @returns the keys that differed
 * @throws an Error with the keys that keep changing
 */
export async function restoreEtcd(url: string, state: EtcdState): Promise<readonly string[]> {
  const restored = new Set<string>();
  for (let tries = 0; tries < 20; tries += 1) {
    const changed = differences(await readEtcd(url), state);
    if (changed.length === 0) return [...restored];
    for (const key of changed) restored.add(key);
    await write(url, changed, state);
    await setTimeout(20);
  }
  throw new Error(`these keys keep changing: ${[...restored].join(', ')}`);
}

async function write(url: string, keys: readonly string[], state: EtcdState): Promise<void> {
  const operations = keys.map((key) => {
    const value = state.get(key);
    return value === undefined
      ? { request_delete_range: { key: base64(key) } }
      : { request_put: { key: base64(key), value } };
  });
  for (let at = 0; at < operations.length; at += OPERATIONS) {
    await call(url, 'txn', { success: operations.slice(at, at + OPERATIONS) });
  }
}

function differences(one: EtcdState, other: EtcdState): string[] {
  const keys = new Set([...one.keys(), ...other.keys()]);
  return [...keys].filter((key) => one.get(key) !== other.get(key));
}

interface KeyValue {
  readonly key: string;
  readonly value?: string;
}

async function call<Answer>(url: string, method: string, body: object): Promise<Answer> {
  const response = await fetch(`${url}/v3/kv/${method}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`etcd refuses ${method}: ${answer}`);
  return JSON.parse(answer) as Answer;
}

const base64 = (words: string) => Buffer.from(words).toString('base64');
const text = (encoded: string) => Buffer.from(encoded, 'base64').toString();
