// One device: what the inventory says of it, what it was asked, and the temporary passcode as long as it is shown.

import { graph } from "./api.js";
import { commandBar } from "./commands.js";
import { complianceTag } from "./devices.js";
import { breakable, fill, h, icon } from "./dom.js";
import { bytes, date } from "./format.js";
import { t, word } from "./i18n.js";
import { on, settled } from "./live.js";
import { copyButton, heading, place, refusal, sayRefusal } from "./shell.js";

const plain = (name) => (device) => device[name];
const day = (name) => (device) => date(device[name]);
const flag = (name) => (device) => (device[name] === true ? t("yes") : device[name] === false ? t("no") : t("unknown"));

const CARDS = [
  ["essentials", [
    ["compliance", (device) => complianceTag(device.complianceState)],
    ["lastCheckIn", day("lastSyncDateTime")],
    ["user", (device) => breakable(device.userPrincipalName || t("none"))],
    ["ownership", (device) => word("owner", device.managedDeviceOwnerType)],
    ["platform", (device) => `${device.operatingSystem} ${device.osVersion}`],
    ["managementState", plain("managementState")],
    ["managedBy", plain("managementAgent")],
    ["deviceId", plain("id")],
  ]],
  ["hardware", [
    ["model", plain("model")],
    ["manufacturer", plain("manufacturer")],
    ["serial", plain("serialNumber")],
    ["storage", (device) => (device.totalStorageSpaceInBytes > 0 ? t("storageFree", { free: bytes(device.freeStorageSpaceInBytes), total: bytes(device.totalStorageSpaceInBytes) }) : t("unknown"))],
    ["encrypted", flag("isEncrypted")],
    ["imei", plain("imei")],
    ["wifi", plain("wiFiMacAddress")],
    ["phone", plain("phoneNumber")],
  ]],
  ["enrolment", [
    ["enrolled", day("enrolledDateTime")],
    ["enrolmentType", plain("deviceEnrollmentType")],
    ["enrolledBy", (device) => device.enrolledByUserPrincipalName && breakable(device.enrolledByUserPrincipalName)],
    ["registration", plain("deviceRegistrationState")],
    ["joinType", plain("joinType")],
    ["supervised", flag("isSupervised")],
    ["jailBroken", plain("jailBroken")],
    ["certificate", day("managementCertificateExpirationDate")],
  ]],
];

const SHOWN_DAYS = 7;

export async function deviceView(root, { names, signal }) {
  const crumbs = (name) => place([[t("allServices"), "/"], [t("intune"), "/intune"], [t("devices"), "/devices"], [t("allDevices"), "/devices/all"], [name, `/device/${names.id}`]]);
  crumbs("…");
  const title = heading("…");
  const bar = h("div.commands", { role: "group", "aria-label": t("commands") });
  const passcode = h("section.passcode", { hidden: true, "aria-live": "polite" });
  const places = new Map();
  const cards = h("div.cards", {}, CARDS.map(([key, rows]) =>
    h("section.card", {}, h("h2", {}, t(key)), h("dl", {}, rows.map(([name]) => {
      const value = h("dd", {}, h("i.blank"));
      places.set(`${key} ${name}`, value);
      return h("div", {}, h("dt", {}, t(name)), value);
    })))));
  const results = h("tbody", { "aria-live": "polite" });
  fill(root, title, bar, h("div.room", {}, cards),
    h("section.card.wide", {}, h("h2", {}, t("actionStatus")),
      h("div.table-wrap", { tabindex: "0", role: "region", "aria-label": t("actionStatus") }, h("table.results", {}, h("caption.hidden", {}, t("actionStatus")),
        h("thead", {}, h("tr", {}, ["action", "status", "date", "updated", "detail"].map((key) => h("th", { scope: "col" }, t(key))))), results)),
      // Below the table: when it comes, nothing moves.
      passcode));

  let device = { id: names.id, deviceName: names.id };
  let known = "";
  const load = async () => {
    try {
      device = await graph("GET", `/beta/deviceManagement/managedDevices/${names.id}`, undefined, signal);
    } catch (error) {
      if (error.name === "AbortError") return;
      // What is shown is still true if it only could not be read again.
      if (known && error.status !== 404 && error.status !== 403) sayRefusal(error);
      else fill(root, heading(error.status === 404 ? t("deviceGone") : t("devices")), refusal(error));
      return;
    }
    crumbs(device.deviceName || device.id);
    fill(title.firstChild, device.deviceName || device.id);
    for (const [key, rows] of CARDS) for (const [name, show] of rows) fill(places.get(`${key} ${name}`), show(device) || "—");
    fill(results, device.deviceActionResults.length ? [...device.deviceActionResults].reverse().map(resultRow) : h("tr", {}, h("td.nothing", { colspan: 5 }, t("noActions"))));
    showPasscode(passcode, device.deviceActionResults.find(({ passcode: code }) => code));
    // What can be asked of it follows from what it is; it is asked again only when that is another.
    const facts = JSON.stringify([device.osVersion, device.deviceType, device.joinType, device.managementAgent, device.deviceEnrollmentType, device.isSupervised, device.managedDeviceOwnerType]);
    if (facts !== known) {
      known = facts;
      await commandBar(bar, () => device, signal);
    }
  };
  on("world", settled(load), signal);
  await load();
}

function resultRow(result) {
  const detail = result.passcode ?? (result.actionState === "failed" && result.errorCode ? t("errorCode", { code: result.errorCode }) : "");
  return h("tr", {}, h("td", {}, word("action", result.actionName)), h("td", {}, stateTag(result.actionState)),
    h("td", {}, date(result.startDateTime)), h("td", {}, date(result.lastUpdatedDateTime)), h("td.code", {}, detail));
}

export const stateTag = (state) => h(`span.tag.${state}`, {}, word("state", state));

function showPasscode(place, result) {
  const shown = place.dataset.code ?? "";
  const code = result?.passcode ?? "";
  if (shown === code) return;
  place.dataset.code = code;
  place.hidden = !code;
  if (!code) return void fill(place);
  const until = new Date(Date.parse(result.lastUpdatedDateTime) + SHOWN_DAYS * 86_400_000).toISOString();
  fill(place, icon("key"), h("div", {}, h("h2", {}, t("temporaryPasscode")), h("p", {}, t("temporaryLead", { until: date(until) }))),
    h("output.code.large", {}, code), copyButton(() => code, t("copyPasscode")));
}
