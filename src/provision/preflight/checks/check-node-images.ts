import type { NodeGroup } from '../../node-groups.ts';
import { firstOfEntries } from '../../zones/zone-entry.ts';
import { known, type NodeImage } from '../facts.ts';
import { type Check, type Finding, problem } from './finding.ts';

/** The name that EKS's own AMIs have for their root volume, and so the template. */
const ROOT_DEVICE = '/dev/xvda';

/** Whether the AMIs that node groups name are there and fit. What is inside them, a node checks when it boots. */
export const checkNodeImages: Check = {
  name: 'AMIs of node groups',
  needs: ['nodeImages'],
  find({ groups, inputs }, facts) {
    const images = known(facts.nodeImages) ?? [];
    // An entry with zones has one AMI for all of its groups.
    return firstOfEntries(groups.map(({ group }) => group)).flatMap((group) => {
      const image = images.find(({ ami }) => ami === group.ami);
      return image === undefined ? [] : findingsOf(group, image, inputs.region);
    });
  },
};

function findingsOf(
  { entry, architecture, volumeSize }: NodeGroup,
  { ami, id, found }: NodeImage,
  region: string,
): readonly Finding[] {
  const say = (text: string, fix: string) =>
    problem(`node-groups: ${entry.name}.ami: ${text}`, fix);
  if (id === undefined) {
    return [
      say(`there is no SSM parameter ${ami} in ${region}`, 'give one that has the id of an AMI'),
    ];
  }
  const what = ami === id ? id : `${id} of ${ami}`;
  if (found === undefined) {
    const fix = 'copy it to this region, or share it with this account';
    return [say(`EC2 in ${region} shows this account no AMI ${what}`, fix)];
  }
  const findings: Finding[] = [];
  if (found.state !== 'available') {
    findings.push(say(`${what} is ${found.state}`, 'wait until it is available, or give another'));
  }
  if (found.architecture !== architecture) {
    const text = `${what} is for ${found.architecture}, and the instance type is ${architecture}`;
    findings.push(say(text, 'give an AMI or an instance-type of the other architecture'));
  }
  if (found.rootDevice !== '' && found.rootDevice !== ROOT_DEVICE) {
    const text = `the root volume of ${what} is ${found.rootDevice}, and nodes get theirs as ${ROOT_DEVICE}`;
    findings.push(say(text, 'make the AMI from one of Amazon Linux 2023'));
  }
  if (found.rootSize > volumeSize) {
    const text = `${what} needs ${found.rootSize} GiB, and volume-size is ${volumeSize}`;
    findings.push(say(text, `give volume-size: ${found.rootSize} or more`));
  }
  return findings;
}
