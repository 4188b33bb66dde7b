import { z } from 'zod';
import { unpacked } from '../../tools/boot-script.ts';
import { readTemplate } from '../samples/read-template.ts';

/** The user data that the node group's template gives to a node. */

const launchTemplateSchema = z.object({
  LaunchTemplateData: z.object({
    UserData: z.object({
      'Fn::Base64': z.object({
        'Fn::Join': z.tuple([
          z.literal(''),
          z.tuple([
            z.object({ 'Fn::Sub': z.tuple([z.string(), z.record(z.string(), z.unknown())]) }),
            z.string(),
          ]),
        ]),
      }),
    }),
  }),
});

/** The user data with the template's `${…}` replaced; throws when a value is missing. */
export function renderUserData(values: Readonly<Record<string, string>>): string {
  const resource = readTemplate('nodegroup').Resources['LaunchTemplate'];
  const { LaunchTemplateData } = launchTemplateSchema.parse(resource?.Properties);
  const [, [head, script]] = LaunchTemplateData.UserData['Fn::Base64']['Fn::Join'];
  const substituted = head['Fn::Sub'][0].replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for ${name}`);
    return value;
  });
  return substituted + script;
}

/** The same with the programs in plain text, so that a test can change them. */
export function unpackedUserData(values: Readonly<Record<string, string>>): string {
  return unpacked(renderUserData(values));
}

/** The bodies of a MIME message's parts, by content type. */
export function mimeParts(message: string): Readonly<Record<string, string>> {
  const boundary = /boundary="([^"]+)"/.exec(message)?.[1];
  const [, ...parts] = message.split(new RegExp(`^--${boundary}(?:--)?\\n`, 'm'));
  return Object.fromEntries(
    parts
      .filter((part) => part !== '')
      .map((part) => {
        const end = part.indexOf('\n\n');
        return [/^Content-Type: ([^;\n]+)/.exec(part)?.[1] ?? '', part.slice(end + 2)];
      }),
  );
}

/** The IPAM plugin, as the boot script in the template installs it. */
export function ipamPlugin(): string {
  const plugin = /<<'PLUGIN'\n([\s\S]*?)^PLUGIN\n/m.exec(bootScript(['subnet-1'], 1))?.[1];
  if (plugin === undefined) throw new Error('the boot script has no IPAM plugin');
  return plugin;
}

/** The boot script of a node with these Multus subnets; the options are parameters of the template. */
export function bootScript(
  subnets: readonly string[],
  prefixesPerInterface: number,
  {
    otherZoneCidrs = '',
    ipFamily = 'ipv4',
    podsWaitForMultus = true,
    capacity = 'on-demand',
    ownImage = false,
  } = {},
): string {
  const script = mimeParts(
    unpackedUserData({
      ...EXAMPLE,
      Subnets: subnets.join(','),
      QuotedSubnets: subnets.join("','"),
      PrefixesPerInterface: String(prefixesPerInterface),
      MultusOtherZoneCidrs: otherZoneCidrs,
      MultusIpFamily: ipFamily,
      PodsWaitForMultus: String(podsWaitForMultus),
      Capacity: capacity,
      OwnImage: String(ownImage),
    }),
  )['text/x-shellscript'];
  if (script === undefined) throw new Error('the user data has no shell script');
  return script;
}

/** Values for everything that the user data takes from the stack's parameters. */
export const EXAMPLE: Readonly<Record<string, string>> = {
  ClusterName: 'eks-multus-cluster',
  ClusterEndpoint: 'https://example.eks.amazonaws.com',
  ClusterCertificateAuthority: 'QUJD',
  ServiceCidr: '172.20.0.0/16',
  NodeGroup: 'ng1',
  Environment: 'eks-multus-cluster',
  TaintFlag: '',
  PrefixesPerInterface: '1',
  MultusOtherZoneCidrs: '10.0.5.0/24,10.0.7.0/24',
  MultusIpFamily: 'ipv4',
  PodsWaitForMultus: 'true',
  Capacity: 'on-demand',
  Subnets: 'subnet-1,subnet-2',
  QuotedSubnets: "subnet-1','subnet-2",
  WithoutFirst: '',
  NodeLabels: '',
  ExtraPart: '',
  OwnImage: 'false',
};
