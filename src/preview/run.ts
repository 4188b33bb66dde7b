import { begin } from './begin.ts';
import { decide } from './decide.ts';
import { end } from './end.ts';
import { listExpired } from './list-expired.ts';
import { report } from './report.ts';
import type { Session } from './session.ts';

/**
 * Does what `command` says.
 *
 * @throws GithubError, CloudError or PreviewError that says what to do.
 */
export async function preview(session: Session): Promise<void> {
  switch (session.inputs.command) {
    case 'decide':
      return decideAbout(session);
    case 'begin':
      return begin(session);
    case 'report':
      return report(session);
    case 'end':
      return end(session);
    case 'list-expired':
      return listExpired(session);
  }
}

async function decideAbout(session: Session): Promise<void> {
  const { inputs, log, notice, run, actor } = session;
  const event = session.event();
  const { label } = inputs;
  const made = decide(event, { repository: run.repository, actor, label });
  const name = `${inputs['name-prefix']}-${event.number}`;
  session.setOutputs({ ...made, name });
  if (made.decision === 'skip') notice(made.reason);
  else log.info(made.reason);
  await session.addSummary(`${made.reason}\n`);
}
