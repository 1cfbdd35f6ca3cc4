// What the whole page shares: who is signed in, to which tenant, and what was chosen. Signing in lasts as long as the tab.

const KEY = "simtune.session";

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** The session: `tenant` (an id or `default`), and, once signed in, `user` and `token`. */
export const session = { tenant: "default", user: null, token: null, ...stored() };

export function changeSession(change) {
  Object.assign(session, change);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // Without storage a reload signs out.
  }
}

/** Remembers a choice beyond the tab. */
export function remember(name, value) {
  try {
    localStorage.setItem(`simtune.${name}`, value);
  } catch {
    // Then it holds until the page is left.
  }
}
