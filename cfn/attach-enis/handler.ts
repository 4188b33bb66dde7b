import { setTimeout as sleep } from 'node:timers/promises';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { completeWith, handleLifecycleEvent } from './hook.ts';
import { interfacesOf } from './interfaces.ts';
import { readLifecycleEvent } from './lifecycle-event.ts';
import { reserveWith } from './reservations.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const ec2 = new EC2Client({ maxAttempts: 5 });
const complete = completeWith(new AutoScalingClient({ maxAttempts: 5 }));

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
