export function show() {}
export function forget() {}
