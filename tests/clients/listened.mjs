// What the listening scripts share: they take so many events of the first operation, and print them.
//
//   RISKREG_EVENTS  how many events to wait for, 1 by default
import { operations } from './operations.mjs';

const wanted = Number(process.env.RISKREG_EVENTS ?? 1);

export async function listened(client) {
  const told = [];
  for await (const { data, errors } of client.iterate(operations[0])) {
    if (errors) throw new Error(JSON.stringify(errors));
    told.push(data);
    if (told.length === wanted) break;
  }
  console.log(JSON.stringify(told));
  await client.dispose();
}
