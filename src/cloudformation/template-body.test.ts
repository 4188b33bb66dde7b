import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseTemplateText } from '../../dev/stand-ins/aws/cloudformation/language/parse.ts';
import { packFile } from '../core/pack-files.ts';
import { TEMPLATE_BODY_LIMIT, templateBody } from './template-body.ts';

/** The text of a template of the pack, made too long for a request by comments. */
const tooLong = (name: string) => {
  const text = readFileSync(packFile('cfn', name), 'utf8');
  return `${text}\n# ${'x'.repeat(TEMPLATE_BODY_LIMIT)}\n`;
};

it('sends a template that fits as it is', () => {
  const text = '# Why\nResources:\n  A:\n    Type: AWS::SNS::Topic\n';
  expect(templateBody({ file: 'a.yaml', text })).toBe(text);
});

it.each(['infra.yaml', 'nodegroup.yaml', 'guard.yaml'])(
  'sends a longer %s in fewer bytes, with the same meaning',
  (name) => {
    const text = tooLong(name);
    const body = templateBody({ file: name, text });
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(TEMPLATE_BODY_LIMIT);
    expect(body).not.toMatch(/x{100}/);
    expect(parseTemplateText(body)).toStrictEqual(parseTemplateText(text));
    expect(templateBody({ file: name, text: body })).toBe(body);
    expect(templateBody({ file: name, text })).toBe(body);
  },
);
