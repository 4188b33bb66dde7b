import type { CredentialProvider } from './credentials.ts';

type Step<Args, Output> = (args: Args) => Promise<Output>;

/** The names that services have for the same thing; EC2 says it with `RequestExpired`. */
const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/;

/** Whether AWS refused a call because the session that signed it is over. */
export function saysExpired(error: unknown): boolean {
  return error instanceof Error && EXPIRED.test(error.name);
}

/**
 * A step of an SDK client: a call that is refused because its session is over is made once more with new
 * credentials. They are renewed before they end; but clocks differ, and sessions can be revoked.
 */
export function renewsCredentials(credentials: CredentialProvider) {
  return <Args, Output>(next: Step<Args, Output>): Step<Args, Output> =>
    async (args) => {
      const { accessKeyId } = await credentials();
      try {
        return await next(args);
      } catch (error) {
        if (!saysExpired(error) || credentials.reject === undefined) throw error;
        credentials.reject(accessKeyId);
        if ((await credentials()).accessKeyId === accessKeyId) throw error;
        return next(args);
      }
    };
}
