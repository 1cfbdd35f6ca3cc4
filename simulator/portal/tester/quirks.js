// Quirks: how the doubtful is decided, switch by switch, each with its source.

import { tenant } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../i18n.js";
import { say, sayRefusal } from "../shell.js";

const PROFILES = ["documented", "realistic", "awkward"];

export async function quirksPanel(root, { signal }) {
  const list = h("div");
  const field = h("input", { type: "search", "aria-label": t("filterQuirks"), oninput: () => draw() });
  field.placeholder = t("filterQuirks");
  const profile = h("select", { id: "quirk-profile", onchange: () => change({ profile: profile.value }) });
  let quirks = [];
  const change = async (members) => {
    try {
      quirks = (await tenant("PATCH", "/quirks", members)).value;
      say(t("saved"), "good");
    } catch (error) {
      sayRefusal(error);
    }
    draw();
  };
  const draw = () => {
    const current = PROFILES.find((name) => quirks.every((quirk) => quirk.value === quirk.profiles[name]));
    fill(profile, !current && h("option", { value: "", selected: true, disabled: true }, "—"), PROFILES.map((name) => h("option", { value: name, selected: name === current }, name)));
    const wanted = field.value.trim().toLowerCase();
    fill(list, quirks.filter((quirk) => `${quirk.name} ${quirk.about}`.toLowerCase().includes(wanted)).map((quirk) => {
      const id = `quirk-${quirk.name}`;
      const meaning = quirk.values.find(({ value }) => value === quirk.value)?.meaning;
      return h("div.quirk", {},
        h("div.quirk-head", {}, h("label", { for: id }, quirk.name),
          h("select", { id, onchange: (event) => change({ [quirk.name]: event.target.value }) }, quirk.values.map(({ value }) => h("option", { value, selected: value === quirk.value }, value)))),
        h("p", { lang: "en" }, quirk.about), h("p.fine", { lang: "en" }, `${quirk.value}: ${meaning}`),
        h("small", {}, PROFILES.map((name) => `${name}: ${quirk.profiles[name]}`).join(" · "), h("br"), `${quirk.confidence}, ${quirk.date}. ${t("bySource", { source: quirk.source })}`));
    }));
  };
  fill(root, h("p", {}, t("quirksLead")),
    h("div.toolbar", {}, h("label", { for: "quirk-profile" }, t("profile")), profile, h("label.search", {}, field)), list);
  quirks = (await tenant("GET", "/quirks", undefined, signal)).value;
  draw();
}
