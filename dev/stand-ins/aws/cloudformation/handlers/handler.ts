import type { JsonObject, Values } from '../language/value.ts';
import type { Clients } from './clients.ts';

export type Tags = Readonly<Record<string, string>>;

/** What a handler knows about the stack and can do while it works on one resource. */
export interface ResourceContext {
  readonly clients: Clients;
  readonly accountId: string;
  readonly region: string;
  readonly stackName: string;
  /** All tags of the resource: its own, the stack's and `aws:cloudformation:*`. */
  readonly tags: Tags;
  /** The section `UpdatePolicy` of the declaration; empty when it has none. */
  readonly updatePolicy: JsonObject;
  /**
   * A physical name in CloudFormation's form, `<stack>-<logical id>-<random>`, of at most `limit`
   * characters.
   */
  name(limit: number): string;
  /** Records that the resource exists, even if it is not ready yet, so that a rollback finds it. */
  initiated(id: string, attributes?: Values): void;
  /**
   * Repeats `probe` until it returns something. Rejects when that takes too long or the operation is
   * cancelled.
   */
  until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T>;
}

/** A resource as it was last created or updated. */
export interface Existing<P> {
  readonly id: string;
  readonly properties: P;
  readonly attributes: Values;
  readonly tags: Tags;
}

export interface Created {
  /** The physical id, which is what `Ref` returns. */
  readonly id: string;
  readonly attributes?: Values;
}

/**
 * Handles one resource type through its service's public API. Properties arrive evaluated, checked against
 * AWS's specification and converted to its types, so `P` can be trusted.
 */
export interface ResourceHandler<P> {
  /** The supported properties. Others are refused by name, not ignored. */
  readonly properties: readonly Extract<keyof P, string>[];
  create(properties: P, context: ResourceContext): Promise<Created>;
  /** Updates the resource in place, including its tags. Resolves with its attributes. */
  update?(existing: Existing<P>, properties: P, context: ResourceContext): Promise<Values>;
  /** Attributes that other resources change, so that they are read again before something refers to them. */
  readonly live?: {
    readonly names: readonly string[];
    read(existing: Existing<P>, context: ResourceContext): Promise<Values>;
  };
  /** Deletes the resource. One that is already gone is not an error (`isMissing`). */
  delete(existing: Existing<P>, context: ResourceContext): Promise<void>;
}

export type AnyHandler = ResourceHandler<Values>;

/** Adapts a typed handler for the table. The specification has checked the properties' shape by then. */
export function handler<P>(typed: ResourceHandler<P>): AnyHandler {
  return typed as unknown as AnyHandler;
}
