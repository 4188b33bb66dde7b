import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NetworkInterface, planAttachments, planRelease } from './plan.ts';

const PRIMARY: NetworkInterface = {
  id: 'eni-primary',
  subnetId: 'subnet-private',
  madeFor: undefined,
  attachment: { id: 'attach-primary', deviceIndex: 0, deleteOnTermination: true },
  sourceDestCheck: true,
  hasIpv6Prefix: false,
};
const WANTED = [
  { deviceIndex: 1, subnetId: 'subnet-1', sourceDestCheck: false },
  { deviceIndex: 2, subnetId: 'subnet-2', sourceDestCheck: false },
];

function made(deviceIndex: number, fields: Partial<NetworkInterface> = {}): NetworkInterface {
  return {
    id: `eni-${deviceIndex}`,
    subnetId: `subnet-${deviceIndex}`,
    madeFor: deviceIndex,
    attachment: { id: `attach-${deviceIndex}`, deviceIndex, deleteOnTermination: true },
    sourceDestCheck: false,
    hasIpv6Prefix: false,
    ...fields,
  };
}

describe('planAttachments', () => {
  it('asks for everything on a new instance', () => {
    const work = planAttachments([PRIMARY], WANTED);
    expect(work).toEqual(
      WANTED.map((wanted) => ({
        wanted,
        interfaceId: undefined,
        attachmentId: undefined,
        assignIpv6Prefix: false,
        disableSourceDestCheck: true,
        deleteOnTermination: true,
      })),
    );
  });

  it('asks for nothing when all is done', () => {
    expect(planAttachments([PRIMARY, made(1), made(2)], WANTED)).toEqual([]);
  });

  it('continues with an interface that was created but not attached', () => {
    const left = made(2, { attachment: undefined, sourceDestCheck: true });
    expect(planAttachments([PRIMARY, made(1), left], WANTED)).toMatchObject([
      { wanted: { deviceIndex: 2 }, interfaceId: 'eni-2', attachmentId: undefined },
    ]);
  });

  it('does not reuse an interface of another subnet', () => {
    const elsewhere = made(1, { attachment: undefined, subnetId: 'subnet-old' });
    expect(planAttachments([PRIMARY, elsewhere], WANTED)[0]?.interfaceId).toBeUndefined();
  });

  it("refuses a device index that holds somebody else's interface", () => {
    const foreign = made(1, { madeFor: undefined });
    expect(() => planAttachments([PRIMARY, foreign], WANTED)).toThrow('device 1 is taken by eni-1');
  });

  it('returns exactly the missing steps', () => {
    const indexesOf = fc.uniqueArray(fc.integer({ min: 1, max: 7 }));
    const anyState = fc.record({
      attached: fc.boolean(),
      sourceDestCheck: fc.boolean(),
      deleteOnTermination: fc.boolean(),
      hasIpv6Prefix: fc.boolean(),
    });
    fc.assert(
      fc.property(
        indexesOf,
        anyState,
        fc.boolean(),
        fc.boolean(),
        (indexes, state, checked, dual) => {
          const attachment = (deviceIndex: number) =>
            state.attached
              ? {
                  id: `a-${deviceIndex}`,
                  deviceIndex,
                  deleteOnTermination: state.deleteOnTermination,
                }
              : undefined;
          const existing = indexes.map((deviceIndex) =>
            made(deviceIndex, {
              attachment: attachment(deviceIndex),
              sourceDestCheck: state.sourceDestCheck,
              hasIpv6Prefix: state.hasIpv6Prefix,
            }),
          );
          const wanted = indexes.map((deviceIndex) => ({
            deviceIndex,
            subnetId: `subnet-${deviceIndex}`,
            sourceDestCheck: checked,
            ipv6Prefix: dual,
          }));
          const disable = state.sourceDestCheck && !checked;
          const assign = dual && !state.hasIpv6Prefix;
          const done = state.attached && state.deleteOnTermination && !disable && !assign;
          expect(planAttachments(existing, wanted)).toEqual(
            done
              ? []
              : wanted.map((device) => ({
                  wanted: device,
                  interfaceId: `eni-${device.deviceIndex}`,
                  attachmentId: attachment(device.deviceIndex)?.id,
                  assignIpv6Prefix: assign,
                  disableSourceDestCheck: disable,
                  deleteOnTermination: !(state.attached && state.deleteOnTermination),
                })),
          );
        },
      ),
    );
  });
});

describe('planRelease', () => {
  it('removes unattached interfaces, ties attached ones to their instance, and leaves others alone', () => {
    const loose = made(1, { attachment: undefined });
    const attachment = { id: 'attach-2', deviceIndex: 2, deleteOnTermination: false };
    expect(planRelease([PRIMARY, loose, made(2, { attachment }), made(3)])).toEqual({
      remove: ['eni-1'],
      deleteOnTermination: [{ interfaceId: 'eni-2', attachmentId: 'attach-2' }],
    });
  });
});
