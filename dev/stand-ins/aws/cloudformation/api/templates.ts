import {
  type QueryParams,
  ServiceError,
  textOf,
  type XmlValue,
} from '../../gateway/query-protocol.ts';
import { checkedTemplate } from '../deployment.ts';
import type { Engine, Region } from '../engine.ts';
import { neededCapabilities } from '../language/capabilities.ts';
import { readTemplate, type Template } from '../language/template.ts';
import { requiredChangeSet, requiredStack } from './find.ts';
import { templateBody } from './template-body.ts';

/** GetTemplate: the original text, of a stack or a change set. */
export function getTemplate(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const body =
    params['ChangeSetName'] === undefined
      ? requiredStack(region, params).deployed?.body
      : requiredChangeSet(region, params).deployment.body;
  if (body === undefined) {
    throw new ServiceError(
      'ValidationError',
      `Stack with id ${textOf(params, 'StackName')} has no template`,
    );
  }
  return { TemplateBody: body, StagesAvailable: ['Original', 'Processed'] };
}

/**
 * GetTemplateSummary: parameters, required capabilities and resource types, without evaluating anything.
 */
export async function getTemplateSummary(
  _engine: Engine,
  region: Region,
  params: QueryParams,
): Promise<XmlValue> {
  const deployed =
    params['StackName'] === undefined ? undefined : requiredStack(region, params).deployed;
  const template = readTemplate(deployed?.body ?? (await templateBody(region, params)));
  const types = Object.values(template.resources).map(({ type }) => type);
  return {
    ...summaryOf(template),
    ResourceTypes: types,
    Metadata: template.metadata === undefined ? undefined : JSON.stringify(template.metadata),
    Version: '2010-09-09',
  };
}

function summaryOf(template: Template) {
  const needed = neededCapabilities(template);
  return {
    Description: template.description,
    Capabilities: needed.capabilities,
    CapabilitiesReason:
      needed.types.length === 0
        ? undefined
        : `The following resource(s) require capabilities: [${needed.types.join(', ')}]`,
    Parameters: Object.entries(template.parameters).map(([ParameterKey, declared]) => ({
      ParameterKey,
      DefaultValue: declared.default,
      ParameterType: declared.type,
      NoEcho: declared.noEcho,
      Description: declared.description,
      ParameterConstraints: { AllowedValues: declared.allowedValues ?? [] },
    })),
  };
}

export async function validateTemplate(
  engine: Engine,
  region: Region,
  params: QueryParams,
): Promise<XmlValue> {
  const template = await checkedTemplate(engine, await templateBody(region, params));
  return summaryOf(template);
}
