// Tenants: each a world of its own. One is made, used, taken back to its seed, or dropped.

import { control } from "../api.js";
import { fill, h } from "../dom.js";
import { number } from "../format.js";
import { t } from "../i18n.js";
import { listen } from "../live.js";
import { go } from "../router.js";
import { say, sayRefusal } from "../shell.js";
import { changeSession, session } from "../state.js";

export async function tenantsPanel(root, { signal }) {
  const list = h("div", { "aria-live": "polite" });
  const { value: editions } = await control("GET", "/api/editions", undefined, signal);
  const fleet = h("input", { id: "t-fleet", value: "one-of-each", autocomplete: "off", spellcheck: "false" });
  const choose = (id, values, chosen) => h("select", { id }, values.map((value) => h("option", { value, selected: value === chosen }, value)));
  const edition = choose("t-edition", editions.map(({ id }) => id), "2018-03-08");
  const quirks = choose("t-quirks", ["documented", "realistic", "awkward"], "realistic");
  const throttle = choose("t-throttle", ["report", "enforce", "off"], "report");
  const clock = choose("t-clock", ["auto", "manual"], "auto");
  const attempt = async (act) => {
    try {
      await act();
      say(t("saved"), "good");
    } catch (error) {
      sayRefusal(error);
    }
    await load();
  };
  const create = () => attempt(() => {
    const count = Number(fleet.value.trim());
    return control("POST", "/api/tenants", { fleet: Number.isInteger(count) && fleet.value.trim() ? count : fleet.value.trim(), edition: edition.value, quirks: quirks.value, throttle: throttle.value, clock: clock.value });
  });
  const use = (tenantId) => {
    changeSession({ tenant: tenantId, user: null, token: null });
    listen();
    go("#/sign-in?tester=tenants");
  };
  const load = async () => {
    const [{ value }, own] = await Promise.all([control("GET", "/api/tenants"), control("GET", `/api/tenants/${session.tenant}`).catch(() => ({}))]);
    fill(list, value.map((tenant, at) => h("div.box", {},
      h("div.row", {}, h("b", {}, tenant.domain), tenant.tenantId === own.tenantId && h("span.tag.done", {}, t("used"))),
      h("p.fine", {}, `${tenant.tenantId} · ${number(tenant.devices)} ${t("devices").toLowerCase()} · ${t("edition").toLowerCase()} ${tenant.edition} · ${tenant.clock.mode}`),
      h("div.row", {}, h("button", { type: "button", disabled: tenant.tenantId === own.tenantId, "aria-label": `${t("use")} ${tenant.domain}`, onclick: () => use(tenant.tenantId) }, t("use")),
        h("button", { type: "button", "aria-label": `${t("reset")} ${tenant.domain}`, onclick: () => attempt(() => control("POST", `/api/tenants/${tenant.tenantId}/reset`)) }, t("reset")),
        at > 0 && tenant.tenantId !== own.tenantId && h("button", { type: "button", "aria-label": `${t("drop")} ${tenant.domain}`, onclick: () => attempt(() => control("DELETE", `/api/tenants/${tenant.tenantId}`)) }, t("drop"))))));
  };
  fill(root, h("p", {}, t("tenantsLead")), list,
    h("form.box", { onsubmit: (event) => (event.preventDefault(), create()) }, h("h3", {}, t("newTenant")),
      h("div.grid", {}, [["t-fleet", "fleet", fleet], ["t-edition", "edition", edition], ["t-quirks", "quirks", quirks], ["t-throttle", "throttle", throttle], ["t-clock", "clock", clock]].map(([id, key, box]) => [h("label", { for: id }, t(key)), box])),
      h("div.row", {}, h("button.primary", { type: "submit" }, t("create")))));
  await load();
}
