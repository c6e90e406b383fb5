/** Reports in one sentence why the local world cannot start or continue. */

/** Its message is printed as it is, without a stack: it names what is wrong, where, and what to do. */
export class StartRefusal extends Error {}
