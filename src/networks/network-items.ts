import { type InputProblem, messageOf } from '../core/errors.ts';
import type { SharedCluster } from '../environment/environment.ts';
import type { Attachment } from './attachment.ts';
import type { NetworkItem } from './network-spec.ts';

/** Returns the content of a file. */
export type ReadText = (path: string) => string;

/** The inputs that list networks. */
export interface GivenNetworks {
  readonly networks?: readonly NetworkItem[] | undefined;
  readonly 'networks-files'?: readonly string[] | undefined;
}

/** Returns the networks of both inputs, and a problem for each file that cannot be read. */
export function networkItems(
  { networks, 'networks-files': files }: GivenNetworks,
  readText: ReadText,
): { readonly items: readonly NetworkItem[]; readonly problems: readonly InputProblem[] } {
  if (networks === undefined && files === undefined) {
    const allowed = 'a YAML list of networks; or networks-files';
    return { items: [], problems: [{ input: 'networks', value: '', allowed }] };
  }
  const items: NetworkItem[] = [...(networks ?? [])];
  const problems: InputProblem[] = [];
  for (const path of files ?? []) {
    try {
      items.push({ origin: path, raw: readText(path), input: 'networks-files' });
    } catch (error) {
      const allowed = `paths of files with NetworkAttachmentDefinitions (${messageOf(error)})`;
      problems.push({ input: 'networks-files', value: path, allowed });
    }
  }
  return { items, problems };
}

/** On a shared cluster, an environment has networks in its own namespace only. */
export function outsideProblems(
  attachments: readonly Attachment[],
  shared: SharedCluster | undefined,
): readonly InputProblem[] {
  if (shared === undefined) return [];
  return attachments
    .filter(({ namespace }) => namespace !== shared.namespace)
    .map(({ name, namespace }) => ({
      input: 'networks',
      value: namespace,
      allowed: `${name}.namespace: ${shared.namespace}, the environment's own namespace on the cluster of ${shared.base}`,
    }));
}
