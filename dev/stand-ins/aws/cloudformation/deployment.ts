import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { ServiceError } from '../gateway/query-protocol.ts';
import { type Engine, factsOf, type Region, zonesOf } from './engine.ts';
import type { Tags } from './handlers/handler.ts';
import { missingCapabilities, neededCapabilities } from './language/capabilities.ts';
import { conditionValues, selectLive } from './language/conditions.ts';
import {
  type GivenParameter,
  parameterTexts,
  parameterValues,
  ssmNames,
} from './language/parameters.ts';
import { readTemplate, type Template } from './language/template.ts';
import { type AttributesOf, validateTemplate } from './language/validate.ts';
import { TemplateError } from './language/value.ts';
import { NO_RESOURCES, stackScope } from './scope.ts';
import type { Deployment, Stack } from './stack.ts';

export interface DeploymentRequest {
  readonly body: string;
  readonly parameters: readonly GivenParameter[];
  readonly tags: Tags;
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn: string | undefined;
}

/**
 * Turns a request into a deployment: reads and checks the template and capabilities, resolves parameters
 * and applies conditions. Throws `TemplateError` or `ServiceError` where CreateChangeSet would.
 */
export async function makeDeployment(
  engine: Engine,
  region: Region,
  request: DeploymentRequest,
  stack: Pick<Stack, 'id' | 'name' | 'deployed'>,
): Promise<Deployment> {
  const template = await checkedTemplate(engine, request.body);
  const missing = missingCapabilities(neededCapabilities(template), request.capabilities);
  if (missing.length > 0) {
    throw new ServiceError(
      'InsufficientCapabilitiesException',
      `Requires capabilities : [${missing.join(', ')}]`,
    );
  }
  const { parameters } = template;
  const texts = parameterTexts(parameters, request.parameters, stack.deployed?.texts);
  const resolved = await resolveSsm(region, ssmNames(parameters, texts));
  const values = parameterValues(parameters, texts, resolved);
  const { body, tags, capabilities, notificationArns, roleArn } = request;
  const whole = { body, template, texts, resolved, values, tags, capabilities, notificationArns };
  await zonesOf(region);
  const scope = stackScope(factsOf(engine, region, stack, whole), NO_RESOURCES);
  const live = selectLive(template, conditionValues(template, scope));
  refuseNewTypes(live, stack);
  validateTemplate(live, await attributesOf(engine));
  return { ...whole, live, roleArn };
}

/** Reads a template and checks its types, names and dependencies; throws `TemplateError`. */
export async function checkedTemplate(engine: Engine, body: string): Promise<Template> {
  const template = readTemplate(body);
  validateTemplate(template, await attributesOf(engine));
  return template;
}

async function attributesOf({ specification }: Engine): Promise<AttributesOf> {
  const known = await specification();
  return (type) => known(type)?.attributes;
}

function refuseNewTypes(live: Template, { deployed }: Pick<Stack, 'deployed'>): void {
  const changed = Object.entries(live.resources)
    .filter(([name, { type }]) => (deployed?.live.resources[name]?.type ?? type) !== type)
    .map(([name]) => name);
  if (changed.length > 0) {
    throw new TemplateError(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${changed.join(', ')}]`,
    );
  }
}

async function resolveSsm(
  { clients }: Region,
  names: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const Names = [...new Set(Object.values(names))];
  if (Names.length === 0) return {};
  const found = await clients.ssm.send(new GetParametersCommand({ Names }));
  const { Parameters = [], InvalidParameters: unknown = [] } = found;
  if (unknown.length > 0) {
    throw new TemplateError(
      `Unable to fetch parameters [${unknown.join(',')}] from parameter store for this account.`,
    );
  }
  const values = new Map(Parameters.map(({ Name, Value = '' }) => [Name, Value]));
  return Object.fromEntries(
    Object.entries(names).map(([key, name]) => [key, values.get(name) ?? '']),
  );
}
