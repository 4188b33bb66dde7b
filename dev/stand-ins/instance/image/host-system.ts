/** The distribution of a node's system. It is the host's, whose package sources work here. */
export interface System {
  /** `bookworm`, `noble`, … */
  readonly suite: string;
  readonly components: readonly string[];
}

const fallback: System = { suite: 'bookworm', components: ['main'] };

/**
 * Reads os-release. Ubuntu keeps containerd's companions in `universe`. A host that is neither Debian nor
 * Ubuntu, or a Debian without a code name, gets Debian 12.
 */
export function hostSystem(osRelease: string): System {
  const facts = new Map(
    osRelease.split('\n').flatMap((line): [string, string][] => {
      const found = /^([A-Z_]+)="?([^"]*)"?$/.exec(line.trim());
      return found === null ? [] : [[found[1] ?? '', found[2] ?? '']];
    }),
  );
  const suite = facts.get('VERSION_CODENAME');
  if (suite === undefined || suite === '') return fallback;
  if (facts.get('ID') === 'debian') return { suite, components: ['main'] };
  if (facts.get('ID') === 'ubuntu') return { suite, components: ['main', 'universe'] };
  return fallback;
}
