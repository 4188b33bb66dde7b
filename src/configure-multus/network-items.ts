import { type InputProblem, messageOf } from '../github/errors.ts';
import type { NetworkItem } from '../multus/network-spec.ts';

/** Gives what is in a file. */
export type ReadText = (path: string) => string;

interface Given {
  readonly networks?: readonly NetworkItem[] | undefined;
  readonly 'networks-files'?: readonly string[] | undefined;
}

/** With `multus: absent` no networks are made, so none may be named. */
export function noNetworks(given: Given): ReturnType<typeof networkItems> {
  const allowed = 'nothing with multus absent; with prune, the networks of this action go too';
  const problems = (['networks', 'networks-files'] as const)
    .filter((input) => given[input] !== undefined)
    .map((input) => ({ input, value: `${given[input]?.length} networks`, allowed }));
  return { items: [], problems };
}

/** The networks that the two inputs name together, or why a file of them cannot be read. */
export function networkItems(
  { networks, 'networks-files': files }: Given,
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
      items.push({ origin: path, raw: readText(path) });
    } catch (error) {
      const allowed = `paths of files with NetworkAttachmentDefinitions (${messageOf(error)})`;
      problems.push({ input: 'networks-files', value: path, allowed });
    }
  }
  return { items, problems };
}
