import {
  type QueryParams,
  queryService,
  ServiceError,
  type XmlValue,
} from '../gateway/query-protocol.ts';
import type { AwsService } from '../gateway/service.ts';
import {
  deleteChangeSet,
  describeChangeSet,
  executeChangeSet,
  listChangeSets,
} from './api/change-sets.ts';
import { createChangeSet } from './api/create-change-set.ts';
import { describeEvents, describeStackEvents } from './api/events.ts';
import {
  describeStackResource,
  describeStackResources,
  listStackResources,
} from './api/resources.ts';
import {
  continueUpdateRollback,
  deleteStack,
  describeStacks,
  listExports,
  listStacks,
  rollbackStack,
  updateTerminationProtection,
} from './api/stacks.ts';
import { getTemplate, getTemplateSummary, validateTemplate } from './api/templates.ts';
import { type Behaviour, STRICT } from './behaviour.ts';
import { type Engine, type Region, regionOf } from './engine.ts';
import type { Credentials } from './handlers/clients.ts';
import { handlers } from './handlers/handlers.ts';
import { TemplateError } from './language/value.ts';
import { type Pacing, steadyPacing } from './pacing/pacing.ts';
import { awsSpecification } from './plan/specification.ts';

export interface CloudFormationOptions {
  /** The gateway's URL, for the handlers' calls. */
  readonly endpoint: string;
  readonly accountId: string;
  readonly log: (line: string) => void;
  readonly clock?: () => Date;
  /** Speed, timeouts and faults. */
  readonly pacing?: Pacing;
  /** Where it differs from the strict defaults. */
  readonly behaviour?: Partial<Behaviour>;
  /** The credentials of the handlers' calls. */
  readonly credentials?: Credentials;
  /** Called with the engine, for tests that force states that no call leads to. */
  readonly onEngine?: (engine: Engine) => void;
}

type Action = (engine: Engine, region: Region, params: QueryParams) => XmlValue | Promise<XmlValue>;

const ACTIONS: Readonly<Record<string, Action>> = {
  ContinueUpdateRollback: continueUpdateRollback,
  CreateChangeSet: createChangeSet,
  DeleteChangeSet: deleteChangeSet,
  DeleteStack: deleteStack,
  DescribeChangeSet: describeChangeSet,
  DescribeEvents: describeEvents,
  DescribeStackEvents: describeStackEvents,
  DescribeStackResource: describeStackResource,
  DescribeStackResources: describeStackResources,
  DescribeStacks: describeStacks,
  ExecuteChangeSet: executeChangeSet,
  GetTemplate: getTemplate,
  GetTemplateSummary: getTemplateSummary,
  ListChangeSets: listChangeSets,
  ListExports: listExports,
  ListStackResources: listStackResources,
  ListStacks: listStacks,
  RollbackStack: rollbackStack,
  UpdateTerminationProtection: updateTerminationProtection,
  ValidateTemplate: validateTemplate,
};

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

/** Creates the rehearsal's CloudFormation. All its state is in memory. */
export function createCloudFormation(options: CloudFormationOptions): AwsService {
  const engine: Engine = {
    endpoint: options.endpoint,
    accountId: options.accountId,
    credentials: options.credentials ?? {
      accessKeyId: 'AKIACLOUDFORMATION00',
      secretAccessKey: 'cloudformation',
    },
    log: options.log,
    clock: options.clock ?? (() => new Date()),
    pacing: options.pacing ?? steadyPacing(),
    behaviour: { ...STRICT, ...options.behaviour },
    handlers,
    specification: awsSpecification,
    regions: new Map(),
  };
  options.onEngine?.(engine);
  // Reading the specification blocks the process for a second, so read it before the first call.
  setImmediate(() => void engine.specification());
  const actions = Object.entries(ACTIONS).map(([name, action]) => [
    name,
    async (params: QueryParams, { region }: { region: string }) => {
      try {
        return await action(engine, regionOf(engine, region), params);
      } catch (error) {
        if (error instanceof TemplateError)
          throw new ServiceError('ValidationError', error.message);
        throw error;
      }
    },
  ]);
  return queryService('cloudformation', NAMESPACE, Object.fromEntries(actions));
}
