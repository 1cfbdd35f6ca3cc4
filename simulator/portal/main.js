// Where it begins: the frame, the routes, and the tester's side.

import { actionsView } from "./actions.js";
import { tenant } from "./api.js";
import { deviceView } from "./device.js";
import { devicesView } from "./devices.js";
import { fill, h } from "./dom.js";
import { t } from "./i18n.js";
import { devicesOverview, intuneView } from "./intune.js";
import { listen } from "./live.js";
import { go, here, resolve, start, to } from "./router.js";
import { servicesView } from "./services.js";
import { frame, heading, onLanguage, place, refusal } from "./shell.js";
import { signInView } from "./sign-in.js";
import { changeSession, session } from "./state.js";

const ROUTES = [
  ["/", servicesView],
  ["/sign-in", signInView],
  ["/intune", intuneView],
  ["/devices", devicesOverview],
  ["/devices/all", devicesView],
  ["/device/:id", deviceView],
  ["/actions", actionsView],
];

let places = frame();
let left = new AbortController();
let shown = null;
let tester = null;

async function show(view, names, path, query) {
  if (!session.user && path !== "/sign-in") return go(to("/sign-in"));
  showTester(query, names);
  // Only the tester's side may have changed.
  const key = `${path} ${session.user?.id} ${session.tenant} ${document.documentElement.lang}`;
  if (key === shown) return;
  const moved = shown !== null;
  shown = key;
  left.abort();
  left = new AbortController();
  const root = places.main;
  try {
    if (view) await draw(view, root, names);
    else missing(root);
  } catch (error) {
    if (error.name !== "AbortError") fill(root, refusal(error));
  }
  function draw(view, root, names) {
    const drawn = view(root, { names, signal: left.signal });
    // Whoever reads with their ears is told where they are now; at the beginning they are at the page's top anyway.
    if (moved && !places.dock.contains(document.activeElement)) root.querySelector("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
    return drawn;
  }
}

function missing(root) {
  place([[t("allServices"), "/"], [t("notFound"), here().path]]);
  fill(root, heading(t("notFound")), h("p", {}, h("a", { href: to("/") }, t("backHome"))));
}

/** The tester's side is fetched when it is first opened. */
async function showTester(query, names) {
  const panel = query.get("tester");
  if (!panel && !tester) return;
  tester ??= await import("./tester/dock.js");
  tester.show(places.dock, here().query.get("tester"), { why: query.get("why"), device: names.id });
}

onLanguage(() => {
  places = frame();
  shown = null;
  tester?.forget();
  resolve();
});

/** What a tab remembers may be of another run: then one signs in anew. */
async function stillThere() {
  if (!session.user) return;
  try {
    await tenant("GET", `/users/${encodeURIComponent(session.user.userPrincipalName)}`);
  } catch (error) {
    if (error.status !== 404) return;
    changeSession({ tenant: "default", user: null, token: null });
    listen();
    go("#/sign-in");
  }
}

listen();
start(ROUTES, show);
stillThere();
