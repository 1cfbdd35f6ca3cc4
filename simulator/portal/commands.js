// The commands of a device: what its platform allows, what the role allows, and the row or the permission where not.

import { graph, read } from "./api.js";
import { ask } from "./dialog.js";
import { fill, h, icon } from "./dom.js";
import { t, word } from "./i18n.js";
import { go, to } from "./router.js";
import { say, sayRefusal } from "./shell.js";
import { session } from "./state.js";

// What stands in the bar itself; everything else is behind More.
const BAR = [["retire", "retire"], ["wipe", "wipe"], ["delete", "delete"], ["remoteLock", "lock"], ["syncDevice", "sync"]];
const DANGEROUS = { wipe: "willWipe", retire: "willRetire", delete: "willDelete" };

/** The bar of a device's commands. `device` gives its id and name when they are needed. */
export async function commandBar(bar, device, signal) {
  let offers;
  try {
    offers = await read(`/devices/${device().id}/actions`, { user: session.user.userPrincipalName }, signal);
  } catch (error) {
    // Whoever may not read the device has been told so by Graph.
    if (error.name !== "AbortError") fill(bar);
    return;
  }
  const by = new Map(offers.value.map((offer) => [offer.action, offer]));
  const inBar = BAR.map(([name, image]) => [by.get(name), image]).filter(([offer]) => offer?.matrix.supported);
  const names = new Set(BAR.map(([name]) => name));
  const rest = offers.value.filter(({ action, matrix }) => !names.has(action) && (matrix.supported || action === "resetPasscode"));
  const hidden = offers.value.filter(({ matrix, action }) => !matrix.supported && action !== "resetPasscode");
  rest.sort((one, other) => Number(other.action === "resetPasscode") - Number(one.action === "resetPasscode") || word("action", one.action).localeCompare(word("action", other.action)));
  fill(bar,
    inBar.map(([offer, image]) => command(offer, image, device)),
    moreMenu(rest, hidden, device));
}

/** Why a command cannot be given; nothing where it can. */
function hindrance({ matrix, right }) {
  const lines = [];
  if (!matrix.supported) {
    // The data is written in English.
    lines.push(matrix.text ? h("span", { lang: "en" }, matrix.text) : matrix.row ? t("notForDevice") : t("notListed"));
    if (matrix.needs.length && matrix.row && !matrix.text) lines.push(t("needsOf", { needs: matrix.needs.join(", ") }));
    if (matrix.row) lines.push(`${t("byRow", { row: matrix.row })} (${word("origin", matrix.origin)})`);
    if (matrix.source) lines.push(t("bySource", { source: matrix.source }));
  }
  if (right.missing === "permission") {
    const role = word("role", session.user.role);
    lines.push(right.permission.endsWith("/ unlisted") ? t("lacksUnlisted", { role }) : t("lacksPermission", { role, permission: right.permission }));
  }
  if (right.missing === "role") lines.push(t("lacksRole"));
  if (right.missing === "licence") lines.push(t("lacksLicence"));
  return lines;
}

let described = 0;

function command(offer, image, device, role) {
  const lines = hindrance(offer);
  const id = `why-${(described += 1)}`;
  const button = h(role ? "button.item" : "button.command", {
    type: "button", role, "data-action": offer.action, tabindex: role && "-1",
    "aria-disabled": lines.length ? "true" : null, "aria-describedby": lines.length ? id : null,
    // When the menu has closed, so that the question leads back to its button.
    onclick: () => !lines.length && setTimeout(() => order(offer, device())),
  }, icon(image), h("span", {}, word("action", offer.action)));
  if (!lines.length) return role ? h("li", { role: "none" }, button) : button;
  const reason = h("span.reason", { id }, lines.map((line) => h("span", {}, line)));
  if (role) return h("li", { role: "none" }, button, reason);
  reason.classList.add("tip");
  return h("span.with-tip", {}, button, reason);
}

function moreMenu(offers, hidden, device) {
  const items = offers.map((offer) => command(offer, offer.action === "resetPasscode" ? "key" : "actions", device, "menuitem"));
  const list = h("ul", { role: "menu", "aria-label": t("more") }, items);
  const note = hidden.length > 0 && h("p.menu-note", {}, t("otherUnsupported", { count: hidden.length }));
  const menu = h("div.menu", { id: "more-menu", hidden: true }, list, note);
  const button = h("button.command.more", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": "more-menu" }, h("span", {}, "...", t("more")));
  const buttons = () => [...list.querySelectorAll("[role=menuitem]")];
  const close = (back) => {
    menu.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside);
    if (back) button.focus();
  };
  const outside = (event) => !menu.contains(event.target) && !button.contains(event.target) && close(false);
  const open = () => {
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside);
    buttons()[0]?.focus();
  };
  button.addEventListener("click", () => (menu.hidden ? open() : close(true)));
  button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      open();
    }
  });
  menu.addEventListener("keydown", (event) => {
    const all = buttons();
    const at = all.indexOf(document.activeElement);
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      all[(step + all.length) % all.length]?.focus();
    } else if (event.key === "Escape") close(true);
    else if (event.key === "Tab") close(false);
    else if (event.key.length === 1) all.find((item) => item.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  });
  menu.addEventListener("click", (event) => event.target.closest("[role=menuitem]:not([aria-disabled])") && close(true));
  return h("div.more-wrap", {}, button, menu);
}

/** What will happen, in words for this very device. */
function consequences({ action, matrix, byService }) {
  const { outcome } = matrix;
  if (outcome?.kind === "removed") return [t("willRemove"), needs(matrix)];
  if (outcome?.kind === "temporary") {
    const characters = t(outcome.characters);
    return [t(outcome.scope === "work-profile" ? "willReplaceProfile" : "willReplaceDevice", { characters }), needs(matrix)];
  }
  return [t(DANGEROUS[action] ?? (byService ? "willDo" : "willAsk"))];
}

const needs = (matrix) => matrix.needs.length > 0 && t("needsOf", { needs: matrix.needs.map((need) => t(need)).join(" ; ") });

async function order(offer, device) {
  const { action, parameters } = offer;
  const name = word("action", action);
  const body = await ask({
    title: t("confirmTitle", { action: name, device: device.deviceName }),
    lines: consequences(offer),
    parameters,
    dangerous: action in DANGEROUS,
    yes: action === "syncDevice" ? name : undefined,
  });
  if (!body) return;
  // The portal itself asks beta (observed: CIPP PR#5264); what is in v1.0 is in beta as well.
  const path = `/beta/deviceManagement/managedDevices/${device.id}`;
  try {
    await (action === "delete" ? graph("DELETE", path) : graph("POST", `${path}/${action}`, body));
    say(t("initiated", { action: name, device: device.deviceName }), "good");
    if (action === "delete") go(to("/devices/all"));
  } catch (error) {
    sayRefusal(error, name);
  }
}
