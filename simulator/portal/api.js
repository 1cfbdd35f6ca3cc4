// The two things the page talks to: the control API, as the tester, and Graph, as the user who is signed in.

import { now } from "./live.js";
import { changeSession, session } from "./state.js";

/** Why a call did not do what it was asked for. `requestId` is Graph's, where Graph answered. */
export class Refused extends Error {
  constructor(status, message, requestId, code) {
    super(message);
    Object.assign(this, { status, requestId, code });
  }
}

async function send(method, url, { body, headers = {}, signal } = {}) {
  const init = { method, headers: { accept: "application/json", ...headers }, signal, cache: "no-store" };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers["content-type"] = "application/json";
  }
  const response = await fetch(url, init);
  const text = await response.text();
  let json = null;
  try {
    json = text ? JSON.parse(text) : null;
  } catch {
    if (response.ok) throw new Refused(response.status, "The answer is no JSON.", response.headers.get("request-id"));
  }
  if (!response.ok) {
    const error = json?.error;
    throw new Refused(response.status, plain(error?.message) ?? `${response.status}`, response.headers.get("request-id"), error?.code);
  }
  return json;
}

/** Intune's refusals hold JSON in their message; what a person can read is inside. */
function plain(message) {
  try {
    return JSON.parse(message).Message?.split(" - Operation ID")[0] ?? message;
  } catch {
    return message;
  }
}

const query = (options) => {
  const known = Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return known.length ? `?${new URLSearchParams(known)}` : "";
};

/** A call of the control API. */
export const control = (method, path, body, signal) => send(method, path, { body, signal });

/** The same below the tenant that is chosen. */
export const tenant = (method, path, body, signal) =>
  control(method, `/api/tenants/${encodeURIComponent(session.tenant)}${path}`, body, signal);

/** Reads below the tenant, with a query. */
export const read = (path, options, signal) => tenant("GET", path + query(options), undefined, signal);

/** A call of Graph as the user who is signed in; a token that ran out is asked for anew, once. */
export async function graph(method, path, body, signal) {
  const call = () =>
    send(method, `/portal/graph${path}`, {
      // Graph's web server wants a length of every POST, and a type of every body.
      body: body ?? (method === "POST" ? {} : undefined),
      headers: { authorization: `Bearer ${session.token}` },
      signal,
    });
  // The clock may have been moved far.
  if (session.user && now().getTime() >= session.expires) await renew();
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401 || !session.user) throw error;
    await renew();
    return call();
  }
}

/** Signs `user` in: a delegated token, for which no password is asked. */
export async function signIn(user) {
  const { access_token, expires_in } = await tenant("POST", "/tokens", { user: user.userPrincipalName, lifetime: "1d" });
  changeSession({ user, token: access_token, expires: now().getTime() + expires_in * 1_000 });
}

async function renew() {
  const user = await tenant("GET", `/users/${encodeURIComponent(session.user.userPrincipalName)}`);
  await signIn({ ...session.user, ...pick(user) });
}

/** What the page keeps of a user; their password is not among it. */
export const pick = ({ id, userPrincipalName, displayName, role, licensed, scopeTags }) => ({
  id,
  userPrincipalName,
  displayName,
  role,
  licensed,
  scopeTags,
});
