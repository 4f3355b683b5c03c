// Who may: the daemon's rules, with the daemon's words.

import { LiveError } from "../errors.js";

/** Refuses a user who may not do `what`: a component, or an action of one. */
export function check(access, user, what) {
  if (!access) return;
  const needs = (missing) => {
    throw LiveError.denied(`${what} needs ${missing}`);
  };
  if (!user) needs("an authenticated user");
  const { roles, permissions } = access;
  if (roles.length > 0 && !roles.some((role) => user.roles.includes(role))) {
    needs(oneOf("the role", "one of the roles", roles));
  }
  const missing = permissions.filter((permission) => !user.permissions.includes(permission));
  if (missing.length > 0) needs(oneOf("the permission", "the permissions", missing));
}

function oneOf(one, several, names) {
  return `${names.length === 1 ? one : several} ${names.map((name) => `\`${name}\``).join(", ")}`;
}
