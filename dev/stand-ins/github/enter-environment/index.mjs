// Stands in for the moment at which GitHub lets a job into its environment: asks the gate, which knows the rules, at
// REHEARSAL_GATE. From then on, the job's ID tokens name the environment and the workflow file that has the job.
import { appendFileSync } from 'node:fs';

const {
  INPUT_NAME: name,
  INPUT_DEPLOYMENT: deployment,
  INPUT_WORKFLOW: workflow,
  REHEARSAL_GATE: gate,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
  GITHUB_ENV,
  GITHUB_JOB: job,
} = process.env;

// GitHub treats an empty name as no environment.
if (!name) {
  console.log('The job is in no environment');
  process.exit(0);
}
if (!gate) throw new Error(`nobody knows the rules of the environment ${name}`);
const answer = await fetch(gate, {
  method: 'POST',
  body: JSON.stringify({ job, name, deployment: deployment !== 'false' }),
});
const text = await answer.text();
if (!answer.ok) {
  console.log(`::error title=Environment ${name}::${text}`);
  process.exit(1);
}
console.log(text);
if (requestToken) {
  const parts = [name, ...(workflow ? [workflow] : [])].map((part) =>
    Buffer.from(part).toString('base64url'),
  );
  const token = [requestToken, ...parts].join('.');
  appendFileSync(GITHUB_ENV, `ACTIONS_ID_TOKEN_REQUEST_TOKEN=${token}\n`);
}
