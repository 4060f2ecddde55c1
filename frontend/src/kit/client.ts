import type { TadaDocumentNode } from './graphql';
import { session } from './session.svelte';

/** What the server refused, with the code of the API (or UNREACHABLE). */
export class Refusal extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Body<R> = { data?: R | null; errors?: { message: string; extensions?: { code?: string } }[] };
const LOST = 'The server gave no answer. Nothing you typed is lost; try again.';

/** The one place of the page that fetches. */
export async function ask<R, V>(
  document: TadaDocumentNode<R, V>,
  variables: V,
  signal: AbortSignal | null = null,
): Promise<R> {
  const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
  const body = JSON.stringify({ query: document, variables });
  const answer = await fetch('/graphql', { method: 'POST', headers, body, signal }).catch((e) => {
    throw signal?.aborted ? e : new Refusal('UNREACHABLE', LOST);
  });
  const read: Body<R> = await answer.json().catch((e) => {
    if (signal?.aborted) throw e;
    return {};
  });
  const error = read.errors?.[0];
  const code = error?.extensions?.code ?? (answer.status === 401 ? 'UNAUTHENTICATED' : 'UNREACHABLE');
  if (!error && read.data) return read.data;
  if (code === 'UNAUTHENTICATED') session.out = true;
  throw new Refusal(code, error?.message ?? LOST);
}

/** A sentence for a person, or '' where the request was only superseded. */
export function reason(error: unknown): string {
  if (error instanceof DOMException && error.name === 'AbortError') return '';
  return error instanceof Error ? error.message : String(error);
}
