import {
  booleanOf,
  integerOf,
  type QueryParams,
  requiredText,
  structureOf,
  structuresOf,
  textOf,
} from '../gateway/query-protocol.ts';
import {
  type GroupSettings,
  type GroupTag,
  type Hook,
  invalid,
  LAUNCHING,
  TERMINATING,
} from './state.ts';

/**
 * The sizes that a request asks for, checked against each other. `before` supplies those that it leaves
 * out.
 */
export function sizesOf(
  params: QueryParams,
  before?: Pick<GroupSettings, 'minSize' | 'maxSize' | 'desiredCapacity'>,
): Pick<GroupSettings, 'minSize' | 'maxSize' | 'desiredCapacity'> {
  const minSize = integerOf(params, 'MinSize') ?? before?.minSize;
  const maxSize = integerOf(params, 'MaxSize') ?? before?.maxSize;
  if (minSize === undefined || maxSize === undefined) {
    throw invalid('MinSize and MaxSize are required');
  }
  if (minSize < 0 || minSize > maxSize) {
    throw invalid(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
  }
  const asked = integerOf(params, 'DesiredCapacity');
  if (asked !== undefined && (asked < minSize || asked > maxSize)) {
    throw invalid(
      `Desired capacity:${asked} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
  }
  const wanted = asked ?? before?.desiredCapacity ?? minSize;
  return { minSize, maxSize, desiredCapacity: Math.min(maxSize, Math.max(minSize, wanted)) };
}

/** The desired capacity of a SetDesiredCapacity request, checked against the group's sizes. */
export function desiredOf(params: QueryParams, { minSize, maxSize }: GroupSettings): number {
  const wanted = integerOf(params, 'DesiredCapacity');
  if (wanted === undefined) throw invalid('DesiredCapacity is required');
  const beyond = wanted > maxSize ? `above max value ${maxSize}` : `below min value ${minSize}`;
  if (wanted > maxSize || wanted < minSize) {
    throw invalid(`New SetDesiredCapacity value ${wanted} is ${beyond} for the AutoScalingGroup.`);
  }
  return wanted;
}

/**
 * A hook of `LifecycleHookSpecificationList` or of PutLifecycleHook. `before` supplies what it leaves out.
 */
export function hookOf(params: QueryParams, before?: Hook): Hook {
  const transition = textOf(params, 'LifecycleTransition') ?? before?.transition ?? '';
  const defaultResult = textOf(params, 'DefaultResult') ?? before?.defaultResult ?? 'ABANDON';
  const heartbeatTimeout =
    integerOf(params, 'HeartbeatTimeout') ?? before?.heartbeatTimeout ?? 3600;
  if (heartbeatTimeout < 30 || heartbeatTimeout > 7200) {
    throw invalid('Heartbeat timeout must be between 30 and 7200 seconds');
  }
  const metadata = textOf(params, 'NotificationMetadata') ?? before?.metadata;
  return {
    name: requiredText(params, 'LifecycleHookName'),
    transition: oneOf([LAUNCHING, TERMINATING], transition, 'lifecycle transition'),
    heartbeatTimeout,
    defaultResult: oneOf(['CONTINUE', 'ABANDON'], defaultResult, 'default result'),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function oneOf<const T extends string>(allowed: readonly T[], text: string, what: string): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined) throw invalid(`'${text}' is not a valid ${what}`);
  return found;
}

export function tagsOf(params: QueryParams): readonly GroupTag[] {
  return structuresOf(params, 'Tags').map((tag) => ({
    key: requiredText(tag, 'Key'),
    value: textOf(tag, 'Value') ?? '',
    propagateAtLaunch: booleanOf(tag, 'PropagateAtLaunch') ?? false,
  }));
}

/** The launch template that a request names, by id or by name. */
export function templateOf(params: QueryParams) {
  if (structureOf(params, 'MixedInstancesPolicy') !== undefined) {
    throw invalid('The rehearsal does not simulate mixed instances policies');
  }
  const template = structureOf(params, 'LaunchTemplate');
  if (template === undefined) return undefined;
  return {
    id: textOf(template, 'LaunchTemplateId'),
    name: textOf(template, 'LaunchTemplateName'),
    version: textOf(template, 'Version') ?? '$Default',
  };
}

/** The other settings, each only if the request contains it. */
export function otherSettings(params: QueryParams): Partial<GroupSettings> {
  const cooldown = integerOf(params, 'DefaultCooldown');
  const healthCheckType = textOf(params, 'HealthCheckType');
  const healthCheckGracePeriod = integerOf(params, 'HealthCheckGracePeriod');
  const protectFromScaleIn = booleanOf(params, 'NewInstancesProtectedFromScaleIn');
  return {
    ...(cooldown === undefined ? {} : { cooldown }),
    ...(healthCheckType === undefined ? {} : { healthCheckType }),
    ...(healthCheckGracePeriod === undefined ? {} : { healthCheckGracePeriod }),
    ...(protectFromScaleIn === undefined ? {} : { protectFromScaleIn }),
  };
}
