// Who is behind the event.

/** The identity that the daemon has verified; and `label`, which anybody may claim. */
export class Session {
  #claims;

  constructor({ connectionId, authenticated, userId, roles, permissions, claims, label }) {
    this.connectionId = connectionId ?? null;
    this.authenticated = authenticated;
    this.userId = userId ?? null;
    this.roles = roles;
    this.permissions = permissions;
    this.label = label ?? null;
    this.#claims = claims;
  }

  /** Further claims of the identity. */
  get claims() {
    return JSON.parse(this.#claims);
  }

  hasRole(role) {
    return this.roles.includes(role);
  }

  hasPermission(permission) {
    return this.permissions.includes(permission);
  }
}
