import { type Answer, type Call, itemsOfPage, notFound } from './answer.ts';
import { first, type Json } from './resources.ts';
import type { Artifact } from './state.ts';

/** The operations on artifacts of runs, by GitHub's names. */
export const ARTIFACT_OPERATIONS: Readonly<Record<string, (call: Call) => Answer>> = {
  'actions/list-artifacts-for-repo': ({ operation, query, state }) => {
    const name = query.get('name');
    const found = [...state.artifacts.values()]
      .filter((one) => name === null || one.name === name)
      .reverse();
    const example = first((operation.example(200) as Json)['artifacts']);
    const artifacts = itemsOfPage(found, query).map((one) => artifactJson(example, one));
    return { status: 200, body: { total_count: found.length, artifacts } };
  },
  'actions/download-artifact': ({ operation, state, storage }) => {
    const found = state.artifacts.get(Number(operation.params['artifact_id']));
    if (found === undefined || operation.params['archive_format'] !== 'zip') return notFound();
    if (found.expired) return { status: 410, body: { message: 'Artifact has expired' } };
    return { status: 302, body: undefined, location: storage(found.zip) };
  },
};

function artifactJson(example: Json, artifact: Artifact): Json {
  const { branch, createdAt, expired, id, name, ofFork, runId, zip } = artifact;
  const [repository, fork] = [1, 2];
  return {
    ...example,
    id,
    name,
    expired,
    size_in_bytes: zip.byteLength,
    created_at: createdAt,
    updated_at: createdAt,
    workflow_run: {
      ...(example['workflow_run'] as Json),
      id: runId,
      repository_id: repository,
      head_repository_id: ofFork ? fork : repository,
      head_branch: branch,
    },
  };
}
