import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeSet } from '../change-set.ts';
import type { Engine, Region } from '../engine.ts';

/** Deletes a change set in the background, as AWS does: it is listed until then (`ChangeSetStatus` of the API model). */
export async function deleteLater(
  { behaviour }: Engine,
  region: Region,
  changeSet: ChangeSet,
): Promise<void> {
  if (changeSet.status.startsWith('DELETE_')) return;
  changeSet.status = 'DELETE_PENDING';
  changeSet.executionStatus = 'UNAVAILABLE';
  await sleep(behaviour.changeSetDeletionMs / 2);
  changeSet.status = 'DELETE_IN_PROGRESS';
  await sleep(behaviour.changeSetDeletionMs / 2);
  const place = region.changeSets.indexOf(changeSet);
  if (place >= 0) region.changeSets.splice(place, 1);
}
