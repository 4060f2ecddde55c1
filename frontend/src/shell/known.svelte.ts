import { ask } from '../kit/client';
import type { ResultOf } from '../kit/graphql';
import { WhoAmI } from './documents';

/** Who is signed in, and the short lists that filters and forms offer. */
export const known = $state<{ answer: ResultOf<typeof WhoAmI> | null; problem: string }>({
  answer: null,
  problem: '',
});

export async function meet(): Promise<void> {
  try {
    known.answer = await ask(WhoAmI, {});
    known.problem = '';
  } catch (error) {
    known.problem = (error as Error).message;
  }
}
