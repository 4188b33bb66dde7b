import {
  type QueryParams,
  ServiceError,
  textOf,
  type XmlValue,
} from '../../gateway/query-protocol.ts';
import type { Engine, Region } from '../engine.ts';
import type { Stack, StackResource } from '../stack.ts';
import { requiredStack } from './find.ts';
import { pageOf } from './paging.ts';

export function describeStackResources(
  _engine: Engine,
  region: Region,
  params: QueryParams,
): XmlValue {
  const stack = requiredStack(region, params);
  const wanted = textOf(params, 'LogicalResourceId');
  const found = [...stack.resources.values()].filter(
    ({ logicalId }) => wanted === undefined || wanted === logicalId,
  );
  // AWS returns at most 100 resources and has no second page.
  return { StackResources: found.slice(0, 100).map((one) => resourceShape(stack, one)) };
}

export function describeStackResource(
  _engine: Engine,
  region: Region,
  params: QueryParams,
): XmlValue {
  const stack = requiredStack(region, params);
  const wanted = textOf(params, 'LogicalResourceId') ?? '';
  const found = stack.resources.get(wanted);
  if (found === undefined) {
    throw new ServiceError(
      'ValidationError',
      `Resource ${wanted} does not exist for stack ${stack.name}`,
    );
  }
  return {
    StackResourceDetail: {
      ...resourceShape(stack, found),
      LastUpdatedTimestamp: found.updatedAt,
    },
  };
}

function resourceShape(stack: Stack, resource: StackResource) {
  return {
    StackName: stack.name,
    StackId: stack.id,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    Timestamp: resource.updatedAt,
    ResourceStatus: resource.status,
    ResourceStatusReason: resource.statusReason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

export function listStackResources(_engine: Engine, region: Region, params: QueryParams): XmlValue {
  const stack = requiredStack(region, params);
  const { items, next } = pageOf([...stack.resources.values()], params, 100);
  return {
    StackResourceSummaries: items.map((resource) => ({
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: resource.physicalId,
      ResourceType: resource.type,
      LastUpdatedTimestamp: resource.updatedAt,
      ResourceStatus: resource.status,
      ResourceStatusReason: resource.statusReason,
      DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
    })),
    NextToken: next,
  };
}
