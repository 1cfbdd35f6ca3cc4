// Faults: what goes wrong on purpose. One is chosen and armed; its hits are counted while requests meet it.

import { control, tenant } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { on, settled } from "../live.js";
import { sayRefusal } from "../shell.js";

// What a client most often has to live through; anything else is written as a rule.
const ACTS = [
  ["429, Retry-After 10", { status: { code: 429, retryAfter: 10 } }],
  ["503, Retry-After 30", { status: { code: 503, retryAfter: 30 } }],
  ["500", { status: { code: 500 } }],
  ["504", { status: { code: 504 } }],
  ["401, token expired", { token: { defect: "expired" } }],
  ["connection reset", { reset: { at: "body" } }],
  ["answer cut off", { truncate: { bytes: 120 } }],
  ["answer 3 s late", { stall: { for: "PT3S" } }],
  ["redirect", { redirect: { code: 307 } }],
];
const WHERE = [
  ["anyRequest", {}],
  ["resetPasscode", { path: "/**/resetPasscode" }],
  ["managedDevices/{id}", { operation: "getManagedDevice" }],
  ["managedDevices", { operation: "listManagedDevices" }],
  ["remoteActionAudits", { path: "/**/remoteActionAudits" }],
];

export async function faultsPanel(root, { signal }) {
  const { components } = await control("GET", "/api/openapi.json", undefined, signal);
  const profiles = components.schemas.FaultChange.oneOf[1].properties.profile.enum;
  const armed = h("div", { "aria-live": "polite" });
  const select = (id, key, options) => {
    const box = h("select", { id, onchange: spell }, options);
    return [h("label", { for: id }, t(key)), box];
  };
  const what = select("fault-act", "faultWhat", ACTS.map(([label], at) => h("option", { value: at }, label)));
  const where = select("fault-match", "faultWhere", WHERE.map(([label], at) => h("option", { value: at }, label === "anyRequest" ? t(label) : label)));
  const times = select("fault-times", "faultTimes", [["", "everyTime"], ["1"], ["2"], ["3"]].map(([value, key]) => h("option", { value }, key ? t(key) : value)));
  const apply = select("fault-apply", "faultApply", [["not", "applyNot"], ["after", "applyAfter"]].map(([value, key]) => h("option", { value }, t(key))));
  const rule = h("textarea", { id: "fault-rule", rows: 10, spellcheck: "false" });
  const profile = h("select", { id: "fault-profile" }, profiles.map((name) => h("option", {}, name)));
  function spell() {
    const [, match] = WHERE[where[1].value];
    const [label, act] = ACTS[what[1].value];
    const made = { id: `portal-${label.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`, match, apply: apply[1].value, act };
    if (times[1].value) made.times = Number(times[1].value);
    rule.value = JSON.stringify(made, null, 1);
  }
  const put = async (body) => {
    try {
      show((await tenant("PUT", "/faults", body)).value);
    } catch (error) {
      sayRefusal(error);
    }
  };
  const plain = ({ hits, hitsHttp2, ...rest }) => rest;
  let rules = [];
  const show = (value) => {
    rules = value;
    fill(armed, value.length
      ? [value.map((fault) => h("div.box", {}, h("div.row", {}, h("b", {}, fault.id), h("span.tag.pending", {}, fault.hits === 1 ? t("hit") : t("hits", { count: fault.hits })),
          h("button.row-end", { type: "button", "aria-label": `${t("disarm")} ${fault.id}`, onclick: () => put({ value: rules.filter(({ id }) => id !== fault.id).map(plain) }) }, t("disarm"))),
          h("p.fine", {}, JSON.stringify(fault.match), " → ", JSON.stringify(fault.act)))),
        h("button", { type: "button", onclick: () => put({ value: [] }) }, t("disarmAll"))]
      : h("p.fine", {}, t("noFaults")));
  };
  const arm = () => {
    let made;
    try {
      made = JSON.parse(rule.value);
    } catch (error) {
      return sayRefusal({ name: "", message: error.message });
    }
    return put({ value: [...rules.filter(({ id }) => id !== made.id).map(plain), made] });
  };
  fill(root, h("p", {}, t("faultsLead")), armed,
    h("form.box", { onsubmit: (event) => (event.preventDefault(), arm()) },
      h("div.grid", {}, what, where, times, apply),
      h("h3", {}, h("label", { for: "fault-rule" }, t("faultJson"))), rule,
      h("div.row", {}, h("button.primary", { type: "submit" }, t("arm")))),
    h("form.box", { onsubmit: (event) => (event.preventDefault(), put({ profile: profile.value })) },
      h("div.row", {}, h("label", { for: "fault-profile" }, t("faultProfile")), profile, h("button", { type: "submit" }, t("arm")))));
  spell();
  const load = async () => show((await tenant("GET", "/faults", undefined, signal)).value);
  on("exchange", settled(() => load().catch(() => {}), 200), signal);
  await load();
}
