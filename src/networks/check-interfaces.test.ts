import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attachmentsOf } from '../../dev/testing/samples/attachments.ts';
import { networkInterface } from '../../dev/testing/samples/network-interface.ts';
import { checkInterfaces } from './check-interfaces.ts';

const eth1 = networkInterface({ secondaries: ['10.0.4.75'], prefixes: ['10.0.4.128/28'] });
const range = (text: string, more: object = {}) =>
  attachmentsOf([{ name: 'a', network: 1, ipam: 'host-local', range: text, ...more }]);
const problems = (...args: Parameters<typeof checkInterfaces>) =>
  checkInterfaces(...args).problems.map(({ place, allowed }) => `${place}: ${allowed}`);

describe('a range', () => {
  it('must not contain the primary address of an interface', () => {
    expect(problems(range('10.0.4.15-10.0.4.25'), [eth1])).toEqual([
      'a.range: a range clear of 10.0.4.20, the primary address of eni-1 (eth1 of i-1)',
    ]);
  });

  it('must not contain a prefix of an interface', () => {
    expect(problems(range('10.0.4.140-10.0.4.150'), [eth1])).toEqual([
      'a.range: a range clear of 10.0.4.128/28, a prefix of eni-1 (eth1 of i-1)',
    ]);
  });

  it('may contain secondary addresses of an interface', () => {
    expect(problems(range('10.0.4.70-10.0.4.80'), [eth1])).toEqual([]);
  });

  it('may exclude an address that an interface has', () => {
    const book = { ipam: 'whereabouts', exclude: ['10.0.4.20/32'] };
    expect(problems(range('10.0.4.15-10.0.4.25', book), [eth1])).toEqual([]);
  });

  it('of a bridge may contain any address', () => {
    const inside = { name: 'b', type: 'bridge', ipam: 'host-local', subnet: '10.0.4.0/24' };
    expect(problems(attachmentsOf([inside]), [eth1])).toEqual([]);
  });

  it('is refused exactly when it contains the address, wherever that is', () => {
    const last = fc.integer({ min: 4, max: 127 });
    fc.assert(
      fc.property(last, last, last, (a, b, taken) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const one = { ...eth1, primary: `10.0.4.${taken}`, prefixes: [] };
        const found = problems(range(`10.0.4.${from}-10.0.4.${to}`), [one]);
        expect(found.length > 0).toBe(from <= taken && taken <= to);
      }),
    );
  });
});

describe('the interfaces of a network with ipam eni-prefix', () => {
  const onPrefix = (more: object = {}) => attachmentsOf([{ name: 'a', network: 1, ...more }]);

  it('must have a prefix', () => {
    expect(problems(onPrefix(), [{ ...eth1, prefixes: [] }])).toEqual([
      'a.ipam: another one, or a prefix for eni-1 (eth1 of i-1), which has none (replace the node, or assign a prefix)',
    ]);
  });

  it('must have an address for each pod of the node', () => {
    expect(problems(onPrefix({ 'pods-per-node': 16 }), [eth1])).toEqual([]);
    expect(problems(onPrefix({ 'pods-per-node': 17 }), [eth1])).toEqual([
      'a.pods-per-node: at most 16, the addresses in the prefixes of eni-1 (eth1 of i-1); or more prefixes per interface',
    ]);
  });

  it('are summarised for the log', () => {
    const richer = { ...eth1, id: 'eni-2', prefixes: ['10.0.4.144/28', '10.0.4.160/28'] };
    expect(checkInterfaces(onPrefix(), [eth1]).notes).toEqual([
      'network 1: 1 nodes, each with 16 addresses for pods',
    ]);
    expect(checkInterfaces(onPrefix(), [eth1, richer]).notes).toEqual([
      'network 1: 2 nodes, each with 16 to 32 addresses for pods',
    ]);
  });

  it('do not include those of other networks and those that are not attached', () => {
    const others = [
      { ...eth1, deviceIndex: 2, prefixes: [] },
      { ...eth1, deviceIndex: undefined, instanceId: undefined, status: 'available', prefixes: [] },
    ];
    expect(checkInterfaces(onPrefix(), others)).toEqual({ problems: [], notes: [] });
  });
});
