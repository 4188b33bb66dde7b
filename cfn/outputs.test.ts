import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decide } from '../dev/stand-ins/aws/authorization/simulate.ts';
import { ACCOUNT, accountRoles, REGION } from '../dev/testing/samples/account-roles.ts';
import { readTemplate, templateText } from '../dev/testing/samples/read-template.ts';
import { CHECKOUT } from '../dev/tools/checkout.ts';
import { TEMPLATE_BODY_LIMIT } from '../src/cloudformation/template-body.ts';
import { outputsParameters, sharedValues } from '../src/provision/shared-outputs/shared-values.ts';

const template = readTemplate('outputs');

const zones = ['a', 'b', 'c'];
const multusSubnets = [1, 2, 3, 4].flatMap((network) =>
  zones.map((zone) => ({ network, zone, cidr: '', prefixCidr: '', prefixes: 0 })),
);
/** Everything that an environment can have. The infra template says what its outputs are called. */
const infra = Object.fromEntries(
  Object.keys(readTemplate('infra').Outputs).map((name) => [
    name,
    Array.from(
      { length: name === 'MultusSubnetIds' ? 12 : 3 },
      (_, index) => `${name}${index}`,
    ).join(),
  ]),
);
const values = sharedValues({ authentication: 'access-entries' }, { zones, multusSubnets }, infra);

interface Parameter {
  readonly Name: { readonly 'Fn::Sub': string };
  readonly Type: string;
  readonly Value: { readonly Ref: string };
}

const resources = Object.entries(template.Resources).map(([id, resource]) => ({
  id,
  ...resource,
  Properties: resource.Properties as unknown as Parameter,
}));

describe('the outputs template', () => {
  it('has a parameter for each value that provision knows, and one in SSM by its name', () => {
    const given = ['Prefix', 'EnvironmentName', ...Object.keys(outputsParameters(values))];
    expect(Object.keys(template.Parameters).sort()).toEqual(given.sort());
    const names = resources.map(({ Properties }) => Properties.Name['Fn::Sub']);
    const folder = '${Prefix}/${EnvironmentName}/';
    expect(names.sort()).toEqual(
      Object.keys(values)
        .map((name) => `${folder}${name}`)
        .sort(),
    );
    for (const { Properties } of resources) {
      const name = Properties.Name['Fn::Sub'].slice(folder.length);
      expect(Object.keys(outputsParameters({ [name]: 'x' }))).toEqual([Properties.Value.Ref]);
      expect(Properties.Type).toBe(Array.isArray(values[name]) ? 'StringList' : 'String');
    }
  });

  // SSM refuses an empty value.
  it('makes no parameter of what may be missing', () => {
    for (const { id, Condition, Properties } of resources) {
      const parameter = Properties.Value.Ref;
      const optional = template.Parameters[parameter]?.Default === '';
      expect(Condition, id).toBe(optional ? `Has${parameter}` : undefined);
    }
    expect(resources.filter(({ Condition }) => Condition !== undefined)).toHaveLength(6);
  });

  it('fits into a request', () => {
    expect(Buffer.byteLength(templateText('outputs'))).toBeLessThan(TEMPLATE_BODY_LIMIT);
  });

  it('makes nothing but what the service role may write, change, tag and delete', async () => {
    const { service } = accountRoles({ OutputsPrefix: '/platform/multus' });
    expect(resources.map(({ Type }) => Type)).toEqual(resources.map(() => 'AWS::SSM::Parameter'));
    for (const { Properties } of resources) {
      const name = Properties.Name['Fn::Sub']
        .replace('${Prefix}', '/platform/multus')
        .replace('${EnvironmentName}', 'eks-multus-lab');
      const resource = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${name}`;
      for (const action of [
        'PutParameter',
        'GetParameters',
        'AddTagsToResource',
        'DeleteParameter',
      ]) {
        expect(await decide(service, { action: `ssm:${action}`, resource })).toBe('allowed');
      }
    }
  });
});

it('docs/terraform.md has each name', () => {
  const page = readFileSync(join(CHECKOUT, 'docs', 'terraform.md'), 'utf8');
  const names = Object.keys(values).map((name) => name.replace(/multus-\d/, 'multus-N'));
  for (const name of new Set(names)) expect(page).toContain(`\`${name}\``);
});
