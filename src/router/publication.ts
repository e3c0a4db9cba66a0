import {
  type AudienceOptions,
  type Dict,
  EMPTY_DICT,
  isPassthru,
  passthruKeys,
  type PublishOptions,
} from "../wamp/options.ts";
import type { Payload } from "../wamp/payload.ts";
import { Audience, audienceLists, type Listener } from "./audience.ts";
import type { Peer } from "./peer.ts";

/** One PUBLISH that was accepted, or an event of the router's own. */
export interface Publication {
  readonly id: number;
  readonly topic: string;
  /** EVENT.Details of an exact subscription; patterns add `topic` (PM-06). */
  readonly details: Dict;
  readonly payload: Payload;
  /** The session that does not get it, for it is its own (PS-09). */
  readonly excluded: number | undefined;
  /** The lists as they came; undefined where there are none. */
  readonly lists: AudienceOptions | undefined;
  readonly audience: Audience | undefined;
}

/** What `publisher` published, as its subscribers get to know it. */
export function publicationOf(
  publisher: Peer,
  id: number,
  topic: string,
  options: Dict,
  payload: Payload,
): Publication {
  const lists = audienceLists(options);
  return {
    id,
    topic,
    details: eventDetails(publisher, topic, options),
    payload,
    excluded: (options as PublishOptions).exclude_me === false
      ? undefined
      : publisher.sessionId,
    lists,
    audience: lists && new Audience(lists),
  };
}

/** Whether `listener` may get it (PS-09, BW-02, BW-05). */
export function isFor(publication: Publication, listener: Listener): boolean {
  return listener.sessionId !== publication.excluded &&
    (publication.audience === undefined ||
      publication.audience.includes(listener));
}

function eventDetails(publisher: Peer, topic: string, options: Dict): Dict {
  const { authorizer, identity } = publisher;
  const discloses = (options as PublishOptions).disclose_me === true ||
    authorizer.discloses("publisher", topic);
  const passthru = isPassthru(options);
  if (!discloses && !passthru && authorizer.trustLevel === undefined) {
    return EMPTY_DICT;
  }
  const details: Record<string, unknown> = passthruKeys(options);
  if (discloses) {
    details["publisher"] = publisher.sessionId;
    details["publisher_authid"] = identity.authid;
    details["publisher_authrole"] = identity.authrole;
  }
  if (authorizer.trustLevel !== undefined) {
    details["trustlevel"] = authorizer.trustLevel;
  }
  return details;
}
