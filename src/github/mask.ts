import * as core from '@actions/core';
import { rememberSecret } from '../core/redact.ts';

/** Hides a value in everything that the job prints from now on, and in the files and comments that this process writes. */
export function mask(secret: string): void {
  rememberSecret(secret);
  core.setSecret(secret);
}
