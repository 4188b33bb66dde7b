import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsError, simulateInterfaces } from '../../dev/testing/hook/simulated-interfaces.ts';
import { attach, type Patience, release } from './attach.ts';
import type { NetworkInterface } from './plan.ts';

const WANTED = [
  { deviceIndex: 1, subnetId: 'subnet-1', sourceDestCheck: false },
  { deviceIndex: 2, subnetId: 'subnet-2', sourceDestCheck: false },
];
const CALLS_FOR_ALL = 8;
const patience = (attempts: number): Patience => ({ attempts, pause: async () => {} });

function expectComplete(state: readonly NetworkInterface[]): void {
  expect(
    state.map(({ subnetId, sourceDestCheck, attachment }) => [
      subnetId,
      sourceDestCheck,
      attachment?.deviceIndex,
      attachment?.deleteOnTermination,
    ]),
  ).toEqual([
    ['subnet-1', false, 1, true],
    ['subnet-2', false, 2, true],
  ]);
}

describe('attach', () => {
  it('creates, attaches and sets up each interface, in the order of the devices', async () => {
    const interfaces = simulateInterfaces();
    await attach(interfaces, WANTED, patience(1));
    expectComplete(interfaces.state());
    expect(interfaces.calls).toHaveLength(CALLS_FOR_ALL);
  });

  it('changes nothing the second time', async () => {
    const interfaces = simulateInterfaces();
    await attach(interfaces, WANTED, patience(1));
    await attach(interfaces, WANTED, patience(1));
    expect(interfaces.calls).toHaveLength(CALLS_FOR_ALL);
  });

  it('completes whatever an interrupted run left, without creating a third interface', async () => {
    const stopAt = fc.integer({ min: 1, max: CALLS_FOR_ALL });
    await fc.assert(
      fc.asyncProperty(stopAt, async (call) => {
        const interrupted = simulateInterfaces([], (number) => {
          if (number === call) throw awsError('AttachmentLimitExceeded');
        });
        await expect(attach(interrupted, WANTED, patience(5))).rejects.toThrow();
        const next = simulateInterfaces(interrupted.state());
        await attach(next, WANTED, patience(1));
        expectComplete(next.state());
      }),
    );
  });

  it.each([
    'IncorrectState',
    'IncorrectInstanceState',
    'InvalidInstanceID',
    'UnauthorizedOperation',
  ])('tries again after a temporary error: %s', async (code) => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 1, max: 12 })), async (failing) => {
        const interfaces = simulateInterfaces([], (call) => {
          if (failing.includes(call)) throw awsError(code);
        });
        await attach(interfaces, WANTED, patience(failing.length + 1));
        expectComplete(interfaces.state());
      }),
    );
  });

  it('gives one result when the same event is handled twice at the same time', async () => {
    const interfaces = simulateInterfaces();
    await Promise.all([
      attach(interfaces, WANTED, patience(4)),
      attach(interfaces, WANTED, patience(4)),
    ]);
    expectComplete(interfaces.state());
  });

  it('gives up at once on a permanent error, and after the last attempt on a temporary one', async () => {
    const refused = simulateInterfaces([], () => {
      throw awsError('InsufficientFreeAddressesInSubnet');
    });
    await expect(attach(refused, WANTED, patience(5))).rejects.toThrow('InsufficientFree');
    expect(refused.calls).toHaveLength(1);
    const stuck = simulateInterfaces([], () => {
      throw awsError('IncorrectState');
    });
    await expect(attach(stuck, WANTED, patience(3))).rejects.toThrow('IncorrectState');
    expect(stuck.calls).toHaveLength(3);
  });

  it('gives up at once when the subnet has no prefix left, with the words of EC2', async () => {
    const words =
      "There aren't sufficient free Ipv4 addresses or prefixes available in your subnet.";
    const full = simulateInterfaces([], () => {
      throw awsError('InvalidParameterValue', words);
    });
    await expect(attach(full, WANTED, patience(12))).rejects.toThrow(words);
    expect(full.calls).toHaveLength(1);
  });

  it('leaves the source/destination check on where addresses come from prefixes', async () => {
    const interfaces = simulateInterfaces();
    const wanted = WANTED.map((one) => ({ ...one, sourceDestCheck: true }));
    await attach(interfaces, wanted, patience(1));
    expect(interfaces.state().map(({ sourceDestCheck }) => sourceDestCheck)).toEqual([true, true]);
    expect(interfaces.calls.filter((call) => call.startsWith('disable'))).toEqual([]);
  });
});

describe('IPv6 prefixes', () => {
  const dual = WANTED.map((one) => ({ ...one, ipv6Prefix: true }));
  const prefixes = (state: readonly NetworkInterface[]) =>
    state.map(({ hasIpv6Prefix }) => hasIpv6Prefix);

  it('come with new interfaces, so nothing is assigned later', async () => {
    const interfaces = simulateInterfaces();
    await attach(interfaces, dual, patience(1));
    expect(prefixes(interfaces.state())).toEqual([true, true]);
    expect(interfaces.calls).toHaveLength(CALLS_FOR_ALL);
  });

  it('are assigned once to interfaces that were made without', async () => {
    const interfaces = simulateInterfaces();
    await attach(interfaces, WANTED, patience(1));
    expect(prefixes(interfaces.state())).toEqual([false, false]);
    for (let event = 0; event < 2; event += 1) await attach(interfaces, dual, patience(1));
    expect(prefixes(interfaces.state())).toEqual([true, true]);
    expect(interfaces.calls.filter((call) => call.startsWith('assign'))).toHaveLength(2);
  });
});

describe('release', () => {
  it('lets nothing outlive the instance, wherever attaching stopped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: CALLS_FOR_ALL + 1 }), async (call) => {
        const stopped = simulateInterfaces([], (number) => {
          if (number === call) throw awsError('UnauthorizedOperation');
        });
        await attach(stopped, WANTED, patience(1)).catch(() => {});
        const rest = simulateInterfaces(stopped.state());
        await release(rest);
        const outliving = rest.state().filter((one) => !one.attachment?.deleteOnTermination);
        expect(outliving).toEqual([]);
      }),
    );
  });

  it('continues after a failure, and reports it', async () => {
    const loose = (index: number): NetworkInterface => ({
      id: `eni-${index}`,
      subnetId: `subnet-${index}`,
      madeFor: index,
      attachment: undefined,
      sourceDestCheck: true,
      hasIpv6Prefix: false,
    });
    const interfaces = simulateInterfaces([loose(1), loose(2)], (call) => {
      if (call === 1) throw awsError('UnauthorizedOperation');
    });
    await expect(release(interfaces)).rejects.toThrow('may be left behind');
    expect(interfaces.state().map(({ id }) => id)).toEqual(['eni-1']);
  });

  it('accepts that an interface is already gone', async () => {
    const gone = simulateInterfaces(
      [
        {
          id: 'eni-1',
          subnetId: 'subnet-1',
          madeFor: 1,
          attachment: undefined,
          sourceDestCheck: true,
          hasIpv6Prefix: false,
        },
      ],
      () => {
        throw awsError('InvalidNetworkInterfaceID.NotFound');
      },
    );
    await expect(release(gone)).resolves.toBeUndefined();
  });
});
