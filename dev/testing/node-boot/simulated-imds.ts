import { createServer } from 'node:http';

/**
 * The instance metadata service, version 2, as far as the boot script reads it. Serves the
 * paths below `meta-data/` that a JSON object on the command line gives, on 169.254.169.254:80; what the
 * object does not have is 404. `{ "after": n }` beside a value holds it back for the first n requests.
 * Leaves out: token lifetimes, hop limits, identity documents, and everything else.
 */
interface Delayed {
  readonly value: string;
  readonly after: number;
}

const TOKEN = 'session-token';
const tree: Readonly<Record<string, string | Delayed>> = JSON.parse(process.argv[2] ?? '{}');
const asked = new Map<string, number>();

function lookUp(path: string): string | undefined {
  const found = tree[path];
  if (found === undefined || typeof found === 'string') return found;
  const times = (asked.get(path) ?? 0) + 1;
  asked.set(path, times);
  return times > found.after ? found.value : undefined;
}

createServer((request, response) => {
  const path = request.url ?? '';
  if (request.method === 'PUT' && path === '/latest/api/token') {
    response.end(TOKEN);
  } else if (request.headers['x-aws-ec2-metadata-token'] !== TOKEN) {
    response.writeHead(401).end();
  } else {
    const value = lookUp(path.replace('/latest/meta-data/', ''));
    response.writeHead(value === undefined ? 404 : 200).end(value ?? 'Not Found');
  }
}).listen(80, '169.254.169.254', () => console.log('ready'));
