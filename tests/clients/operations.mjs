// What every client script here needs: where the server is, and what to send.
//
//   RISKREG_URL    the GraphQL endpoint
//   RISKREG_TOKEN  sent as a bearer token, if there is one
//   arguments      one JSON object for each operation: {"query": "…", "variables": {…}}
//
// The answer is one line of JSON on stdout: the list of each operation's data.

export const url = process.env.RISKREG_URL ?? 'http://127.0.0.1:8000/graphql';

export const headers = process.env.RISKREG_TOKEN
  ? { authorization: `Bearer ${process.env.RISKREG_TOKEN}` }
  : {};

export const operations = process.argv.slice(2).map((argument) => JSON.parse(argument));

export const isMutation = (query) => /^\s*mutation\b/m.test(query);

export async function answer(run) {
  const data = [];
  for (const { query, variables = {} } of operations) {
    data.push(await run(query, variables));
  }
  console.log(JSON.stringify(data));
}
