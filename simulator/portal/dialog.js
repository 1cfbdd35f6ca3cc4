// A question before something is done: what will happen, and what else has to be known.

import { h } from "./dom.js";
import { t } from "./i18n.js";

/**
 * Asks. Resolves to the body to send, or to null. `parameters` are the action's own; what is left alone is not sent.
 */
export function ask({ title, lines, parameters = [], dangerous = false, yes = t("confirm") }) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const fields = parameters.map(field);
    const problem = h("p.problem", { role: "alert" });
    const dialog = h("dialog.ask", { "aria-labelledby": "ask-title" });
    const done = (answer) => {
      dialog.remove();
      before?.focus?.();
      resolve(answer);
    };
    const submit = (event) => {
      event.preventDefault();
      const body = {};
      try {
        for (const { name, read } of fields) {
          const value = read();
          if (value !== undefined) body[name] = value;
        }
      } catch (error) {
        problem.textContent = error.message;
        return;
      }
      dialog.close();
      done(body);
    };
    dialog.append(
      h("form", { method: "dialog", onsubmit: submit },
        h("h2", { id: "ask-title" }, title),
        h("div.ask-lines", { id: "ask-lines" }, lines.filter(Boolean).map((line) => h("p", {}, line))),
        fields.map(({ element }) => element),
        problem,
        h("div.ask-end", {},
          h("button", { type: "button", onclick: () => (dialog.close(), done(null)) }, t("cancel")),
          h(`button.primary${dangerous ? ".danger" : ""}`, { type: "submit" }, yes))));
    dialog.setAttribute("aria-describedby", "ask-lines");
    dialog.addEventListener("cancel", () => done(null));
    document.body.append(dialog);
    dialog.showModal();
  });
}

function field({ name, kind, required, members }) {
  const id = `field-${name}`;
  const label = (control) => ({ name, element: h("div.field", {}, h("label", { for: id }, name, !required && h("small", {}, ` ${t("optional")}`)), control) });
  if (kind === "boolean") {
    const box = h("select", { id }, !required && h("option", { value: "" }, t("notSet")), h("option", { value: "true" }, t("yes")), h("option", { value: "false" }, t("no")));
    return { ...label(box), read: () => (box.value === "" ? undefined : box.value === "true") };
  }
  if (kind === "choice") {
    const box = h("select", { id }, !required && h("option", { value: "" }, t("notSet")), members.map((member) => h("option", {}, member)));
    return { ...label(box), read: () => box.value || undefined };
  }
  if (kind === "json") {
    const box = h("textarea", { id, rows: 3, spellcheck: "false", required });
    const read = () => {
      if (!box.value.trim()) return undefined;
      try {
        return JSON.parse(box.value);
      } catch (error) {
        throw new Error(`${name}: ${error.message}`);
      }
    };
    return { ...label(box), read };
  }
  const box = h("input", { id, type: kind === "number" ? "number" : "text", required, autocomplete: "off" });
  return { ...label(box), read: () => (box.value === "" ? undefined : kind === "number" ? Number(box.value) : box.value) };
}
