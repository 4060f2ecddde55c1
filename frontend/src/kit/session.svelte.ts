/** Whether the server knows us; `round` grows when everything should be read again. */
export const session = $state({ out: false, round: 0 });

export function readAgain(): void {
  session.out = false;
  session.round += 1;
}
