import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';
import type { AwsCall } from '../gateway/aws-call.ts';
import { matchRoute, objectOf, stringOf } from '../gateway/rest-json.ts';

/** The unpacked code of one function. */
export interface Deployment {
  /** The folder of the unpacked package. */
  readonly folder: string;
  readonly logGroup: string;
}

export interface Deployments {
  /** Handles a call that changed something in Lambda: deploys or removes the function's code. */
  observe(call: AwsCall): void;
  /** Resolves when a function's code is unpacked. Rejects if there is none or it cannot be unpacked. */
  find(name: string): Promise<Deployment>;
}

const FUNCTIONS = '/2015-03-31/functions';

/** A function and its packages, newest last, below one folder. */
interface Deployed {
  readonly folder: string;
  readonly logGroup: string;
  readonly packages: readonly Promise<Deployment>[];
}

/** Keeps unpacked deployment packages in `folder`, with a sub-folder for each function. */
export function createDeployments(s3: S3Client, folder: string): Deployments {
  const deployed = new Map<string, Deployed>();
  let versions = 0;
  const next = () => String(++versions);

  const deploy = (name: string, code: unknown, into: Deployed) => {
    const { logGroup } = into;
    const unpacked = unpack(s3, code, join(into.folder, next()));
    const job = unpacked.then((at) => ({ folder: at, logGroup }));
    job.catch(() => {}); // `find` reports the error
    deployed.set(name, { ...into, packages: [...into.packages, job] });
  };

  /**
   * Waits for packages that are still being unpacked, which would otherwise reappear after the deletion.
   */
  const remove = async (gone: Deployed) => {
    await Promise.allSettled(gone.packages);
    await rm(gone.folder, { recursive: true, force: true }).catch(() => {});
  };

  return {
    observe({ method, path, body }) {
      const given = body.length === 0 ? {} : (objectOf(JSON.parse(body.toString('utf8'))) ?? {});
      const created = stringOf(given['FunctionName']);
      if (matchRoute(`POST ${FUNCTIONS}`, method, path) && created !== undefined) {
        const group = stringOf(objectOf(given['LoggingConfig'])?.['LogGroup']);
        const logGroup = group ?? `/aws/lambda/${created}`;
        const own = join(folder, created, next());
        deploy(created, given['Code'], { folder: own, logGroup, packages: [] });
        return;
      }
      const updated = matchRoute(`PUT ${FUNCTIONS}/{name}/code`, method, path)?.['name'];
      const before = updated === undefined ? undefined : deployed.get(nameOf(updated));
      if (updated !== undefined && before !== undefined) deploy(nameOf(updated), given, before);
      const removed = matchRoute(`DELETE ${FUNCTIONS}/{name}`, method, path)?.['name'];
      const gone = removed === undefined ? undefined : deployed.get(nameOf(removed));
      if (removed === undefined || gone === undefined) return;
      deployed.delete(nameOf(removed));
      void remove(gone);
    },
    find(name) {
      const found = deployed.get(nameOf(name))?.packages.at(-1);
      return found ?? Promise.reject(new Error(`function ${name} has no deployed code`));
    },
  };
}

/** The function name in a name or ARN. */
export function nameOf(nameOrArn: string): string {
  return nameOrArn.split(':function:').at(-1)?.split(':')[0] ?? nameOrArn;
}

async function unpack(s3: S3Client, code: unknown, folder: string): Promise<string> {
  const files = unzipSync(await zipOf(s3, objectOf(code) ?? {}));
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/')) continue;
    const path = join(folder, name);
    if (relative(folder, path).startsWith('..'))
      throw new Error(`${name} lies outside the package`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return folder;
}

async function zipOf(s3: S3Client, code: Readonly<Record<string, unknown>>): Promise<Uint8Array> {
  const inline = stringOf(code['ZipFile']);
  if (inline !== undefined) return Buffer.from(inline, 'base64');
  const Bucket = stringOf(code['S3Bucket']);
  const Key = stringOf(code['S3Key']);
  const VersionId = stringOf(code['S3ObjectVersion']);
  const where = { Bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) };
  const { Body } = await s3.send(new GetObjectCommand(where));
  if (Body === undefined) throw new Error(`s3://${Bucket}/${Key} is empty`);
  return Body.transformToByteArray();
}
