export { seededRandom } from '../rehearsal/seeded-random.ts';
