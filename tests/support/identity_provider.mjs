// A real OpenID Connect provider for tests (the certified npm package oidc-provider), as a process of its own.
// It is given its configuration as one line of JSON, and prints its port when it listens.
//   people: {name: {claims…, amr: […]}}   whoever signs in by such a name has these claims
//   clients: as oidc-provider takes them
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

// The first line is the configuration; when the input ends, whoever started this is gone.
const lines = createInterface({ input: process.stdin });
const text = await new Promise((done) => { lines.once("line", done); });
lines.on("close", () => process.exit());
const { people, clients } = JSON.parse(text);

const server = createServer((request, response) => answer(request, response));
await new Promise((done) => { server.listen(0, "127.0.0.1", done); });
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients,
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  acrValues: ["AAL2_OR_AAL3_ANY", "AAL3_ANY"],
  claims: {
    openid: ["sub", "amr", "acr", "authentication_assurance_level", "id_assurance_level"],
    profile: ["name", "given_name", "family_name"],
    email: ["email", "email_verified"],
  },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id], amr: undefined }) }),
  // It calls no address of this machine by itself; here the whole world is this machine.
  fetch: (address, { dispatcher, ...options }) => globalThis.fetch(address, options),
  // Nobody is asked whether they agree: a health service's own clients are known.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});
const handle = provider.callback();

async function answer(request, response) {
  if (!request.url.startsWith("/interaction/")) return handle(request, response);
  try {
    if (request.method !== "POST") {
      const names = Object.keys(people).map((name) => `<button name="who" value="${name}">${name}</button>`);
      response.setHeader("Content-Type", "text/html");
      response.end(`<!doctype html><title>Test identity</title><h1>Who are you?</h1><form method="post">${names.join("")}</form>`);
      return;
    }
    let body = "";
    for await (const part of request) body += part;
    const who = new URLSearchParams(body).get("who");
    await provider.interactionFinished(request, response, { login: { accountId: who, amr: people[who]?.amr ?? ["pwd"] } });
  } catch (error) {
    response.statusCode = 400;
    response.end(String(error));
  }
}

console.log(server.address().port);
