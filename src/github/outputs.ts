import * as core from '@actions/core';

/** Sets an action's outputs. Objects become compact JSON; the rest is written as it reads. */
export function setOutputs(outputs: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(outputs)) {
    core.setOutput(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
}
