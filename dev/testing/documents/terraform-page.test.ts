import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseHcl } from '@cdktn/hcl2json';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { inputSchema, readProvisionInputs } from '../../../src/provision/inputs.ts';
import { readTemplate as readText } from '../../stand-ins/aws/cloudformation/language/template.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { readTemplate } from '../samples/read-template.ts';

/**
 * What docs/terraform.md shows, as far as a parser can judge it. Neither Terraform's providers nor the CDK run here, so names of
 * their resources and attributes are not checked.
 */

const read = (...path: readonly string[]) => readFileSync(join(CHECKOUT, ...path), 'utf8');
const page = read('docs', 'terraform.md');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, text = '']) => text,
  );

/** The names of the SSM parameters, and so the keys of `outputs-json`. */
const names = Object.values(readTemplate('outputs').Resources).map(({ Properties }) =>
  JSON.stringify(Properties['Name']).replace(/^.*\/([a-z0-9-]+)".*$/, '$1'),
);
const inputs = Object.keys(
  (JSON.parse(read('schemas', 'config-v1.json')) as { properties: object }).properties,
);

it.each(blocks('hcl').map((text, index) => [index, text] as const))(
  'Terraform code %i is HCL, and knows the names of the pack',
  async (_, text) => {
    const parsed = await parseHcl('page.tf', text);
    expect(Object.keys(parsed).length).toBeGreaterThan(0);
    for (const name of text.match(/(?<=multus\[")[a-z0-9-]+(?="\])/g) ?? []) {
      expect(names).toContain(name);
    }
    for (const [, list = ''] of text.matchAll(/for_each = toset\(\[(.*)\]\)/g)) {
      for (const name of JSON.parse(`[${list}]`) as readonly string[])
        expect(names).toContain(name);
    }
    for (const [, object = ''] of text.matchAll(/yamlencode\(\{\n(.*?)\n {2}\}\)/gs)) {
      const keys = object.match(/(?<=^ {4}")[a-z-]+(?=" *=)/gm) ?? [];
      expect(keys.length).toBeGreaterThan(1);
      for (const key of keys) expect(inputs).toContain(key);
    }
  },
);

it('has Terraform code for both directions', () => {
  expect(blocks('hcl').filter((text) => text.includes('aws_ssm_parameter'))).toHaveLength(1);
  expect(blocks('hcl').filter((text) => text.includes('yamlencode'))).toHaveLength(2);
});

it('notices Terraform code that is no HCL', async () => {
  await expect(parseHcl('page.tf', 'locals { a = ')).rejects.toThrow();
});

/** What `terraform console` 1.11 writes for the page's first `yamlencode`, with ids of AWS's form. */
const WRITTEN = `"availability-zones":
- "ap-northeast-2a"
- "ap-northeast-2b"
"multus-subnets":
- - "subnet-0123456789abcdef2"
  - "subnet-0123456789abcdef3"
- []
"private-subnets":
- "subnet-0123456789abcdef0"
- "subnet-0123456789abcdef1"
"subnet-cidrs":
  "multus":
  - []
  - - "10.20.20.0/24"
    - "10.20.21.0/24"
"vpc-id": "vpc-0123456789abcdef0"
`;

it('has Terraform write inputs that provision takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-page-'));
  const file = join(folder, 'multus.yaml');
  try {
    writeFileSync(file, WRITTEN);
    const given: Readonly<Record<string, string>> = {
      'config-file': file,
      environment: 'eks-multus-lab',
      'aws-region': 'ap-northeast-2',
    };
    const { givenVpc } = readProvisionInputs((name) => given[name] ?? '');
    expect(givenVpc).toMatchObject({
      vpcId: 'vpc-0123456789abcdef0',
      privateSubnets: [{ id: 'subnet-0123456789abcdef0' }, { id: 'subnet-0123456789abcdef1' }],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('has CDK code without errors of syntax, with names that exist', () => {
  const [code = '', ...more] = blocks('ts');
  expect(more).toEqual([]);
  const { diagnostics = [] } = ts.transpileModule(code, { reportDiagnostics: true });
  expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
  const used = code.match(/(?<=\$\{multus\}\/)[a-z0-9-]+/g) ?? [];
  expect(used).toHaveLength(2);
  for (const name of used) expect(names).toContain(name);
});

it('has a template that CloudFormation reads, with names that exist', () => {
  const [template = ''] = blocks('yaml').filter((text) => text.includes('Resources:'));
  const { parameters } = readText(template);
  const defaults = Object.values(parameters).map((one) => String(one.default));
  expect(defaults).toHaveLength(2);
  for (const name of defaults) {
    expect(names).toContain(name.replace('/eks-multus/eks-multus-lab/', ''));
  }
});

it('names inputs of the workflow', () => {
  const [written = ''] = blocks('yaml').filter((text) => text.includes('outputs-parameter-prefix'));
  const given = Object.keys(parse(written) as object);
  expect(given).toEqual(['environment', 'outputs-parameter-prefix']);
  for (const name of given) expect(Object.keys(inputSchema.shape)).toContain(name);
});
