/** Where facts come from: files of public repositories at a commit, issues, and pages of AWS. */

/** A snapshot of a test that LocalStack validated against AWS. */
export function localstack(path: string): string {
  return `localstack/localstack@8b9a79f tests/aws/services/${path}.snapshot.json`;
}

/** A recording of Ansible's module for CloudFormation. */
export function ansible(recording: string): string {
  return `ansible-collections/amazon.aws@59c5d27 tests/unit/plugins/modules/placebo_recordings/cloudformation/${recording}`;
}

/** A recording of Cloud Custodian. */
export function custodian(recording: string): string {
  return `cloud-custodian/cloud-custodian@df800e9 tests/data/placebo/${recording}`;
}

/** A source file of AWS's own deployment tool, which has to cope with the answer. */
export function cdk(path: string): string {
  return `aws/aws-cdk-cli@7ff50e7 packages/@aws-cdk/toolkit-lib/${path}`;
}

/** The model of a service's API. */
export function botocore(service: string): string {
  return `boto/botocore@0e6e240 botocore/data/${service}`;
}

/** An issue or pull request: `owner/name#number`, several separated by a comma. */
export function issue(...references: readonly string[]): string {
  return references.join(', ');
}

/** A page of AWS's documentation. */
export function documented(path: string): string {
  return `https://docs.aws.amazon.com/${path}`;
}

/** A text that several public repositories quote from AWS; a search for it finds them. */
export function quoted(text: string): string {
  return `quoted in several public repositories: "${text}"`;
}
