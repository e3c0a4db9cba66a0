/**
 * Which limits count where a router, its transports and their services state some.
 *
 * @module
 */

import { propertiesOf } from "../schema/object_type.ts";
import {
  type LimitName,
  LIMITS,
  type TransportLimits,
} from "./table/limit_keys.ts";

/** Limits that one place states; it leaves the others to those behind it. */
export type StatedLimits = { readonly [Name in LimitName]?: unknown };

/** The first that states a limit counts. */
export function mergeLimits(
  places: readonly (StatedLimits | undefined)[],
): TransportLimits {
  return propertiesOf(LIMITS, (name) => {
    const stated = places.find((place) => place?.[name] !== undefined);
    return stated === undefined ? LIMITS[name].default : stated[name];
  });
}
