import type { Switches } from '../stand-ins/aws/faults/switches.ts';
import type { Tools } from '../tools/install/tools.ts';
import type { Finding } from '../tools/table.ts';

/** The plan that the command gives to the world. */
export interface WorldPlan {
  readonly tools: Tools;
  /** The name of the fixture. */
  readonly fixture: string;
  /** The scenario to rehearse instead of the fixture, by its workflow. */
  readonly workflow?: string | undefined;
  readonly nodes: number;
  /** The latency and the failures of the AWS stand-in. */
  readonly switches: Partial<Switches>;
  /** Keeps the lab running after verify instead of destroying it. */
  readonly keep: boolean;
}

/** A message from the world to the command. */
export type FromWorld =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'up'; readonly findings: readonly Finding[] }
  | { readonly kind: 'done'; readonly findings: readonly Finding[] }
  | { readonly kind: 'failed'; readonly message: string; readonly findings: readonly Finding[] };

/** A message from the command to the running world. */
export type ToWorld = { readonly kind: 'stop' };
