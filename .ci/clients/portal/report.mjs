// How a check says what held: a line each, and an end at the first that does not.

let checks = 0;

export class Failed extends Error {}

export function check(name, holds, ...got) {
  if (!holds) throw new Failed([name, ...got.map((line) => `     ${line}`)].join("\n"));
  checks += 1;
  console.log(`ok   ${name}`);
}

/// `wrong` is what does not hold, a line each.
export function none(name, wrong) {
  const shown = wrong.slice(0, 40);
  check(name, wrong.length === 0, ...shown, ...(wrong.length > shown.length ? [`… ${wrong.length} in all`] : []));
}

export function count() {
  return checks;
}
