// All devices: sought, sorted and paged by the simulator; the page holds one page of them and no more.

import { read } from "./api.js";
import { fill, h, icon, write } from "./dom.js";
import { date, number } from "./format.js";
import { known, t, word } from "./i18n.js";
import { on, settled } from "./live.js";
import { go, here, to } from "./router.js";
import { heading, place, refusal } from "./shell.js";
import { session } from "./state.js";

const PAGE = 50;
// Column: words, the service's order, and what a cell shows.
const COLUMNS = [
  ["deviceName", "name", (device) => h("a", { href: to(`/device/${device.id}`) }, device.deviceName || device.id)],
  ["platform", "platform", (device) => word("platform", device.platform)],
  ["osVersion", "version", (device) => device.osVersion],
  ["compliance", "compliance", (device) => complianceTag(device.complianceState)],
  ["user", "user", (device) => device.userPrincipalName || t("none")],
  ["ownership", null, (device) => word("owner", device.ownerType)],
  ["lastCheckIn", "last-check-in", (device) => h("time", { datetime: device.lastSyncDateTime, title: date(device.lastSyncDateTime) }, date(device.lastSyncDateTime, "short"))],
];

export const complianceTag = (state) => h(`span.tag.${state ?? "unknown"}`, {}, word("compliance", state ?? "unknown"));

/** Where the list is, written into the address so that going back leads there. */
function standing() {
  const { query } = here();
  return {
    text: query.get("text") ?? "",
    platform: query.get("platform") ?? "",
    compliance: query.get("compliance") ?? "",
    order: query.get("order") ?? "name",
    descending: query.get("descending") === "true",
    skip: Number(query.get("skip")) || 0,
  };
}

export async function devicesView(root, { signal }) {
  place([[t("allServices"), "/"], [t("intune"), "/intune"], [t("devices"), "/devices"], [t("allDevices"), "/devices/all"]]);
  const at = standing();
  const field = h("input", { type: "search", id: "device-search", autocomplete: "off", spellcheck: "false", value: at.text });
  field.placeholder = t("searchDevices");
  const choice = (key, any, list, value) =>
    h("label.choice", {}, h("span.hidden", {}, t(key)), h("select", { onchange: (event) => change({ [key]: event.target.value, skip: 0 }) },
      h("option", { value: "" }, t(any)), known(list).map((name) => h("option", { value: name, selected: name === value }, word(list, name)))));
  const selects = h("div.choices", {}, choice("platform", "allPlatforms", "platform", at.platform), choice("compliance", "anyCompliance", "compliance", at.compliance));
  const count = h("p.count", { role: "status" });
  const body = h("tbody", {}, skeleton());
  const heads = COLUMNS.map(([key, order]) => {
    const sorted = order === at.order;
    const cell = h("th", { scope: "col", class: `c-${key}`, "aria-sort": order && (sorted ? (at.descending ? "descending" : "ascending") : "none") });
    fill(cell, order ? h("button.sort", { type: "button", "aria-label": t("sortBy", { column: t(key) }), onclick: () => sort(order) }, t(key), h("span.arrow", { "aria-hidden": "true" })) : t(key));
    return [cell, order];
  });
  // There when the list is: below the rows that wait for it, it would be pushed down.
  const pager = h("nav.pager", { hidden: true, "aria-label": t("allDevices") });
  fill(root, heading(t("allDevices")),
    h("div.toolbar", {}, h("label.search.wide", {}, icon("search"), h("span.hidden", {}, t("searchDevices")), field), selects, count),
    h("div.table-wrap.fleet", {}, h("table.devices", {}, h("caption.hidden", {}, t("allDevices")), h("thead", {}, h("tr", {}, heads.map(([cell]) => cell))), body)),
    pager);

  let asked = null;
  const load = async (quiet = false) => {
    asked?.abort();
    asked = new AbortController();
    signal.addEventListener("abort", () => asked.abort(), { once: true });
    try {
      if (!quiet) body.setAttribute("aria-busy", "true");
      const found = await read("/search", { ...at, descending: at.descending || null, skip: at.skip || null, top: PAGE, user: session.user.userPrincipalName }, asked.signal);
      body.removeAttribute("aria-busy");
      show(found);
    } catch (error) {
      if (error.name !== "AbortError") fill(root, heading(t("allDevices")), refusal(error));
    }
  };
  const show = ({ count: total, value }) => {
    const focused = body.contains(document.activeElement) ? document.activeElement.closest("tr")?.dataset.id : null;
    fill(body, value.length
      ? value.map((device) => h("tr", { dataset: { id: device.id }, onclick: (event) => open(event, device) }, COLUMNS.map(([key, , cell]) => h("td", { class: `c-${key}` }, cell(device)))))
      : h("tr", {}, h("td.nothing", { colspan: COLUMNS.length }, t("noDevices"))));
    if (focused) body.querySelector(`tr[data-id="${focused}"] a`)?.focus();
    const from = Math.min(at.skip + 1, total);
    const last = Math.max(0, Math.floor((total - 1) / PAGE) * PAGE);
    write(count, t("page", { from: number(total ? from : 0), to: number(Math.min(at.skip + PAGE, total)), count: number(total) }));
    pager.hidden = false;
    const step = (key, skip, off, mark) => h("button", { type: "button", disabled: off, "aria-label": t(key), onclick: () => change({ skip }) }, mark);
    fill(pager, step("first", 0, at.skip === 0, "«"), step("previous", Math.max(0, at.skip - PAGE), at.skip === 0, "‹ " + t("previous")),
      step("next", at.skip + PAGE, at.skip + PAGE >= total, t("next") + " ›"), step("last", last, at.skip >= last, "»"));
  };
  const open = (event, device) => {
    if (!event.target.closest("a") && !getSelection().toString()) go(to(`/device/${device.id}`));
  };
  const change = (wanted) => {
    Object.assign(at, wanted);
    for (const [cell, order] of heads) if (order) cell.setAttribute("aria-sort", order === at.order ? (at.descending ? "descending" : "ascending") : "none");
    const query = new URLSearchParams(to("").split("?")[1] ?? "");
    for (const [name, value] of Object.entries(at)) if (value && !(name === "order" && value === "name")) query.set(name, String(value));
    history.replaceState(null, "", `#/devices/all${query.size ? `?${query}` : ""}`);
    // It stands where the list ends, and that is not known yet. Whoever is at its buttons keeps them.
    pager.hidden = !pager.contains(document.activeElement);
    return load();
  };
  const sort = (order) => change({ order, descending: order === at.order && !at.descending, skip: 0 });
  field.addEventListener("input", settled(() => change({ text: field.value, skip: 0 }), 200));
  on("world", settled(() => load(true), 1_000), signal);
  await load();
}

/** Rows of the final height, so that nothing moves when the devices come. */
const skeleton = () => Array.from({ length: 12 }, () => h("tr.skeleton", { "aria-hidden": "true" }, COLUMNS.map(([key]) => h("td", { class: `c-${key}` }, h("i")))));
