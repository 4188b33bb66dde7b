import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../tools/process.ts';

/** A certificate and its key, as files: the programs of a control plane take paths. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  /** Kubernetes reads the organisation of a client certificate as its group. */
  readonly organization?: string;
  readonly ipAddresses?: readonly string[];
  readonly dnsNames?: readonly string[];
}

const DAYS = '30';

/** Makes a throw-away certificate authority in `dir`, and creates the folder. */
export async function createAuthority(dir: string, commonName: string): Promise<Certificate> {
  await mkdir(dir, { recursive: true });
  // Without its own configuration, openssl adds the extensions of the host's openssl.cnf.
  await writeFile(join(dir, 'openssl.cnf'), '[req]\ndistinguished_name = dn\n[dn]\n');
  const authority = paths(dir, 'ca');
  await request(authority, { commonName }, [
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign,digitalSignature',
  ]);
  return authority;
}

/** Signs a certificate for servers and clients alike, named `name` and kept beside the authority. */
export async function issue(
  authority: Certificate,
  name: string,
  subject: Subject,
): Promise<Certificate> {
  const issued = paths(join(authority.certificate, '..'), name);
  await request(issued, subject, [
    '-CA',
    authority.certificate,
    '-CAkey',
    authority.key,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
    '-addext',
    `subjectAltName=${subjectAltName(subject)}`,
  ]);
  return issued;
}

/** An RSA key in PEM: EKS signs service account tokens with RS256. */
export async function createSigningKey(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return path;
}

/** The PEM file as base64, the form of `certificateAuthority.data` in EKS's DescribeCluster. */
export async function readBase64(path: string): Promise<string> {
  return (await readFile(path)).toString('base64');
}

/** The names that a server answers to; a client certificate carries its common name, as Go wants one. */
export function subjectAltName({ commonName, ipAddresses = [], dnsNames = [] }: Subject): string {
  const names = [...ipAddresses.map((ip) => `IP:${ip}`), ...dnsNames.map((dns) => `DNS:${dns}`)];
  return names.length > 0 ? names.join(',') : `DNS:${commonName.replaceAll(/[^a-z0-9.-]/gi, '-')}`;
}

function paths(dir: string, name: string): Certificate {
  return { certificate: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) };
}

async function request(
  target: Certificate,
  subject: Subject,
  extra: readonly string[],
): Promise<void> {
  const organization = subject.organization === undefined ? '' : `/O=${subject.organization}`;
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-config',
    join(target.certificate, '..', 'openssl.cnf'),
    '-days',
    DAYS,
    '-keyout',
    target.key,
    '-out',
    target.certificate,
    '-subj',
    `${organization}/CN=${subject.commonName}`,
    ...extra,
  ]);
}
