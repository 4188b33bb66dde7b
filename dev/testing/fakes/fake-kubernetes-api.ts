import { type KubernetesApi, kubernetesApi } from '../../../src/kubernetes/api.ts';
import { patientFor } from '../../../src/kubernetes/patience.ts';
import { fakeClock } from './fake-clock.ts';

const PATIENCE_MS = 60_000;

/** An API server that knows these operations. All others fail. Waits on a clock of its own. */
export function fakeKubernetesApi(operations: Partial<KubernetesApi>): KubernetesApi {
  const unexpected = () => Promise.reject(new Error('the test expects no such request'));
  return {
    read: unexpected,
    get: unexpected,
    list: unexpected,
    create: unexpected,
    apply: unexpected,
    merge: unexpected,
    replace: unexpected,
    remove: unexpected,
    removeAll: unexpected,
    repeat: kubernetesApi(unexpected, patientFor(fakeClock(), PATIENCE_MS)).repeat,
    ...operations,
  };
}
