import { type Answer, type Call, notFound } from './answer.ts';
import { first, type Json, now } from './resources.ts';

const DONE: Answer = { status: 204, body: undefined };

/**
 * What people's own programs ask when they set up a repository: rulesets, labels, variables, files, people and the start of
 * workflows, by GitHub's names.
 */
export const SET_UP_OPERATIONS: Readonly<Record<string, (call: Call) => Answer>> = {
  'repos/get-repo-rulesets': ({ operation, state }) => {
    const example = first(operation.example(200));
    const found = state.rulesets.map(({ id, name }) => ({ ...example, id, name }));
    return { status: 200, body: found };
  },
  'repos/create-repo-ruleset': ({ operation, state, body }) => {
    // No source says whether GitHub takes a second ruleset of a name. The set-up must not need it.
    if (state.rulesets.some(({ name }) => name === body['name'])) {
      return unprocessable('Name must be unique');
    }
    const made = { ...body, id: state.nextId() };
    state.rulesets.push(made);
    return { status: 201, body: { ...(operation.example(201) as Json), ...made } };
  },
  'repos/update-repo-ruleset': (call) => {
    const place = placeOfRuleset(call);
    if (place < 0) return notFound();
    const changed = { ...call.state.rulesets[place], ...call.body };
    call.state.rulesets[place] = changed;
    return { status: 200, body: { ...(call.operation.example(200) as Json), ...changed } };
  },
  'repos/delete-repo-ruleset': (call) => {
    const place = placeOfRuleset(call);
    if (place < 0) return notFound();
    call.state.rulesets.splice(place, 1);
    return DONE;
  },
  'issues/get-label': (call) => {
    const name = param(call, 'name');
    if (!call.state.labels.has(name)) return notFound();
    return { status: 200, body: { ...(call.operation.example(200) as Json), name } };
  },
  'issues/create-label': ({ operation, state, body }) => {
    const { name, color, description } = body;
    if (state.labels.has(String(name))) return unprocessable('already_exists');
    state.labels.add(String(name));
    return { status: 201, body: { ...(operation.example(201) as Json), name, color, description } };
  },
  'issues/delete-label': (call) =>
    call.state.labels.delete(param(call, 'name')) ? DONE : notFound(),
  'actions/get-repo-variable': (call) => {
    const name = param(call, 'name');
    const value = call.state.variables.get(name);
    if (value === undefined) return notFound();
    const example = call.operation.example(200) as Json;
    return { status: 200, body: { ...example, name, value } };
  },
  'actions/create-repo-variable': ({ state, body }) => {
    const name = String(body['name']);
    if (body['value'] === '') return emptyValue();
    if (state.variables.has(name)) {
      return { status: 409, body: { message: 'Already exists - Variable already exists' } };
    }
    state.variables.set(name, String(body['value']));
    return { status: 201, body: {} };
  },
  'actions/update-repo-variable': (call) => {
    const name = param(call, 'name');
    if (!call.state.variables.has(name)) return notFound();
    if (call.body['value'] === '') return emptyValue();
    call.state.variables.set(name, String(call.body['value']));
    return DONE;
  },
  'actions/delete-repo-variable': (call) =>
    call.state.variables.delete(param(call, 'name')) ? DONE : notFound(),
  'repos/get-content': (call) => {
    const path = param(call, 'path');
    const content = call.state.readFile(path, call.query.get('ref') ?? call.state.defaultBranch);
    if (content === undefined) return notFound();
    const name = path.split('/').at(-1) ?? '';
    const file = { type: 'file', encoding: 'base64', name, path, size: content.length };
    return { status: 200, body: { ...EXAMPLE_FILE, ...file, content: lines(content) } };
  },
  'repos/get-branch': ({ operation, state }) => {
    const name = decodeURIComponent(operation.params['branch'] ?? '');
    const sha = state.branches.get(name);
    if (sha === undefined) return notFound();
    const { protection: _, ...example } = operation.example(200) as Json;
    const commit = { ...(example['commit'] as Json), sha };
    return { status: 200, body: { ...example, name, commit, protection: {} } };
  },
  'users/get-authenticated': ({ operation, login }) => ({
    status: 200,
    body: { ...(operation.example(200) as Json), login },
  }),
  'users/get-by-username': (call) => {
    const login = param(call, 'username');
    const id = PEOPLE[login];
    if (id === undefined) return notFound();
    return { status: 200, body: { ...(call.operation.example(200) as Json), login, id } };
  },
  'teams/get-by-name': (call) => {
    const slug = param(call, 'team_slug');
    const id = TEAMS[`${param(call, 'org')}/${slug}`];
    if (id === undefined) return notFound();
    return { status: 200, body: { ...(call.operation.example(200) as Json), slug, id } };
  },
  'actions/get-custom-oidc-sub-claim-for-repo': ({ state }) => ({
    status: 200,
    body: { use_default: state.subjectClaims === undefined, ...claimKeys(state.subjectClaims) },
  }),
  'actions/get-workflow': (call) => {
    const name = param(call, 'workflow_id');
    const path = `.github/workflows/${name}`;
    if (call.state.readFile(path, call.state.defaultBranch) === undefined) return notFound();
    const at = { created_at: now(), updated_at: now(), deleted_at: now() };
    const example = call.operation.example(200) as Json;
    const id = call.state.workflowId(name);
    return { status: 200, body: { ...example, ...at, id, path, name, state: 'active' } };
  },
  'actions/create-workflow-dispatch': (call) => {
    const { body, operation, state } = call;
    const workflow = state.workflowName(Number(param(call, 'workflow_id')));
    if (workflow === undefined) return notFound();
    const inputs = (body['inputs'] ?? {}) as Readonly<Record<string, string>>;
    state.dispatches.push({ workflow, ref: String(body['ref']), inputs });
    return body['return_run_details'] === true
      ? { status: 200, body: operation.example(200) }
      : DONE;
  },
};

/** People and teams that GitHub knows, with their ids. */
const PEOPLE: Readonly<Record<string, number>> = { ann: 583_231, ben: 583_232 };
const TEAMS: Readonly<Record<string, number>> = { 'acme/operators': 4_711 };

const URL_OF_FILE = 'https://api.github.com/repos/octokit/octokit.rb/contents/README.md';
const EXAMPLE_FILE = {
  sha: '3d21ec53a331a6f037a91c368710b99387d012c1',
  url: URL_OF_FILE,
  git_url: URL_OF_FILE,
  html_url: URL_OF_FILE,
  download_url: URL_OF_FILE,
  _links: { git: URL_OF_FILE, self: URL_OF_FILE, html: URL_OF_FILE },
};

/** GitHub breaks base64 into lines of 60 characters. */
function lines(content: Buffer): string {
  return content.toString('base64').replaceAll(/.{1,60}/g, '$&\n');
}

function claimKeys(keys: readonly string[] | undefined) {
  return keys === undefined ? {} : { include_claim_keys: keys };
}

function param({ operation }: Call, name: string): string {
  return decodeURIComponent(operation.params[name] ?? '');
}

function placeOfRuleset(call: Call): number {
  const id = Number(param(call, 'ruleset_id'));
  return call.state.rulesets.findIndex((one) => one['id'] === id);
}

/** No source says whether GitHub takes a variable without a value. The set-up must not need it. */
function emptyValue(): Answer {
  return unprocessable('Value must not be empty');
}

function unprocessable(error: string): Answer {
  return { status: 422, body: { message: 'Validation Failed', errors: [error], status: '422' } };
}
