import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import {
  bootScript,
  EXAMPLE,
  ipamPlugin,
  mimeParts,
  renderUserData,
  unpackedUserData,
} from '../../dev/testing/node-boot/user-data.ts';
import { readTemplate } from '../../dev/testing/samples/read-template.ts';
import { CHECKOUT } from '../../dev/tools/checkout.ts';
import { STARTUP_TAINT_TEXT } from '../../src/environment/shared-cluster.ts';
import {
  MOST_REGISTRATION_TEXT,
  MOST_USER_DATA,
} from '../../src/provision/node-extras/extra-fields.ts';

/** Bytes, before base64: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html */
const USER_DATA_LIMIT = 16_384;

const NODE_LABELS =
  '--node-labels=eks-multus-actions/node-group=ng1,eks-multus-actions/environment=eks-multus-cluster';

/** As the template makes it of the parameter UserDataPart. */
const EXTRA_PART = '--NODE\nContent-Type: text/x-shellscript; charset="us-ascii"\n\necho hello\n\n';

describe('the user data', () => {
  it("has a group's own script as a part before the boot script", () => {
    const text = renderUserData({ ...EXAMPLE, ExtraPart: EXTRA_PART });
    const parts = text.split(/^--NODE(?:--)?\n/m).slice(1, -1);
    expect(parts.map((part) => part.split('\n\n')[0])).toEqual([
      'Content-Type: application/node.eks.aws',
      'Content-Type: text/x-shellscript; charset="us-ascii"',
      'Content-Type: text/x-shellscript; charset="us-ascii"',
    ]);
    expect(parts[1]).toContain('echo hello');
    expect(parts[2]).toContain('readonly multus_subnets=');
    const head = JSON.stringify(readTemplate('nodegroup').Resources['LaunchTemplate']);
    expect(head).toContain(
      JSON.stringify(EXTRA_PART.replace('echo hello', '${UserDataPart}'))
        .slice(1, -1)
        .replace(/\\n$/, ''),
    );
  });

  it("has a group's labels beside the pack's", () => {
    const text = mimeParts(renderUserData({ ...EXAMPLE, NodeLabels: ',team=media' }));
    expect(text['application/node.eks.aws']).toContain(`${NODE_LABELS},team=media`);
  });

  it('tells nodeadm which cluster to join', () => {
    const config = parse(mimeParts(renderUserData(EXAMPLE))['application/node.eks.aws'] ?? '');
    expect(config).toEqual({
      apiVersion: 'node.eks.aws/v1alpha1',
      kind: 'NodeConfig',
      spec: {
        cluster: {
          name: 'eks-multus-cluster',
          apiServerEndpoint: 'https://example.eks.amazonaws.com',
          certificateAuthority: 'QUJD',
          cidr: '172.20.0.0/16',
        },
        kubelet: {
          maxPodsExpression:
            "(default_enis - size(['subnet-1','subnet-2'])) * (ips_per_eni - 1) + 2",
          config: { shutdownGracePeriod: '2m30s', shutdownGracePeriodCriticalPods: '30s' },
          flags: [NODE_LABELS],
        },
      },
    });
  });

  it('leaves out the first interface where the VPC CNI has custom networking', () => {
    const values = { ...EXAMPLE, WithoutFirst: ' - 1' };
    const text = mimeParts(renderUserData(values))['application/node.eks.aws'] ?? '';
    expect(text).toContain(
      "(default_enis - size(['subnet-1','subnet-2']) - 1) * (ips_per_eni - 1)",
    );
  });

  it('has the kubelet register with a taint when there is one', () => {
    const TaintFlag = `- --register-with-taints=${STARTUP_TAINT_TEXT}`;
    const text = mimeParts(renderUserData({ ...EXAMPLE, TaintFlag }))['application/node.eks.aws'];
    expect(parse(text ?? '')).toMatchObject({
      spec: {
        kubelet: {
          flags: [
            NODE_LABELS,
            '--register-with-taints=eks-multus-actions/networks-not-ready=true:NoSchedule',
          ],
        },
      },
    });
    const pattern = readTemplate('nodegroup').Parameters['StartupTaint']?.AllowedPattern;
    expect(STARTUP_TAINT_TEXT).toMatch(new RegExp(pattern ?? 'none'));
  });

  it('has the other programs compressed, and nothing of them beside', () => {
    const [packed, plain] = [renderUserData(EXAMPLE), unpackedUserData(EXAMPLE)];
    for (const program of ['PLUGIN', 'GUARD', 'DRAIN']) {
      expect(packed).not.toContain(`<<'${program}'`);
      expect(plain).toContain(`<<'${program}'`);
    }
    expect(plain).not.toContain('gunzip');
  });

  it('has packed what the plain script has', () => {
    const functionsOf = (message: string) => {
      const [functions] = mimeParts(message)['text/x-shellscript']?.split(/^IFS=, read/m) ?? [];
      const tell = 'unset -f install_programs; declare -f; declare -p mac_of prefixes_of';
      const { stdout, stderr } = spawnSync('bash', ['-c', `${functions}\n${tell}`], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return stdout;
    };
    const packed = functionsOf(renderUserData(EXAMPLE));
    expect(packed).toContain('configure_interface ()');
    expect(packed).toBe(functionsOf(unpackedUserData(EXAMPLE)));
  });

  it('is small enough for EC2, with the longest legal values', () => {
    const subnets = Array.from({ length: 4 }, () => `subnet-${'0'.repeat(17)}`);
    const longest = {
      ...EXAMPLE,
      ClusterName: 'c'.repeat(100),
      ServiceCidr: '172.200.100.0/24',
      ClusterEndpoint: `https://${'e'.repeat(100)}.eks.amazonaws.com`,
      ClusterCertificateAuthority: 'A'.repeat(2_000),
      NodeGroup: 'n'.repeat(20),
      Environment: 'e'.repeat(100),
      PrefixesPerInterface: '14',
      PodsWaitForMultus: 'false',
      Capacity: 'on-demand-instead-of-spot',
      OwnImage: 'false',
      ExtraPart: EXTRA_PART.replace('echo hello', 'x'.repeat(MOST_USER_DATA)),
      // Labels and taints share their room.
      NodeLabels: 'l'.repeat(MOST_REGISTRATION_TEXT / 2),
      TaintFlag: `- --register-with-taints=${STARTUP_TAINT_TEXT}${',taint'.padEnd(MOST_REGISTRATION_TEXT / 2, 't')}`,
      Subnets: subnets.join(','),
      QuotedSubnets: subnets.join("','"),
      MultusIpFamily: 'dual-stack',
      MultusOtherZoneCidrs: Array(4)
        .fill(
          '10.100.100.128/25 10.100.101.128/25 2600:1f13:abcd:ef00::/64 2600:1f13:abcd:ef01::/64',
        )
        .join(','),
    };
    expect(Buffer.byteLength(renderUserData(longest))).toBeLessThanOrEqual(USER_DATA_LIMIT);
  });
});

it.each(['multus', 'multus-thin', 'whereabouts'])(
  '%s ends after the pods whose networks it takes down',
  (name) => {
    const text = readFileSync(join(CHECKOUT, 'manifests', name, 'daemonset.yaml'), 'utf8');
    const kinds = parseAllDocuments(text).map((document) => document.toJS());
    // The kubelet ends pods of this priority in the last part of its shutdown.
    expect(kinds).toContainEqual(
      expect.objectContaining({
        kind: 'DaemonSet',
        spec: expect.objectContaining({
          template: expect.objectContaining({
            spec: expect.objectContaining({ priorityClassName: 'system-node-critical' }),
          }),
        }),
      }),
    );
  },
);

describe('shellcheck passes', () => {
  it.each([
    {
      name: 'the boot script',
      script: bootScript(['subnet-1', 'subnet-2'], 1),
      interpreter: '/bin/bash',
    },
    { name: 'the IPAM plugin', script: ipamPlugin(), interpreter: '/bin/sh' },
    {
      name: 'what drains a spot instance',
      script: readFileSync(join(CHECKOUT, 'cfn/node-boot/spot-drain'), 'utf8'),
      interpreter: '/bin/bash',
    },
  ])('$name', ({ script, interpreter }) => {
    expect(script.split('\n', 1)).toEqual([`#!${interpreter}`]);
    const { stdout, status, error } = spawnSync('shellcheck', ['-'], {
      input: script,
      encoding: 'utf8',
    });
    expect(error).toBeUndefined();
    expect(stdout).toBe('');
    expect(status).toBe(0);
  });
});
