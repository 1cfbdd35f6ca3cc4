// The throttling budgets, what was used of them, and whether clients waited as they were told.

import { tenant } from "../api.js";
import { fill, h } from "../dom.js";
import { number, span } from "../format.js";
import { t } from "../i18n.js";
import { on, settled } from "../live.js";
import { say, sayRefusal } from "../shell.js";

const MODES = ["report", "enforce", "0.1", "0.01", "off"];

export async function budgetsPanel(root, { signal }) {
  const mode = h("select", { id: "budget-mode", onchange: change });
  const sums = h("p.fine", { role: "status" });
  const list = h("div");
  const ledger = h("div");
  async function change() {
    const value = Number(mode.value);
    try {
      show(await tenant("PATCH", "/throttle", { mode: Number.isNaN(value) ? mode.value : value }));
      say(t("saved"), "good");
    } catch (error) {
      sayRefusal(error);
    }
  }
  const show = (view) => {
    const current = view.mode === "enforce" && view.factor !== 1 ? String(view.factor) : view.mode;
    fill(mode, [...new Set([...MODES, current])].map((name) => h("option", { value: name, selected: name === current }, name)));
    fill(sums, t("refusedCount", { count: number(view.refused), would: number(view.wouldRefuse), early: number(view.earlyRetries) }), view.clockNote && [" ", view.clockNote]);
    fill(list, view.budgets.map((budget) => h("div.box.budget", {},
      h("div.budget-line", {}, h("b", {}, budget.name), h("span", {}, `${number(budget.used)} / ${number(budget.limit)} ${budget.unit}`)),
      h("meter", { min: 0, max: budget.limit, low: 0, high: budget.limit, optimum: 0, value: Math.min(budget.used, budget.limit), "aria-label": budget.name }),
      h("p.fine", {}, `${budget.window} · ${budget.scope} · ${budget.requests} · ${budget.source}`))));
    fill(ledger, view.ledger.length > 0 && [h("h3", {}, t("ledger")), h("div.exchanges", {}, [...view.ledger].reverse().slice(0, 50).map((row) =>
      h("div.exchange", {}, h(`b${row.earlyByMs > 0 ? ".bad" : ""}`, {}, row.method), h("span"), h("span.target", {}, row.target),
        h("small", {}, `Retry-After ${row.retryAfter} · ${row.earlyByMs > 0 ? t("earlyBy", { time: span(row.earlyByMs) }) : t("onTime")}`))))]);
  };
  fill(root, h("p", {}, t("budgetsLead")), h("div.row", {}, h("label", { for: "budget-mode" }, t("budgetMode")), mode), sums, list, ledger);
  const load = async () => show(await tenant("GET", "/throttle", undefined, signal));
  on("exchange", settled(() => load().catch(() => {}), 400), signal);
  await load();
}
