import type { RolloutDeps } from '../../../src/provision/session.ts';

/** Node groups without instances, so nothing is outdated. */
export function fakeRollout(): RolloutDeps {
  return {
    groups: {
      describe: async () => undefined,
      resize: async () => undefined,
      end: async () => undefined,
      setTag: async () => undefined,
      launchFailure: async () => undefined,
    },
    images: { describe: async () => [], recommended: async () => new Map() },
    machines: { describe: async () => [], interfacesOf: async () => [] },
    connect: async () => {
      throw new Error('connect ECONNREFUSED');
    },
    probe: async () => ({ result: 'passed' }),
  };
}
