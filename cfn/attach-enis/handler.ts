import { setTimeout as sleep } from 'node:timers/promises';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { handlerTimeouts } from '../../src/aws/timeouts.ts';
import { completeWith, handleLifecycleEvent } from './hook.ts';
import { interfacesOf } from './interfaces.ts';
import { readLifecycleEvent } from './lifecycle-event.ts';
import { reserveWith } from './reservations.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
// All attempts of one call fit into the function's own time-out of 120 s.
const client = {
  maxAttempts: 5,
  requestHandler: handlerTimeouts({ connectionMs: 2_000, answerMs: 10_000 }),
};
const ec2 = new EC2Client(client);
const complete = completeWith(new AutoScalingClient(client));

/** The Lambda function of a node group's launch and terminate hooks. */
export async function handler(event: unknown): Promise<void> {
  await handleLifecycleEvent(readLifecycleEvent(event), {
    wanted: settings.wanted,
    interfacesOf: (instanceId) => interfacesOf(instanceId, settings, ec2),
    reserve: reserveWith(ec2),
    complete,
    // An instance that is still starting takes no interface; it is up well within a minute.
    patience: { attempts: 12, pause: () => sleep(5_000) },
    log: (message, details) => console.log(JSON.stringify({ message, ...details })),
  });
}
