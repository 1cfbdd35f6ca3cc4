// Dates, numbers and sizes as people read them.

import { language, t } from "./i18n.js";

const locale = () => (language() === "fr" ? "fr-FR" : "en-GB");
const cache = new Map();
const made = (key, make) => {
  const name = `${locale()} ${key}`;
  if (!cache.has(name)) cache.set(name, make(locale()));
  return cache.get(name);
};

export const number = (value) => made("number", (to) => new Intl.NumberFormat(to)).format(value);

/** A date of the service; `—` for its ways of saying never. */
export function date(text, style = "medium") {
  if (!text || text.startsWith("0001-") || text.startsWith("9999-")) return "—";
  const options = { dateStyle: "medium", timeStyle: style, timeZone: "UTC" };
  const shown = made(style, (to) => new Intl.DateTimeFormat(to, options)).format(new Date(text));
  return style === "short" ? shown : `${shown}\u00a0UTC`;
}

export function bytes(count) {
  if (!(count > 0)) return t("unknown");
  const units = language() === "fr" ? ["o", "ko", "Mo", "Go", "To"] : ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(count) / 3), units.length - 1);
  const shown = made("bytes", (to) => new Intl.NumberFormat(to, { maximumFractionDigits: 1 })).format(count / 1000 ** power);
  return `${shown} ${units[power]}`;
}

export function span(milliseconds) {
  const seconds = Math.abs(milliseconds) / 1000;
  return seconds < 60 ? `${number(Math.round(seconds * 10) / 10)} s` : `${number(Math.round(seconds / 6) / 10)} min`;
}
