import * as core from '@actions/core';
import { rememberSecret } from '../core/redact.ts';

const masked = new Set<string>();

/** Hides a value in everything that the job prints from now on, and in the files and comments that this process writes. */
export function mask(secret: string): void {
  if (masked.has(secret)) return;
  masked.add(secret);
  rememberSecret(secret);
  core.setSecret(secret);
}
