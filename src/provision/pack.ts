import { deterministicZip } from '../aws/deterministic-zip.ts';
import { stagedKey } from '../aws/staging.ts';
import type { Stack, Template } from '../cloudformation/stack-api.ts';
import { isDeployed } from '../cloudformation/stack-status.ts';
import type { Session } from './session.ts';

/** The pack's own files that make an environment. */
export interface Pack {
  readonly infra: Template;
  readonly nodeGroup: Template;
  /** The launch hook's code, which Lambda fetches from the staging bucket. */
  readonly hook: { readonly key: string; readonly zip: Uint8Array };
}

export async function readPack(session: Session): Promise<Pack> {
  const [infra, nodeGroup, code] = await Promise.all([
    template(session, 'infra.yaml'),
    template(session, 'nodegroup.yaml'),
    session.packFile('cfn', 'attach-enis', 'dist', 'index.mjs'),
  ]);
  const zip = deterministicZip({ 'index.mjs': code });
  const key = stagedKey(session.inputs.environment, 'attach-enis.zip', zip);
  return { infra, nodeGroup, hook: { key, zip } };
}

async function template(session: Session, name: string): Promise<Template> {
  const content = await session.packFile('cfn', name);
  return { file: `cfn/${name}`, text: new TextDecoder().decode(content) };
}

/** Puts the launch hook's code where Lambda can fetch it. */
export async function stageHook({ bucket, log, staging }: Session, { hook }: Pack): Promise<void> {
  const outcome = await staging.stage(bucket, hook.key, hook.zip);
  log.info(`s3://${bucket.name}/${hook.key}: ${outcome}`);
}

/** True for a node group that runs exactly this code: Lambda has it, and fetches nothing again. */
export function runsHook({ bucket }: Session, { hook }: Pack, stack: Stack | undefined): boolean {
  if (stack === undefined || !isDeployed(stack.status)) return false;
  const { LambdaBucket, LambdaKey } = stack.parameters;
  return LambdaBucket === bucket.name && LambdaKey === hook.key;
}
