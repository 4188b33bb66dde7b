import { describe, expect, it } from 'vitest';
import { subjectAltName } from './certificates.ts';

describe('the names in a certificate', () => {
  it('are its addresses and DNS names', () => {
    expect(
      subjectAltName({ commonName: 'x', ipAddresses: ['10.0.2.5'], dnsNames: ['kubernetes'] }),
    ).toBe('IP:10.0.2.5,DNS:kubernetes');
  });

  it('are never empty', () => {
    expect(subjectAltName({ commonName: 'system:kube-scheduler' })).toBe(
      'DNS:system-kube-scheduler',
    );
  });
});
