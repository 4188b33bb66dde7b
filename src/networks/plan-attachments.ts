import { isIpv6 } from '../core/ip.ts';
import type { Environment } from '../environment/environment.ts';
import { type Attachment, NETWORK_LABEL } from './attachment.ts';
import { attachmentWarnings } from './attachment-warnings.ts';
import { checkAddresses, checkCapacity } from './check-addresses.ts';
import { checkCniPlugins } from './check-cni-plugins.ts';
import { checkFields, checkMaster } from './check-fields.ts';
import { checkOverlaps } from './check-overlaps.ts';
import { checkWrittenAddresses } from './check-written-addresses.ts';
import { toDefinition } from './cni-config.ts';
import type { NetworkItem, NetworkProblem, NetworkSpec, RawItem } from './network-spec.ts';
import { type FoundDefinition, rawDefinitions } from './raw-definitions.ts';
import { readAttachment } from './read-attachment.ts';
import { resolveSpec } from './resolve-spec.ts';

export type AttachmentPlan =
  | { readonly attachments: readonly Attachment[]; readonly warnings: readonly string[] }
  | { readonly problems: readonly NetworkProblem[] };

/** Networks that could be read, and the problems of all. */
interface Outcome {
  readonly attachments: readonly Attachment[];
  readonly problems: readonly NetworkProblem[];
  readonly warnings: readonly string[];
}

/**
 * Turns the items of the input `networks` into networks: fills in defaults, reads definitions, and checks each network
 * against the environment, when there is one, and all against each other. Pure.
 */
export function planAttachments(
  items: readonly NetworkItem[],
  environment: Environment | undefined,
  defaultNamespace: string,
): AttachmentPlan {
  const outcomes = items.map((item) =>
    'raw' in item
      ? fromRaw(item, environment, defaultNamespace)
      : fromSpec(item, environment, defaultNamespace),
  );
  const attachments = outcomes.flatMap((outcome) => outcome.attachments);
  const overlaps = checkOverlaps(attachments, environment);
  const problems = [
    ...duplicates(attachments),
    ...outcomes.flatMap((outcome) => outcome.problems),
    ...overlaps.problems,
  ];
  if (problems.length > 0) return { problems };
  const warnings = [
    ...outcomes.flatMap((outcome) => outcome.warnings),
    ...overlaps.warnings,
    ...attachmentWarnings(attachments, environment),
  ];
  return { attachments, warnings };
}

function fromSpec(
  spec: NetworkSpec,
  environment: Environment | undefined,
  defaultNamespace: string,
): Outcome {
  const resolved = resolveSpec(spec, environment, defaultNamespace);
  const fields = [...checkFields(spec), ...checkMaster(spec, environment)];
  const missing = checkSubnet(resolved.subnet, spec);
  const read = readAttachment(toDefinition(resolved), spec['pods-per-node']);
  if (typeof read === 'string') {
    const problems = placed(spec.name, [...fields, ...missing]);
    return { attachments: [], problems, warnings: [] };
  }
  const attachment = { ...read, written: false };
  const found = [...fields, ...checked(attachment, environment)];
  return { attachments: [attachment], problems: placed(spec.name, found), warnings: [] };
}

function fromRaw(
  item: RawItem,
  environment: Environment | undefined,
  defaultNamespace: string,
): Outcome {
  const { found, problems, notices } = rawDefinitions(item, defaultNamespace);
  const outcomes = found.map((one) => fromDefinition(one, environment));
  const file = item.input === 'networks-files' ? { file: item.origin } : {};
  const all = [...problems, ...outcomes.flatMap((outcome) => outcome.problems)];
  return {
    attachments: outcomes.flatMap((outcome) => outcome.attachments),
    problems: all.map((one) => ({ ...one, ...file })),
    warnings: [...notices, ...outcomes.flatMap((outcome) => outcome.warnings)],
  };
}

function fromDefinition(
  { origin, definition }: FoundDefinition,
  environment: Environment | undefined,
): Outcome {
  const read = readAttachment(definition);
  if (typeof read === 'string') {
    const value = definition.spec?.config ?? '';
    const problem = { place: 'spec.config', value, allowed: read };
    return { attachments: [], problems: placed(origin, [problem]), warnings: [] };
  }
  const attachment = ofEnvironment(read, environment);
  const plugins = checkCniPlugins(definition.spec?.config ?? '');
  const addresses = checkWrittenAddresses(ofIpv4(attachment), environment);
  const found = [
    ...checkMaster({ master: attachment.master }, environment),
    ...plugins.problems,
    ...addresses.problems,
    ...checkCapacity(attachment, environment),
  ];
  const warnings = [...plugins.warnings, ...addresses.warnings];
  return {
    attachments: [attachment],
    problems: placed(origin, found),
    warnings: warnings.map((warning) => `${origin}: ${warning}`),
  };
}

/** A definition belongs to the environment's network whose interface it uses. */
function ofEnvironment(attachment: Attachment, environment: Environment | undefined): Attachment {
  const { definition, master } = attachment;
  const known = environment?.networks.find((one) => one.interface === master);
  if (known === undefined) return attachment;
  const labels = { ...definition.metadata?.labels, [NETWORK_LABEL]: String(known.network) };
  const metadata = { ...definition.metadata, labels };
  return { ...attachment, network: known.network, definition: { ...definition, metadata } };
}

/** The IPv4 part of a network. Of IPv6, an environment knows only what eni-prefix gives, so the rest cannot be checked. */
function ofIpv4(attachment: Attachment): Attachment {
  const { pools, routes } = attachment;
  const isIpv4 = (text: string) => !isIpv6(text);
  return {
    ...attachment,
    pools: pools
      .filter(({ subnet }) => isIpv4(subnet))
      .map((pool) => ({ ...pool, exclude: pool.exclude.filter(isIpv4) })),
    routes: routes.filter(({ dst }) => isIpv4(dst)),
  };
}

function checked(
  attachment: Attachment,
  environment: Environment | undefined,
): readonly NetworkProblem[] {
  const known = environment?.networks.find(({ network }) => network === attachment.network);
  return [...checkAddresses(attachment, known), ...checkCapacity(attachment, environment)];
}

/** IPAMs that allocate from a range need a subnet. */
function checkSubnet(
  subnet: string | undefined,
  { ipam, type }: NetworkSpec,
): readonly NetworkProblem[] {
  if (subnet !== undefined || (ipam !== 'host-local' && ipam !== 'whereabouts')) return [];
  const why = type === 'bridge' ? ', which the pods of a node share' : '';
  const allowed = `an IPv4 network without host bits, such as 10.0.4.0/24${why}`;
  return [{ place: 'subnet', value: '', allowed }];
}

function placed(name: string, problems: readonly NetworkProblem[]): readonly NetworkProblem[] {
  return problems.map((one) => ({ ...one, place: `${name}.${one.place}` }));
}

function duplicates(attachments: readonly Attachment[]): readonly NetworkProblem[] {
  const keys = attachments.map(({ name, namespace }) => `${namespace}/${name}`);
  return keys
    .filter((key, index) => keys.indexOf(key) !== index)
    .map((value) => ({ place: 'name', value, allowed: 'each name once in a namespace' }));
}
