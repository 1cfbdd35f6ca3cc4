// Building pages out of elements. Text becomes a text node, always: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `h("a.link", { href, onclick }, "text", child)`. Null and false children are left out. */
export function h(spec, props, ...children) {
  const [tag, ...classes] = spec.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  set(element, props);
  add(element, children);
  return element;
}

function set(element, props) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "indeterminate") element[name] = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Puts `children` in the place of what is in `element`. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

/** A sign-in name that may break behind its at sign, and nowhere else if it can. */
export const breakable = (name) => {
  const [local, domain] = String(name).split("@");
  return domain ? [`${local}@`, document.createElement("wbr"), domain] : [name];
};

/** Writes text only where it changed, so that nobody's selection or screen reader is disturbed. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const ICONS = {
  services: "M3 3h5v5H3zM10 3h5v5h-5zM3 10h5v5H3zM10 10h5v5h-5z",
  intune: "M9 1.5 15.5 5v8L9 16.5 2.5 13V5zM9 1.5V9m0 0 6.5-4M9 9 2.5 5M9 9v7.5",
  devices: "M2 4h10v7H2zM0.8 13h12M13.5 7H17v8h-3.5z",
  list: "M2 4h14M2 9h14M2 14h14",
  actions: "M9 2v3M9 13v3M2 9h3M13 9h3M4 4l2 2M12 12l2 2M14 4l-2 2M6 12l-2 2",
  close: "M4 4l10 10M14 4 4 14",
  leave: "M7 3H3v12h4M7 9h9M12.500 5.500 16 9l-3.500 3.500",
  search: "M12 12l4 4M7.5 13a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11z",
  copy: "M6 6h9v10H6zM3 12V2h9",
  key: "M12 2.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM9.500 8.500 3 15v0h3v-2h2v-2.500M12.500 5.500h.01",
  sync: "M15 4v4h-4M3 14v-4h4M14.5 8A6 6 0 0 0 4 6.5M3.500 10A6 6 0 0 0 14 11.5",
  lock: "M4 8h10v8H4zM6 8V5.500a3 3 0 0 1 6 0V8",
  retire: "M3 9h9M9 5l4 4-4 4M15 3v12",
  wipe: "M4 5h10M6 5V3h6v2M5 5l1 11h6l1-11",
  delete: "M4 5h10M6 5V3h6v2M5 5l1 11h6l1-11M8 8v5M10 8v5",
  menu: "M2 4h14M2 9h14M2 14h14",
  sun: "M9 5a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM9 1v1.500M9 15.500V17M1 9h1.500M15.500 9H17M3.500 3.500l1 1M13.500 13.500l1 1M14.500 3.500l-1 1M4.500 13.500l-1 1",
  moon: "M15 11A6.500 6.500 0 0 1 7 3a6.500 6.500 0 1 0 8 8z",
  tester: "M7 2h4M8 2v5L3.500 14.500A1.500 1.500 0 0 0 5 16.500h8a1.500 1.500 0 0 0 1.500-2L10 7V2M5.500 11.500h7",
  wide: "M7 3H3v4M11 3h4v4M7 15H3v-4M11 15h4v-4",
  down: "M4 7l5 5 5-5",
};

/** A decorative icon of 18 by 18. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 18 18");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] ?? ICONS.list);
  svg.append(path);
  return svg;
}
