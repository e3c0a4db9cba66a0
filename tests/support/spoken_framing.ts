/**
 * What the test clients of this file speak, so that the same tests can be run over
 * another framing.
 */

/** A framing that clients can speak. */
export type SpokenFraming = "rawsocket" | "websocket";

let spoken: SpokenFraming = "rawsocket";

/** From now on clients speak `framing`. */
export function speak(framing: SpokenFraming): void {
  spoken = framing;
}

/** What clients speak. */
export function spokenFraming(): SpokenFraming {
  return spoken;
}
