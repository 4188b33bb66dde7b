/** A definition in the form in which a project publishes its own, written for these tests. */
export interface CorpusDefinition {
  /** The repository and the file whose form it has. */
  readonly source: string;
  readonly text: string;
  /** The message with which the pack refuses it; undefined when it takes it, as kubectl does. */
  readonly refused?: RegExp;
  /** True when kubectl refuses it, too. */
  readonly byKubectl?: boolean;
}

export const HEAD = 'apiVersion: "k8s.cni.cncf.io/v1"\nkind: NetworkAttachmentDefinition\n';

/** How people put JSON into a definition. Each of these is YAML for kubectl. */
const STYLES = {
  /** Behind `|`, indented. */
  block: (json: string) => `|\n${indented(json, '    ')}`,
  stripped: (json: string) => `|-\n${indented(json, '    ')}`,
  folded: (json: string) => `>\n${indented(json, '    ')}`,
  /** In single quotes; the end is not indented deeper than `config`, as in most READMEs. */
  quoted: (json: string) => `'${json.split('\n').join('\n  ')}'`,
  /** In single quotes; nothing is indented. */
  flush: (json: string) => `'${json}'`,
  tabs: (json: string) => `'${json.replace(/\n +/g, '\n\t')}'`,
  double: (json: string) => JSON.stringify(json).replaceAll('\\n', '\n'),
  escaped: (json: string) => JSON.stringify(json),
  line: (json: string) => `'${JSON.stringify(JSON.parse(json))}'`,
} as const;

export type Style = keyof typeof STYLES;

function indented(text: string, by: string): string {
  return text.replace(/^/gm, by);
}

/** A definition with a CNI configuration in one of the styles. `more` are further lines of its metadata. */
export function nad(name: string, config: unknown, style: Style, more = ''): string {
  const json = typeof config === 'string' ? config : JSON.stringify(config, null, 2);
  return `${HEAD}metadata:\n  name: ${name}\n${more}spec:\n  config: ${STYLES[style](json)}\n`;
}

/** The version of the CNI specification that most definitions name. */
export const version = { cniVersion: '0.3.1' };

/** An IPAM that allocates on each node by itself. */
export const local = (subnet: string, more = {}) => ({ type: 'host-local', subnet, ...more });

export const macvlan = (ipam: object, more = {}) => ({
  ...version,
  type: 'macvlan',
  master: 'eth1',
  mode: 'bridge',
  ipam,
  ...more,
});

/** The lines of metadata that name the resource of a device plugin. */
export function resource(name: string): string {
  return `  annotations:\n    k8s.v1.cni.cncf.io/resourceName: ${name}\n`;
}
