import type { Publish } from "../wamp/message.ts";
import {
  type AudienceOptions,
  type Dict,
  EMPTY_DICT,
  isPassthru,
  passthruKeys,
  type PublishOptions,
} from "../wamp/options.ts";
import { NO_PAYLOAD, type Payload } from "../wamp/payload.ts";
import { Audience, audienceLists, type Listener } from "./audience.ts";
import type { Peer } from "./model.ts";

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

/**
 * The publication that is on its way. Routing is synchronous and what is stored
 * is copied, so a broker has one, and fills it anew for each PUBLISH: most have
 * nothing in them that an object of their own would be for
 * (`bench/publish_bench.ts`).
 */
export class CurrentPublication implements Publication {
  id = 0;
  topic = "";
  details: Dict = EMPTY_DICT;
  payload: Payload = NO_PAYLOAD;
  excluded: number | undefined = undefined;
  lists: AudienceOptions | undefined = undefined;
  audience: Audience | undefined = undefined;

  /** What `publisher` published, as its subscribers get to know it. */
  fill(publisher: Peer, id: number, message: Publish): Publication {
    const { topic, options } = message;
    const lists = audienceLists(options);
    this.id = id;
    this.topic = topic;
    this.details = eventDetails(publisher, topic, options);
    this.payload = message.payload;
    this.excluded = (options as PublishOptions).exclude_me === false
      ? undefined
      : publisher.sessionId;
    this.lists = lists;
    this.audience = lists && new Audience(lists);
    return this;
  }

  /** Lets go of the chunk that the payload points into. */
  clear(): void {
    this.payload = NO_PAYLOAD;
    this.lists = undefined;
    this.audience = undefined;
  }
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
