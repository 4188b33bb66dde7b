import { deterministicZip } from '../aws/deterministic-zip.ts';
import { stagedKey } from '../aws/staging.ts';
import type { Stack, Template } from '../cloudformation/stack-api.ts';
import { isDeployed } from '../cloudformation/stack-status.ts';
import { templateBody } from '../cloudformation/template-body.ts';
import type { ProvisionDeps, Session } from './session.ts';

type PackReader = ProvisionDeps['packFile'];

/** The pack's own files that make an environment. */
export interface Pack {
  readonly infra: Template;
  readonly nodeGroup: Template;
  readonly hook: HookCode;
}

/** The launch hook's code, which Lambda fetches from the staging bucket. */
interface HookCode {
  readonly key: string;
  readonly zip: Uint8Array;
  /** The version of the staged object. Undefined when nothing is staged because all functions have this code already. */
  readonly version?: string;
}

/**
 * Reads from the pack what a deploy needs: the templates, and the launch hook's code as an archive with the key under which
 * it is staged.
 */
export async function readPack(packFile: PackReader, environment: string): Promise<Pack> {
  const [infra, nodeGroup, code] = await Promise.all([
    readTemplate(packFile, 'infra.yaml'),
    readTemplate(packFile, 'nodegroup.yaml'),
    packFile('cfn', 'attach-enis', 'dist', 'index.mjs'),
  ]);
  const zip = deterministicZip({ 'index.mjs': code });
  const key = stagedKey(environment, 'attach-enis.zip', zip);
  return { infra, nodeGroup, hook: { key, zip } };
}

/** Reads one of the templates in `cfn/`. */
export async function readTemplate(packFile: PackReader, name: string): Promise<Template> {
  const content = await packFile('cfn', name);
  return { file: `cfn/${name}`, text: new TextDecoder().decode(content) };
}

/** Uploads the launch hook's code to the bucket from which Lambda fetches it; returns the pack with the code's version. */
export async function stageHook(
  { bucket, engine, log, staging }: Session,
  pack: Pack,
): Promise<Pack> {
  const { hook } = pack;
  const { outcome, version } = await staging.stage(bucket, hook.key, hook.zip, engine.deadline);
  log.info(`s3://${bucket.name}/${hook.key}: ${outcome}`);
  return { ...pack, hook: { ...hook, version } };
}

/**
 * Whether a node group's Lambda function already has exactly this code, so that it fetches nothing again. Code that was
 * fetched without naming its version may be something else.
 */
export function runsHook({ bucket }: Session, { hook }: Pack, stack: Stack | undefined): boolean {
  if (stack === undefined || !isDeployed(stack.status)) return false;
  const { LambdaBucket, LambdaKey, LambdaObjectVersion = '' } = stack.parameters;
  return LambdaBucket === bucket.name && LambdaKey === hook.key && LambdaObjectVersion !== '';
}

/**
 * The node groups' stacks that have this pack's template, and the others. Anybody who may create stacks can tag one as an environment's,
 * so a template of somebody else's is not deployed with the rights of this job. A newer template of the pack is what a deploy brings.
 */
export async function ofThisPack(
  { stacks: api }: Session,
  { nodeGroup }: Pack,
  stacks: readonly Stack[],
): Promise<{ readonly ours: readonly Stack[]; readonly others: readonly Stack[] }> {
  const texts = await Promise.all(stacks.map(({ id }) => api.template(id)));
  const body = templateBody(nodeGroup);
  const isOurs = (index: number) => texts[index] === body;
  return {
    ours: stacks.filter((_, index) => isOurs(index)),
    others: stacks.filter((_, index) => !isOurs(index)),
  };
}
