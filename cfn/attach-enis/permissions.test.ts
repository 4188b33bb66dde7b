import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readTemplate } from '../../dev/testing/samples/read-template.ts';

const actionsSchema = z.union([z.string(), z.array(z.string())]);
const roleSchema = z.object({
  Policies: z.array(
    z.object({
      PolicyDocument: z.object({
        Statement: z.array(z.object({ Action: actionsSchema, Resource: z.unknown() })),
      }),
    }),
  ),
});

/** The API calls that a source of this folder makes, as IAM names them. */
function calls(file: string, service: string): string[] {
  const source = readFileSync(join(import.meta.dirname, file), 'utf8');
  const commands = [...source.matchAll(/\b(?:new (\w+)Command|paginate(\w+))\(/g)];
  return [...new Set(commands.map(([, command, paged]) => `${service}:${command ?? paged}`))];
}

describe("the hook function's role", () => {
  it('allows exactly what the function calls', () => {
    const role = roleSchema.parse(readTemplate('nodegroup').Resources['HookRole']?.Properties);
    const allowed = role.Policies.flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.flatMap(({ Action }) => Action),
    );
    const called = [
      ...calls('interfaces.ts', 'ec2'),
      ...calls('reservations.ts', 'ec2'),
      ...calls('hook.ts', 'autoscaling'),
    ];
    expect(called.length).toBeGreaterThan(4);
    // Tags are set as part of creating; the logs are written by Lambda itself.
    const implied = ['ec2:CreateTags', 'logs:CreateLogStream', 'logs:PutLogEvents'];
    expect([...new Set(allowed)].sort()).toEqual([...called, ...implied].sort());
  });
});
