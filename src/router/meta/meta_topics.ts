/** Ours: an event of which a subscriber could be told nothing. */
export const EVENT_LOST = "sluice.event.on_lost";

/** The topics of the router's own events: only it can publish below `wamp.`. */
export const META_TOPICS = [
  "wamp.session.on_join",
  "wamp.session.on_leave",
  "wamp.subscription.on_create",
  "wamp.subscription.on_subscribe",
  "wamp.subscription.on_unsubscribe",
  "wamp.subscription.on_delete",
  "wamp.registration.on_create",
  "wamp.registration.on_register",
  "wamp.registration.on_unregister",
  "wamp.registration.on_delete",
  EVENT_LOST,
] as const;

/** One of them. */
export type MetaTopic = typeof META_TOPICS[number];
