// The tester's side: a dock beside the portal, so that a button can be pressed there and its effect seen here.

import { fill, h, icon } from "../dom.js";
import { t } from "../i18n.js";
import { go, withTester } from "../router.js";
import { markTester, sayRefusal } from "../shell.js";
import { session } from "../state.js";
import { budgetsPanel } from "./budgets.js";
import { clockPanel } from "./clock.js";
import { connectPanel } from "./connect.js";
import { faultsPanel } from "./faults.js";
import { journalPanel } from "./journal.js";
import { matrixPanel } from "./matrix.js";
import { physicalPanel } from "./physical.js";
import { quirksPanel } from "./quirks.js";
import { tenantsPanel } from "./tenants.js";

const PANELS = {
  journal: journalPanel,
  physical: physicalPanel,
  clock: clockPanel,
  faults: faultsPanel,
  matrix: matrixPanel,
  quirks: quirksPanel,
  budgets: budgetsPanel,
  tenants: tenantsPanel,
  connect: connectPanel,
};

let shown = null;
let left = new AbortController();

/** Draws everything anew the next time: the language changed, or the tenant. */
export function forget() {
  shown = null;
}

export async function show(dock, panel, { why, device }) {
  const draw = PANELS[panel];
  dock.hidden = !draw;
  dock.dataset.panel = panel ?? "";
  markTester(Boolean(draw));
  const key = draw && `${session.tenant} ${panel} ${panel === "journal" ? why : ""} ${panel === "physical" ? device : ""}`;
  if (key === shown) return;
  const opened = shown === null;
  shown = key ?? null;
  left.abort();
  left = new AbortController();
  if (!draw) return void fill(dock);
  const root = h("section.panel", { tabindex: "-1", "aria-label": t(panel) });
  const close = () => {
    go(withTester(null));
    document.querySelector(".tester-button")?.focus();
  };
  const width = h("button.plain", { type: "button", "aria-pressed": String(dock.classList.contains("wide")), "aria-label": t("widen"), title: t("widen"), onclick: widen }, icon("wide"));
  fill(dock,
    h("header.dock-head", {}, h("div", {}, h("h2", { tabindex: "-1" }, t("testerTitle")), h("p", {}, t("testerLead"))), width,
      h("button.plain", { type: "button", "aria-label": t("close"), onclick: close }, icon("close"))),
    h("nav.tabs", { "aria-label": t("panels") }, Object.keys(PANELS).map((name) => h("a", { href: withTester(name), "aria-current": name === panel && "page" }, t(name)))),
    root);
  function widen() {
    const wide = dock.classList.toggle("wide");
    width.setAttribute("aria-pressed", String(wide));
  }
  if (!opened) dock.querySelector("[aria-current]")?.focus();
  try {
    await draw(root, { why, device, signal: left.signal });
  } catch (error) {
    sayRefusal(error);
  }
}
