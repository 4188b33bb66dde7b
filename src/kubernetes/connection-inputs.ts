import { z } from 'zod';
import { credentialFields, REGION_ALLOWED } from '../aws/credential-fields.ts';
import { type InputProblem, messageOf } from '../core/errors.ts';
import { type Environment, environmentSchema } from '../environment/environment.ts';
import { text } from '../github/inputs.ts';
import type { ClusterAddress } from './cluster-address.ts';

const ENVIRONMENT = 'the JSON that provision gives as its output "environment"';

/** The inputs by which an action is told its cluster; spread them into the schema of the action. */
export const connectionFields = {
  environment: environmentField().optional(),
  'cluster-name': text(
    /^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/,
    'an EKS cluster name: letters, digits, - and _, at most 100 characters',
  ).optional(),
  'cluster-endpoint': text(
    /^https:\/\/[0-9A-Za-z.-]+(:\d{1,5})?\/?$/,
    'the https:// address of the API server, without a path',
  ).optional(),
  'cluster-certificate-authority': certificateField().optional(),
  kubeconfig: z.string().optional(),
  ...credentialFields,
  'aws-region': credentialFields['aws-region'].optional(),
};

const connectionSchema = z.object(connectionFields);
type ConnectionInputs = z.output<typeof connectionSchema>;

/** Which cluster, and what is known of its surroundings. */
export interface ClusterTarget {
  readonly address: ClusterAddress;
  readonly environment: Environment | undefined;
  readonly region: string | undefined;
}

/**
 * The cluster that the inputs point at, or what is wrong with them. `ambientRegion` is the region that
 * the job's environment names (`AWS_REGION`), used when neither input says one.
 */
export function clusterTarget(
  inputs: ConnectionInputs,
  ambientRegion: string | undefined,
): ClusterTarget | readonly InputProblem[] {
  const { environment, kubeconfig } = inputs;
  const region = inputs['aws-region'] ?? environment?.region ?? ambientRegion;
  const problems = [...contradictions(inputs), ...missing(inputs, region)];
  if (problems.length > 0) return problems;
  const address = eksAddress(inputs, region ?? '') ?? {
    kind: 'kubeconfig' as const,
    path: kubeconfig ?? '',
  };
  return { address, environment, region };
}

function eksAddress(inputs: ConnectionInputs, region: string): ClusterAddress | undefined {
  const cluster = inputs.environment?.cluster ?? {
    name: inputs['cluster-name'],
    endpoint: inputs['cluster-endpoint'],
    certificateAuthority: inputs['cluster-certificate-authority'],
  };
  const { name, endpoint, certificateAuthority } = cluster;
  if (name === undefined || endpoint === undefined || certificateAuthority === undefined) {
    return undefined;
  }
  const given = inputs.environment === undefined ? 'cluster' : 'environment';
  return { kind: 'eks', name, endpoint, certificateAuthority, region, given };
}

const PARTS = ['cluster-name', 'cluster-endpoint', 'cluster-certificate-authority'] as const;
const WAYS =
  'exactly one of: environment; or cluster-name, cluster-endpoint and cluster-certificate-authority; or kubeconfig';

function contradictions(inputs: ConnectionInputs): readonly InputProblem[] {
  const { environment } = inputs;
  const region = inputs['aws-region'];
  const given = [
    ...(environment === undefined ? [] : ['environment']),
    ...(PARTS.some((part) => inputs[part] !== undefined) ? ['cluster-*'] : []),
    ...(inputs.kubeconfig === undefined ? [] : ['kubeconfig']),
  ];
  const problems: InputProblem[] = [];
  if (given.length !== 1) {
    problems.push({ input: 'environment', value: given.join(' + '), allowed: WAYS });
  }
  if (environment !== undefined && region !== undefined && region !== environment.region) {
    const allowed = `${environment.region}, the region of the environment (or leave it out)`;
    problems.push({ input: 'aws-region', value: region, allowed });
  }
  return problems;
}

function missing(inputs: ConnectionInputs, region: string | undefined): readonly InputProblem[] {
  const some = PARTS.some((part) => inputs[part] !== undefined);
  if (!some) return [];
  const problems: InputProblem[] = PARTS.filter((part) => inputs[part] === undefined).map(
    (input) => ({ input, value: '', allowed: `a value, because ${PARTS.join(', ')} go together` }),
  );
  if (region === undefined)
    problems.push({ input: 'aws-region', value: '', allowed: REGION_ALLOWED });
  return problems;
}

function environmentField() {
  return z.string().transform((raw, context): Environment => {
    try {
      const result = environmentSchema.safeParse(JSON.parse(raw));
      if (result.success) return result.data;
      const [issue] = result.error.issues;
      throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `${ENVIRONMENT} (${messageOf(error)})` });
      return z.NEVER;
    }
  });
}

function certificateField() {
  const allowed = 'base64 of a PEM certificate, as EKS gives it (certificateAuthority.data)';
  return z
    .string({ error: allowed })
    .refine(
      (value) => Buffer.from(value, 'base64').toString('latin1').includes('BEGIN CERTIFICATE'),
      allowed,
    );
}
