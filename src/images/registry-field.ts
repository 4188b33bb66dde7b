import { text } from '../github/inputs.ts';

/** A host with a dot or a port, as in the name of an image, and perhaps a path. */
const REGISTRY =
  /^(?=[^/]*[.:])[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/** The field of the input with the registry that has copies of all images of the pack. */
export function imageRegistryField() {
  return text(
    REGISTRY,
    'a registry and perhaps a path in it, such as 111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/mirror, without https:// and without / at the end',
  ).optional();
}
