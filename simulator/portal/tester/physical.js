// The side of a device that no client sees: whether it is there, what it really is, and what it will answer.

import { tenant } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { say, sayRefusal } from "../shell.js";

const TOKENS = ["valid", "wrong", "missing"];
const OUTCOMES = ["auto", "done", "failed", "notSupported", "never"];

export async function physicalPanel(root, { device, signal }) {
  fill(root, h("p", {}, t("physicalLead")));
  if (!device) return root.append(h("p.empty", {}, t("physicalNone")));
  const path = `/devices/${encodeURIComponent(device)}`;
  const shown = await tenant("GET", path, undefined, signal);
  const { physical } = shown;
  const check = (id, key, checked) => [h("label", { for: id }, t(key)), h("input", { id, type: "checkbox", checked })];
  const choose = (id, key, values, chosen) => [h("label", { for: id }, t(key)), h("select", { id }, values.map((value) => h("option", { value, selected: value === chosen }, value)))];
  const rows = {
    online: check("p-online", "online", physical.online),
    token: choose("p-token", "unlockToken", TOKENS, physical.unlockToken),
    set: check("p-set", "passcodeSet", physical.passcode.set),
    required: check("p-required", "passcodeRequired", physical.passcode.required),
    reset: check("p-reset", "resetTokenActive", physical.resetTokenActive),
    outcome: choose("p-outcome", "answersWith", OUTCOMES, physical.outcome),
  };
  const version = h("input", { id: "p-version", value: physical.actualOsVersion ?? "", autocomplete: "off", spellcheck: "false" });
  version.placeholder = `${shown.osVersion} (${t("asReported")})`;
  const attempt = async (act, done) => {
    try {
      await act();
      say(t(done), "good");
    } catch (error) {
      sayRefusal(error);
    }
  };
  const save = () => attempt(() => tenant("PATCH", path, {
    physical: {
      online: rows.online[1].checked,
      unlockToken: rows.token[1].value,
      passcode: { set: rows.set[1].checked, required: rows.required[1].checked },
      resetTokenActive: rows.reset[1].checked,
      outcome: rows.outcome[1].value,
      actualOsVersion: version.value.trim() || null,
    },
  }), "saved");
  const checkIn = () => attempt(() => tenant("POST", `${path}/check-in`), "checkedIn");
  root.append(h("form.box", { onsubmit: (event) => (event.preventDefault(), save()) },
    h("h3", {}, shown.deviceName),
    h("div.grid", {}, Object.values(rows), h("label", { for: "p-version" }, t("actualVersion")), version),
    h("div.row", {}, h("button.primary", { type: "submit" }, t("save")), h("button", { type: "button", onclick: checkIn }, t("checkInNow")))));
}
