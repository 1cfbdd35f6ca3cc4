// The live journal, and why an exchange went as it did.

import { read, tenant } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { newest, on } from "../live.js";
import { withTester } from "../router.js";

/** Rows kept on the page; the simulator keeps ten thousand. */
const SHOWN = 200;

let entries = [];
let of = null;
const wanted = { text: "", hidePortal: false };

export async function journalPanel(root, { why, signal }) {
  if (why) return story(root, why, signal);
  const list = h("div.exchanges", { role: "log", "aria-label": t("journal"), hidden: true });
  const nothing = h("p.empty", {}, t("journalEmpty"));
  const field = h("input", { type: "search", "aria-label": t("filterJournal"), value: wanted.text, oninput: () => ((wanted.text = field.value), draw()) });
  field.placeholder = t("filterJournal");
  const hide = h("input", { type: "checkbox", checked: wanted.hidePortal, onchange: () => ((wanted.hidePortal = hide.checked), draw()) });
  fill(root, h("p", {}, t("journalLead")),
    h("div.toolbar", {}, h("label.search.whole", {}, field), h("label.check", {}, hide, t("hidePortal")),
      h("button", { type: "button", onclick: () => ((entries = []), draw()) }, t("clear"))),
    list, nothing);
  const fits = (entry) =>
    !(wanted.hidePortal && entry.door === "portal") &&
    `${entry.method} ${entry.target} ${entry.status} ${entry.user ?? ""}`.toLowerCase().includes(wanted.text.trim().toLowerCase());
  const draw = () => {
    const shown = entries.filter(fits).slice(-SHOWN).reverse();
    list.hidden = !shown.length;
    nothing.hidden = shown.length > 0;
    fill(list, shown.map(row));
  };
  on("exchange", (entry) => {
    entries.push(entry);
    if (entries.length > 4 * SHOWN) entries = entries.slice(-SHOWN);
    if (!fits(entry)) return;
    list.hidden = false;
    nothing.hidden = true;
    list.prepend(row(entry));
    while (list.childElementCount > SHOWN) list.lastChild.remove();
  }, signal);
  const { tenantId } = await tenant("GET", "", undefined, signal);
  if (of !== tenantId || !entries.length) {
    of = tenantId;
    // All but the newest are left out: a journal may hold megabytes of bodies.
    entries = (await read("/journal", { after: Math.max(0, newest - SHOWN) || null }, signal)).value;
  }
  draw();
}

const kind = (entry) => (entry.injected ? "warn" : entry.status >= 400 ? "bad" : "");

const row = (entry) =>
  h("a.exchange", { href: withTester("journal", { why: entry.requestId }) },
    h(`b${kind(entry) ? `.${kind(entry)}` : ""}`, {}, entry.status), h("span", {}, entry.method), h("span.target", {}, short(entry.target)),
    h("small", {}, [entry.time.slice(11, 19), entry.door, entry.user ?? t("app"), entry.injected && `${t("fault")}: ${entry.injected.fault}`, entry.wouldThrottle && t("wouldThrottle"), entry.ignored?.length > 0 && `${t("ignored")}: ${entry.ignored.length}`].filter(Boolean).join(" · ")));

const short = (target) => {
  try {
    return decodeURIComponent(target).replace("/deviceManagement/", "/…/");
  } catch {
    return target;
  }
};

async function story(root, id, signal) {
  const back = h("p", {}, h("a", { href: withTester("journal") }, `‹ ${t("backToJournal")}`));
  fill(root, back, h("p", {}, t("loading")));
  const [why, entry] = await Promise.all([tenant("GET", `/why/${id}`, undefined, signal), entryOf(id, signal)]);
  const fact = (key, value) => value && [h("dt", {}, t(key)), h("dd", {}, value)];
  fill(root, back,
    h("p.story", {}, h("b", {}, `${why.method} ${short(why.target)}`)),
    h("div.box", {}, h("p.story", {}, h("b.status", {}, why.status), " ", why.text),
      h("dl.facts", {},
        fact("decidedBy", why.decidedBy),
        fact("matrixRow", why.row?.text),
        fact("quirks", why.quirks?.map((quirk) => `${quirk.name} = ${quirk.value}`).join("\n")),
        fact("fault", why.fault && `${why.fault.id ?? why.fault.fault}: ${why.fault.act}`),
        fact("budget", why.budget?.name ?? why.budget?.budget),
        fact("ignored", why.ignored?.join("\n")),
        fact("date", why.time))),
    entry && [message("request", entry.request), message("response", entry.response)]);
}

const message = (key, { headers, body }) => [
  h("h3", {}, t(key)),
  h("pre", { tabindex: "0" }, Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`), body ? `\n${pretty(body)}` : ""),
];

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

async function entryOf(id, signal) {
  const found = entries.find((entry) => entry.requestId === id);
  if (found) return found;
  const { seq } = await tenant("GET", `/why/${id}`, undefined, signal);
  return (await read("/journal", { after: seq - 1 || null }, signal)).value.find((entry) => entry.requestId === id);
}
