/**
 * From checked RawSocket to the typed config.
 *
 * @module
 */

import {
  chooseAuth,
  chooseRawSocketSize,
  chooseSerializers,
  type PlacedService,
  type ServicePlace,
} from "./build_speech.ts";
import type { CheckContext } from "../schema/check_context.ts";
import type { WampServiceConfig } from "./config.ts";
import { mergeLimits } from "./merge_limits.ts";
import type { Section } from "../schema/object_type.ts";
import type { RAWSOCKET_PART } from "./table/transport_keys.ts";

/** RawSocket that was checked. */
export type RawSocketSection = Section<
  Omit<typeof RAWSOCKET_PART.keys, "type">
>;

/** The service, or `undefined` if a part that it needs is wrong. */
export function buildRawSocket(
  section: RawSocketSection,
  { limits, mustChoose }: ServicePlace,
  context: CheckContext,
): PlacedService<WampServiceConfig> | undefined {
  const { options, debug } = section.values;
  const serializers = chooseSerializers(section, mustChoose, context);
  const maxMessageBytes = chooseRawSocketSize(section, options, context);
  const auth = chooseAuth(section, context);
  if (serializers.length === 0) return undefined;
  return {
    config: {
      serializers,
      maxMessageBytes,
      auth: auth.config,
      debug,
      limits: mergeLimits([options?.values, ...limits]),
    },
    auth,
  };
}
