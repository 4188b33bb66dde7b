import { exampleOf, type Fact, isRefusal, type Refusal, type Service, type Shape } from './fact.ts';

/** An answer as it travels: what the service's protocol makes of a fact. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Protocol = 'query' | 'ec2' | 'json' | 'rest-json' | 'rest-xml';

const PROTOCOLS: Readonly<Record<Service, Protocol>> = {
  autoscaling: 'query',
  cloudformation: 'query',
  ec2: 'ec2',
  ecr: 'json',
  eks: 'rest-json',
  events: 'json',
  iam: 'query',
  kms: 'json',
  lambda: 'rest-json',
  logs: 'json',
  s3: 'rest-xml',
  servicequotas: 'json',
  ssm: 'json',
  sts: 'query',
};

const XML = { 'content-type': 'text/xml', 'x-amzn-requestid': 'r-1' };
const JSON_1_1 = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'r-1' };
const REST_JSON = { 'content-type': 'application/json', 'x-amzn-requestid': 'r-1' };

/** A fact's answer in the protocol of its service. */
export function wireAnswer(service: Service, { call, answer }: Fact): WireAnswer {
  const protocol = PROTOCOLS[service];
  if (isRefusal(answer)) return { ...refusal(protocol, answer), status: answer.status };
  const shape = filled(answer.wire ?? answer.output);
  return { status: 200, ...reply(protocol, call, shape) };
}

function refusal(protocol: Protocol, { code, message = '', headers = {} }: Refusal) {
  if (code === undefined) return { headers, body: '' };
  const text = exampleOf(message);
  const error = `<Code>${code}</Code><Message>${escaped(text)}</Message>`;
  const bodies: Readonly<Record<Protocol, readonly [Readonly<Record<string, string>>, string]>> = {
    query: [
      XML,
      `<ErrorResponse><Error><Type>Sender</Type>${error}</Error><RequestId>r-1</RequestId></ErrorResponse>`,
    ],
    ec2: [
      XML,
      `<Response><Errors><Error>${error}</Error></Errors><RequestID>r-1</RequestID></Response>`,
    ],
    'rest-xml': [XML, `<Error>${error}<RequestId>r-1</RequestId></Error>`],
    json: [JSON_1_1, JSON.stringify({ __type: code, message: text })],
    'rest-json': [{ ...REST_JSON, 'x-amzn-errortype': code }, JSON.stringify({ message: text })],
  };
  const [own, body] = bodies[protocol];
  return { headers: { ...own, ...headers }, body };
}

function reply(protocol: Protocol, call: string, shape: Shape) {
  if (call === 'Invoke') return invocation(shape);
  if (protocol === 'json') return { headers: JSON_1_1, body: JSON.stringify(shape) };
  if (protocol === 'rest-json') return { headers: REST_JSON, body: JSON.stringify(shape) };
  const content = elements(shape, protocol === 'ec2' ? 'item' : 'member');
  const body = protocol === 'query' ? `<${call}Result>${content}</${call}Result>` : content;
  return { headers: XML, body: `<${call}Response>${body}</${call}Response>` };
}

/** Lambda gives the error of a function in a header, and what the function returned as the body. */
function invocation(shape: Shape) {
  const { FunctionError = '', Payload } = Object(shape);
  const headers = { ...REST_JSON, 'x-amz-function-error': FunctionError };
  return { headers, body: JSON.stringify(Payload) };
}

function elements(shape: Shape, item: string): string {
  if (Array.isArray(shape)) {
    return shape.map((one) => `<${item}>${elements(one, item)}</${item}>`).join('');
  }
  if (shape instanceof Date) return shape.toISOString();
  if (typeof shape !== 'object') return escaped(String(shape));
  return Object.entries(shape)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `<${name}>${elements(value, item)}</${name}>`)
    .join('');
}

/** The shape with something in place of each `…`. */
function filled(shape: Shape): Shape {
  if (typeof shape === 'string') return exampleOf(shape);
  if (Array.isArray(shape)) return shape.map(filled);
  if (typeof shape !== 'object' || shape instanceof Date) return shape;
  return Object.fromEntries(Object.entries(shape).map(([name, value]) => [name, filled(value)]));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
