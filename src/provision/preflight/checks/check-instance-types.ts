import { architecture, imageVariant } from '../../instance-types.ts';
import { type InstanceType, known } from '../facts.ts';
import { type PlannedGroup, type SetUp, typesOf } from '../set-up.ts';
import { type Check, type Finding, notice, problem } from './finding.ts';

export const checkInstanceTypes: Check = {
  name: 'Instance types',
  needs: ['instanceTypes'],
  find(setUp, facts) {
    const types = known(facts.instanceTypes);
    if (types === undefined) return [];
    const missing = typesOf(setUp).filter((type) => !types.some(({ name }) => name === type));
    return [
      ...missing.map((type) =>
        problem(
          `node-groups: EC2 in ${setUp.inputs.region} has no instance type ${type}`,
          'give one that it has, such as m5.xlarge',
        ),
      ),
      ...types.flatMap(typeFindings),
      ...eachOnce(setUp.groups.flatMap((planned) => groupFindings(setUp, planned, types))),
    ];
  },
};

export const checkOfferings: Check = {
  name: 'Instance types in their zones',
  needs: ['offerings'],
  find(setUp, facts) {
    const offerings = known(facts.offerings);
    if (offerings === undefined) return [];
    const types = known(facts.instanceTypes);
    const wanted = new Set(setUp.groups.map(({ group }) => `${group.instanceType} ${group.zone}`));
    return [...wanted].flatMap((pair) => {
      const [type = '', zone = ''] = pair.split(' ');
      // A type that does not exist, or a zone, is reported as such.
      if (types !== undefined && !types.some(({ name }) => name === type)) return [];
      const zones = offerings.filter((one) => one.type === type).map((one) => one.zone);
      if (zones.includes(zone)) return [];
      const others = zones.toSorted().join(', ') || 'no zone of this region';
      return [
        problem(
          `node-groups: EC2 does not offer ${type} in ${zone}`,
          `use another zone or another type; EC2 offers it in ${others}`,
        ),
      ];
    });
  },
};

/** What is true of a type whatever group uses it. */
function typeFindings(type: InstanceType): readonly Finding[] {
  const { name, architectures, hypervisor, usage } = type;
  if (!architectures.some((one) => one === 'x86_64' || one === 'arm64')) {
    const text = `node-groups: ${name} is for ${architectures.join(', ')}, for which EKS has no image`;
    return [problem(text, 'use an x86_64 or arm64 type')];
  }
  if (hypervisor === 'xen') {
    const text = `node-groups: ${name} does not run on the Nitro system, so its interfaces hold no prefixes`;
    return [problem(text, 'use a Nitro type, such as m5.xlarge')];
  }
  if (!usage.includes('on-demand')) {
    const text = `node-groups: ${name} cannot be started on demand, only as ${usage.join(', ')}`;
    return [problem(text, 'use a type that EC2 starts on demand')];
  }
  return imageFindings(type);
}

/** Whether the image that the pack chooses by the type's name fits the type. */
function imageFindings({ name, architectures, accelerators }: InstanceType): readonly Finding[] {
  const variant = imageVariant(name);
  if (!architectures.includes(architecture(name))) {
    const text = `node-groups: ${name} is ${architectures.join(', ')}, and the pack would give it the ${architecture(name)} image`;
    return [problem(text, 'use another type, and report this one')];
  }
  if (accelerators.includes('Neuron')) return neuronFindings(name, variant, architectures);
  if (accelerators.includes('NVIDIA')) {
    if (variant !== 'nvidia') return [wrongVariant(name, 'nvidia', variant)];
    const text = `node-groups: ${name} gets EKS's NVIDIA image`;
    return [
      notice(text, "install NVIDIA's device plugin in the cluster, so that pods can ask for GPUs"),
    ];
  }
  if (variant !== 'standard') return [wrongVariant(name, 'standard', variant)];
  if (accelerators.length === 0) return [];
  const text = `node-groups: ${name} has accelerators of ${accelerators.join(', ')}, for which EKS's standard image has no driver`;
  return [notice(text, 'bring the driver yourself, or use another type')];
}

function neuronFindings(
  name: string,
  variant: string,
  architectures: readonly string[],
): readonly Finding[] {
  if (variant !== 'neuron') return [wrongVariant(name, 'neuron', variant)];
  if (!architectures.includes('x86_64')) {
    const text = `node-groups: ${name} has Neuron devices and is arm64, for which EKS has no image`;
    return [problem(text, 'use an x86_64 type')];
  }
  const text = `node-groups: ${name} gets EKS's Neuron image`;
  return [notice(text, "install AWS's Neuron device plugin, so that pods can ask for its devices")];
}

function wrongVariant(name: string, right: string, chosen: string): Finding {
  const text = `node-groups: ${name} needs EKS's ${right} image, and the pack would give it the ${chosen} one`;
  return problem(text, 'use another type, and report this one');
}

/** The groups of one entry have the same problems. */
function eachOnce(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((one) => [one.text, one])).values()];
}

/** Whether the type has room for the networks of a group. */
function groupFindings(
  { network }: SetUp,
  { group }: PlannedGroup,
  types: readonly InstanceType[],
): readonly Finding[] {
  const type = types.find(({ name }) => name === group.instanceType);
  if (type === undefined) return [];
  const networks = network.multusSubnets.filter(({ zone }) => zone === group.zone).length;
  const interfaces = 1 + networks;
  const addresses = 1 + group.prefixesPerInterface;
  const findings: Finding[] = [];
  if (group.capacity === 'spot' && !type.usage.includes('spot')) {
    findings.push(
      problem(
        `node-groups: EC2 has no spot instances of ${type.name} of group ${group.entry.name}`,
        'use another type, or capacity: on-demand',
      ),
    );
  }
  if (type.interfaces < interfaces) {
    findings.push(
      problem(
        `node-groups: ${type.name} of group ${group.entry.name} has ${type.interfaces} interfaces on its first network card, and ${networks} networks need ${interfaces}`,
        'use a larger type, or fewer multus-networks',
      ),
    );
  }
  if (type.addressesPerInterface < addresses) {
    findings.push(
      problem(
        `node-groups: an interface of ${type.name} of group ${group.entry.name} has room for ${type.addressesPerInterface} addresses, and prefixes-per-interface needs ${addresses}`,
        `give at most ${type.addressesPerInterface - 1}, or use a larger type`,
      ),
    );
  }
  return findings;
}
