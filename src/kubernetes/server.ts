/** An API server: where it is, and how to be let in. */
export interface Server {
  /** The cluster's name, for messages. */
  readonly cluster: string;
  readonly url: string;
  readonly tls: Tls;
  /** Asked for anew before each request and each web socket, so that nothing depends on a token that may expire. */
  identity(): Promise<Identity>;
}

/** PEM texts, and how the server's certificate is checked; what is missing is as Node has it. */
export interface Tls {
  readonly ca?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Who we are, by headers of each request (`authorization`) and by a client certificate. */
export interface Identity {
  readonly headers: Readonly<Record<string, string>>;
  readonly cert?: string;
  readonly key?: string;
}
