// What happens while one looks: one stream of server-sent events for the whole page.

import { session } from "./state.js";

const listeners = new Map();
let source = null;
/** How far the tenant's time is from the computer's, and whether it runs. */
export const time = { mode: "auto", ahead: 0, still: Date.now() };

/** The number of the newest exchange that is known of. */
export let newest = 0;

export const now = () => new Date(time.mode === "manual" ? time.still : Date.now() + time.ahead);

/** Calls `listener` for each event of that name (`exchange`, `world`, `clock`, `link`) until `signal` is aborted. */
export function on(name, listener, signal) {
  if (!listeners.has(name)) listeners.set(name, new Set());
  listeners.get(name).add(listener);
  signal?.addEventListener("abort", () => listeners.get(name).delete(listener));
}

function tell(name, value) {
  for (const listener of [...(listeners.get(name) ?? [])]) listener(value);
}

/** Listens to the tenant that is chosen, and to no other any more. */
export function listen() {
  source?.close();
  let seen = null;
  source = new EventSource(`/api/events?world=true&tenant=${encodeURIComponent(session.tenant)}`);
  source.addEventListener("open", () => tell("link", true));
  source.addEventListener("error", () => tell("link", false));
  source.addEventListener("exchange", (event) => {
    const entry = JSON.parse(event.data);
    newest = entry.seq;
    tell("exchange", entry);
  });
  source.addEventListener("world", (event) => {
    const world = JSON.parse(event.data);
    const at = Date.parse(world.now);
    newest = world.newest;
    Object.assign(time, { mode: world.mode, ahead: at - Date.now(), still: at });
    tell("clock", world);
    // The first only says where things stand.
    if (seen !== null && seen !== world.changes) tell("world", world);
    seen = world.changes;
  });
}

/** `act` after things have been quiet for `wait` ms, and at the latest after four times that. */
export function settled(act, wait = 150) {
  let timer = 0;
  let first = 0;
  return () => {
    const at = Date.now();
    if (!timer) first = at;
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      act();
    }, at - first > wait * 4 ? 0 : wait);
  };
}
