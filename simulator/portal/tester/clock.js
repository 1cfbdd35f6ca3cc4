// The tenant's clock: stop it, move it, and let everything that is due happen.

import { tenant } from "../api.js";
import { fill, h, write } from "../dom.js";
import { t } from "../i18n.js";
import { now, on, time } from "../live.js";
import { say, sayRefusal } from "../shell.js";

const STEPS = [["PT10S", "10 s"], ["PT1M", "1 min"], ["PT15M", "15 min"], ["PT8H", "8 h"], ["P1D", "1 d"], ["P7D", "7 d"]];
/** Settling looks so far ahead, in steps: a device that is pushed again answers within one of them. */
const SETTLE = "PT10M";
const SETTLE_STEPS = 6;

const happened = (count) => (count === 1 ? t("ranOne") : t("ran", { count }));

export async function clockPanel(root, { signal }) {
  const face = h("p.clock-face", { role: "timer", "aria-live": "off" });
  const state = h("span.tag");
  const change = h("button.primary", { type: "button", onclick: toggle });
  const field = h("input", { id: "advance-by", value: "PT8H", spellcheck: "false", autocomplete: "off", size: 8 });
  const act = async (calls) => {
    try {
      await calls();
    } catch (error) {
      sayRefusal(error);
    }
  };
  const advance = (by) => act(async () => {
    const { ran } = await tenant("POST", "/clock/advance", { by });
    say(happened(ran), "good");
  });
  function toggle() {
    return act(() => tenant("PUT", "/clock", { mode: time.mode === "manual" ? "auto" : "manual" }));
  }
  const settle = () => act(async () => {
    let count = 0;
    for (let step = 0; step < SETTLE_STEPS; step += 1) {
      const { ran } = await tenant("POST", "/clock/advance", { by: SETTLE });
      count += ran;
      if (step > 0 && ran === 0) break;
    }
    say(happened(count), "good");
  });
  fill(root, h("p", {}, t("clockLead")),
    h("div.box", {}, face, h("div.row", {}, state, h("span.row-end"), change)),
    h("div.box", {}, h("h3", {}, t("advance")),
      h("div.row", {}, STEPS.map(([by, label]) => h("button", { type: "button", onclick: () => advance(by) }, `+ ${label}`))),
      h("form.row", { onsubmit: (event) => (event.preventDefault(), advance(field.value.trim())) },
        h("label", { for: "advance-by" }, t("advanceBy")), field, h("button", { type: "submit" }, t("advance")))),
    h("div.box", {}, h("div.row", {}, h("button", { type: "button", onclick: settle }, t("settle")), h("span.fine", {}, t("settleHint")))));
  const draw = () => {
    write(face, now().toISOString().replace("T", " ").slice(0, 19) + " UTC");
    write(state, t(time.mode === "manual" ? "frozen" : "running"));
    state.className = `tag ${time.mode === "manual" ? "pending" : "done"}`;
    write(change, t(time.mode === "manual" ? "run" : "freeze"));
  };
  on("clock", draw, signal);
  const ticking = setInterval(draw, 1_000);
  signal.addEventListener("abort", () => clearInterval(ticking));
  draw();
}
