import { deterministicZip } from '../aws/deterministic-zip.ts';
import { stagedKey, stagedUrl } from '../aws/staged-objects.ts';
import type { Template } from '../cloudformation/stack-spec.ts';
import type { Session } from './run.ts';

export interface StagedTemplate {
  readonly source: Template;
  readonly url: string;
}

/** What CloudFormation fetches, and where from. */
export interface StagedPack {
  readonly infra: StagedTemplate;
  readonly nodeGroup: StagedTemplate;
  readonly hookKey: string;
}

/** Puts the templates and the launch hook's code where CloudFormation can fetch them. */
export async function stagePack(session: Session): Promise<StagedPack> {
  await session.staging.ensure(session.bucket);
  const hook = await session.packFile('cfn', 'attach-enis', 'dist', 'index.mjs');
  const [infra, nodeGroup, hookKey] = await Promise.all([
    stageTemplate(session, 'infra.yaml'),
    stageTemplate(session, 'nodegroup.yaml'),
    put(session, 'attach-enis.zip', deterministicZip({ 'index.mjs': hook })),
  ]);
  return { infra, nodeGroup, hookKey };
}

async function stageTemplate(session: Session, name: string): Promise<StagedTemplate> {
  const content = await session.packFile('cfn', name);
  const key = await put(session, name, content);
  return {
    source: { file: `cfn/${name}`, text: new TextDecoder().decode(content) },
    url: stagedUrl(session.bucket, key),
  };
}

async function put(session: Session, name: string, content: Uint8Array): Promise<string> {
  const { bucket, inputs, log, staging } = session;
  const key = stagedKey(inputs.environment, name, content);
  log.info(`s3://${bucket.name}/${key}: ${await staging.stage(bucket, key, content)}`);
  return key;
}
