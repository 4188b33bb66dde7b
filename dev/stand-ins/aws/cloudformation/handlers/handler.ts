import type { Values } from '../language/value.ts';
import type { Clients } from './clients.ts';

export type Tags = Readonly<Record<string, string>>;

/** What a handler may know about the stack and do while it works on one resource. */
export interface ResourceContext {
  readonly clients: Clients;
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  /** Everything to tag the resource with: its own tags, the stack's, and `aws:cloudformation:*`. */
  readonly tags: Tags;
  /** A physical name as CloudFormation makes them: `<stack>-<logical id>-<random>`, no longer than `limit`. */
  name(limit: number): string;
  /** The resource exists from now on, though it may not be ready: recorded, so that a rollback finds it. */
  initiated(id: string, attributes?: Values): void;
  /**
   * Asks `probe` again and again until it answers something. Rejects when that takes too long, or when
   * the operation has been cancelled.
   */
  until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T>;
}

/** A resource as it was when it was last created or updated. */
export interface Existing<P> {
  readonly id: string;
  readonly properties: P;
  readonly attributes: Values;
  readonly tags: Tags;
}

export interface Created {
  /** The physical id, which is what `Ref` gives. */
  readonly id: string;
  readonly attributes?: Values;
}

/**
 * How one resource type is made through its service's public API. Properties arrive evaluated, checked
 * against AWS's specification and converted to its types, which is why `P` can be trusted.
 */
export interface ResourceHandler<P> {
  /** The properties that are honoured. Others are refused by name rather than ignored. */
  readonly properties: readonly Extract<keyof P, string>[];
  create(properties: P, context: ResourceContext): Promise<Created>;
  /** Changes in place what needs no replacement, tags included; gives the attributes afterwards. */
  update?(existing: Existing<P>, properties: P, context: ResourceContext): Promise<Values>;
  /** Removes it; what is already gone is not an error (`isMissing`). */
  delete(existing: Existing<P>, context: ResourceContext): Promise<void>;
}

export type AnyHandler = ResourceHandler<Values>;

/** Puts a typed handler into the table; the specification has made sure of the shape by then. */
export function handler<P>(typed: ResourceHandler<P>): AnyHandler {
  return typed as unknown as AnyHandler;
}
