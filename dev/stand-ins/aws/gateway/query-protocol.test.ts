import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  integerOf,
  parseQuery,
  queryError,
  queryService,
  requiredText,
  ServiceError,
  structuresOf,
  textsOf,
} from './query-protocol.ts';
import type { AwsRequest } from './service.ts';

function request(body: string): AwsRequest {
  const query = new URLSearchParams();
  const common = { method: 'POST', path: '/', query, headers: {}, region: 'ap-northeast-2' };
  return { ...common, body: Buffer.from(body), accessKey: undefined };
}

describe('parseQuery', () => {
  it('nests member lists, plain lists, structures and maps', () => {
    const body =
      'Action=Do&Version=2011-01-01&Name=a%20b&Tags.member.2.Key=k2&Tags.member.1.Key=k1' +
      '&Ids.1=x&Ids.2=y&Template.Id=lt-1&Attributes.entry.1.key=one&Attributes.entry.1.value=1&Empty=';
    expect(parseQuery(body)).toEqual({
      action: 'Do',
      params: {
        Name: 'a b',
        Tags: [{ Key: 'k1' }, { Key: 'k2' }],
        Ids: ['x', 'y'],
        Template: { Id: 'lt-1' },
        Attributes: { one: '1' },
        Empty: '',
      },
    });
  });

  it('keeps the order of any list of texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 15 }), (texts) => {
        const form = new URLSearchParams(
          texts.map((text, i): [string, string] => [`L.member.${i + 1}`, text]),
        );
        expect(textsOf(parseQuery(form.toString()).params, 'L')).toEqual(texts);
      }),
    );
  });
});

describe('readers', () => {
  const { params } = parseQuery('Count=3&Bad=x&List=&Rows.member.1.A=1');
  it('reads numbers, lists and structures', () => {
    expect(integerOf(params, 'Count')).toBe(3);
    expect(textsOf(params, 'List')).toEqual([]);
    expect(structuresOf(params, 'Rows')).toEqual([{ A: '1' }]);
  });
  it('refuses missing and malformed parameters', () => {
    expect(() => requiredText(params, 'Nothing')).toThrow(ServiceError);
    expect(() => integerOf(params, 'Bad')).toThrow('not a number');
  });
});

describe('queryService', () => {
  const service = queryService('demo', 'urn:demo', {
    Greet: (params) => ({ Text: `hello ${requiredText(params, 'Name')}` }),
    Break: () => {
      throw new TypeError('bug');
    },
  });

  it('answers an action with its result', async () => {
    const answer = await service.handle(request('Action=Greet&Name=you'));
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('<GreetResult><Text>hello you</Text></GreetResult>');
  });

  it('answers errors with their code and status', async () => {
    expect((await service.handle(request('Action=Greet'))).body).toContain('ValidationError');
    expect((await service.handle(request('Action=toString'))).body).toContain('InvalidAction');
    expect((await service.handle(request('Action=Break'))).status).toBe(500);
    expect(queryError(new ServiceError('AccessDenied', '<no>', 403), 'urn:x')).toMatchObject({
      status: 403,
      body: expect.stringContaining('&lt;no&gt;'),
    });
  });
});
