/** A reason why the local world cannot start or go on, as one sentence for the person at the keyboard. */

/** Its message is printed as it is, without a stack: it names what is wrong, where, and what to do. */
export class StartRefusal extends Error {}
