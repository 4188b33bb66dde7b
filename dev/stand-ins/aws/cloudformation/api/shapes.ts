import type { XmlValue } from '../../gateway/query-protocol.ts';
import type { Tags } from '../handlers/handler.ts';
import type { Deployment } from '../stack.ts';

/** The `Parameters` of a response: NoEcho values masked, SSM parameters with their resolved values. */
export function parameterList({ template, texts, resolved }: Deployment): XmlValue {
  return Object.entries(texts).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: template.parameters[ParameterKey]?.noEcho === true ? '****' : value,
    ResolvedValue: resolved[ParameterKey],
  }));
}

export function tagList(tags: Tags): XmlValue {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
