// Where one is: the hash, `#/devices/{id}?tester=journal`. The path is the portal's, the query the tester's side.

let routes = [];
let show = () => {};

export function here() {
  const [path, query] = location.hash.replace(/^#/, "").split("?");
  return { path: path || "/", query: new URLSearchParams(query ?? "") };
}

/** A link to `path`, with the tester's side left as it is. */
export function to(path) {
  const { query } = here();
  const kept = new URLSearchParams();
  for (const name of ["tester", "why"]) if (query.get(name)) kept.set(name, query.get(name));
  return `#${path}${kept.size ? `?${kept}` : ""}`;
}

/** The same place with another panel of the tester's side, or none. */
export function withTester(panel, more = {}) {
  const { path } = here();
  const query = new URLSearchParams(panel ? { tester: panel, ...more } : {});
  return `#${path}${query.size ? `?${query}` : ""}`;
}

export const go = (hash) => {
  location.hash = hash;
};

/** `[["/devices/:id", view], …]`; `render` is given the view, what the path names, and the query. */
export function start(table, render) {
  routes = table.map(([pattern, view]) => [pattern.split("/"), view]);
  show = render;
  addEventListener("hashchange", resolve);
  resolve();
}

export function resolve() {
  const { path, query } = here();
  const parts = path.split("/");
  for (const [pattern, view] of routes) {
    const names = {};
    const fits =
      pattern.length === parts.length &&
      pattern.every((part, at) => {
        if (!part.startsWith(":")) return part === parts[at];
        names[part.slice(1)] = decodeURIComponent(parts[at]);
        return parts[at] !== "";
      });
    if (fits) return show(view, names, path, query);
  }
  return show(null, {}, path, query);
}
