import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Dependencies, dependenciesOf, inOrder, reversed } from './graph.ts';
import { readTemplate } from './template.ts';

/** Node n needs only earlier nodes, so there is never a cycle. */
const acyclic: fc.Arbitrary<Dependencies> = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 12 })
  .map(
    (needs) =>
      new Map(
        needs.map((some, node) => [
          `n${node}`,
          new Set(node === 0 ? [] : some.map((need) => `n${need % node}`)),
        ]),
      ),
  );

test('Ref, GetAtt, Sub and DependsOn are dependencies; parameters are not', () => {
  const template = readTemplate(`
Parameters: {P: {Type: String}}
Resources:
  A: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref P}}
  B: {Type: AWS::EC2::Subnet, DependsOn: D, Properties: {VpcId: !Ref A}}
  C: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Sub "\${A.VpcId}\${!B}\${x}", N: [!Sub ["\${y}", {y: !Ref D}]]}}
  D: {Type: AWS::EC2::VPC}
`);
  const plain = [...dependenciesOf(template)].map(([name, needs]) => [name, [...needs].sort()]);
  expect(Object.fromEntries(plain)).toEqual({ A: [], B: ['A', 'D'], C: ['A', 'D'], D: [] });
});

test('every resource comes after its dependencies, exactly once', () => {
  fc.assert(
    fc.property(acyclic, (graph) => {
      const order = inOrder(graph);
      expect([...order].sort()).toEqual([...graph.keys()].sort());
      for (const [node, needs] of graph) {
        for (const need of needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(node));
      }
    }),
  );
});

test('reversing the graph twice gives the same graph', () => {
  fc.assert(
    fc.property(acyclic, (graph) => {
      expect(reversed(reversed(graph))).toEqual(graph);
    }),
  );
});

test('the error names the resources of a cycle', () => {
  const cycle = new Map([
    ['a', new Set<string>()],
    ['b', new Set(['c'])],
    ['c', new Set(['b'])],
  ]);
  expect(() => inOrder(cycle)).toThrow('Circular dependency between resources: [b, c]');
});
