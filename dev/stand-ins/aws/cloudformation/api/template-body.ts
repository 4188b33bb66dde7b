import { type QueryParams, ServiceError, textOf } from '../../gateway/query-protocol.ts';
import type { Region } from '../engine.ts';
import { BODY_LIMIT } from '../language/parse.ts';
import { fetchTemplate } from './template-source.ts';

/** The template of a request, which contains either `TemplateBody` (limited in size) or `TemplateURL`. */
export async function templateBody(region: Region, params: QueryParams): Promise<string> {
  const body = textOf(params, 'TemplateBody');
  const url = textOf(params, 'TemplateURL');
  if ((body === undefined) === (url === undefined)) {
    throw new ServiceError(
      'ValidationError',
      'Either Template URL or Template Body must be specified.',
    );
  }
  if (url !== undefined) return fetchTemplate(url, region.clients);
  const text = body ?? '';
  if (Buffer.byteLength(text) > BODY_LIMIT) {
    throw new ServiceError(
      'ValidationError',
      `1 validation error detected: Value '${text}' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${BODY_LIMIT}`,
    );
  }
  return text;
}
