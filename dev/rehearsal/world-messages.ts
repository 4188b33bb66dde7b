import type { Switches } from '../stand-ins/aws/switches.ts';
import type { Tools } from '../tools/install/tools.ts';
import type { Finding } from '../tools/table.ts';

/** What the command tells the world that it starts. */
export interface WorldPlan {
  readonly tools: Tools;
  /** The name of what is rehearsed. */
  readonly fixture: string;
  /** The workflow whose scenario is rehearsed, instead of the fixture. */
  readonly workflow?: string | undefined;
  readonly nodes: number;
  /** How slow AWS is and what goes wrong with it. */
  readonly switches: Partial<Switches>;
  /** Leave the lab running after verify, instead of destroying it. */
  readonly keep: boolean;
}

/** What the world tells the command. */
export type FromWorld =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'up'; readonly findings: readonly Finding[] }
  | { readonly kind: 'done'; readonly findings: readonly Finding[] }
  | { readonly kind: 'failed'; readonly message: string; readonly findings: readonly Finding[] };

/** What the command tells the world while it runs. */
export type ToWorld = { readonly kind: 'stop' };
