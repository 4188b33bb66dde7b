import { isList, isRecord, type Value } from '../language/value.ts';

/** CloudFormation writes `ResourcesVpcConfig.SubnetIds` where EKS's API has `resourcesVpcConfig.subnetIds`. */
export function lowerCamel(value: Value): Value {
  if (isList(value)) return value.map(lowerCamel);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.charAt(0).toLowerCase() + key.slice(1),
      lowerCamel(item),
    ]),
  );
}
