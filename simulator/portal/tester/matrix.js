// The support matrix of the passcode reset: one edition, or two side by side.

import { control, tenant } from "../api.js";
import { fill, h } from "../dom.js";
import { language, t, word } from "../i18n.js";

export async function matrixPanel(root, { signal }) {
  const [{ value: editions }, { edition: current }] = await Promise.all([control("GET", "/api/editions", undefined, signal), tenant("GET", "", undefined, signal)]);
  const options = (chosen) => editions.map(({ id }) => h("option", { value: id, selected: id === chosen }, id + (id === current ? ` (${t("inForce")})` : "")));
  const one = h("select", { id: "edition", onchange: () => load() }, options(current));
  const other = h("select", { id: "against", onchange: () => load() }, h("option", { value: "" }, t("onlyOne")), options(null));
  const only = h("input", { type: "checkbox", onchange: () => load() });
  const difference = h("label.check", { hidden: true }, only, t("onlyDifferences"));
  const table = h("div.table-wrap.matrix-table", { lang: "en", tabindex: "0", role: "region", "aria-label": t("support") });
  const about = h("div");
  fill(root, h("p", {}, t("matrixLead")),
    h("div.grid", {}, h("label", { for: "edition" }, t("edition")), one, h("label", { for: "against" }, t("against")), other), difference, about, table);
  const load = async () => {
    const [left, right] = await Promise.all([one.value, other.value].map((id) => id && control("GET", `/api/editions/${id}`, undefined, signal)));
    difference.hidden = !right;
    fill(about, [left, right].filter(Boolean).map((edition) => h("p.fine", {}, h("b", {}, edition.id), ` ${edition.title} — ${edition.source}`)));
    const rows = [...new Set([...left.rows, ...(right?.rows ?? [])].map(({ id }) => id))].map((id) => [left, right].filter(Boolean).map((edition) => edition.rows.find((row) => row.id === id)));
    const same = ([a, b]) => a && b && a.who === b.who && a.outcome === b.outcome;
    const shown = right && only.checked ? rows.filter((pair) => !same(pair)) : rows;
    const editionsShown = [left, right].filter(Boolean);
    const group = (name, changed) => h(`tr.group${changed ? ".changed" : ""}`, {}, h("th", { scope: "rowgroup", colspan: editionsShown.length }, name));
    fill(table, h("table", {}, h("caption.hidden", {}, t("matrix")),
      h("thead", {}, h("tr", {}, editionsShown.map((edition) => h("th", { scope: "col" }, edition.id)))),
      shown.map((pair) => {
        const changed = right && !same(pair);
        return h("tbody", {}, group(pair.find(Boolean).id, changed), h(`tr${changed ? ".changed" : ""}`, {}, pair.map(cell)));
      }),
      h("tbody", {}, group(t("anythingElse")), h("tr", {}, editionsShown.map((edition) =>
        h("td", {}, h("span.outcome-no", {}, word("state", "notSupported")), h("small", {}, edition.default.text), h("small", {}, edition.default.source)))))));
  };
  await load();
}

const cell = (row) =>
  row
    ? h("td", {}, h(`span.outcome-${row.supported ? "yes" : "no"}`, {}, row.outcome), h("small", {}, row.who), h("small", {}, row.text), h("small", { lang: language() }, `${word("origin", row.origin)} · ${row.source}`))
    : h("td", {}, h("small", {}, t("notThere")));
