/**
 * Attacks with single messages: broken octets, wrong types, depth, counts.
 */
import { concat } from "../support/hex.ts";
import { mutate } from "../support/mutate.ts";
import type { Attack } from "./_campaign.ts";
import { type Ground, Intruder } from "./_intruder.ts";
import {
  anyValue,
  brokenText,
  CLIENT_SHAPES,
  elementsOf,
  HOSTILE_TEXTS,
  messageOf,
  ROUTER_SHAPES,
  UNKNOWN_CODES,
} from "./_messages.ts";
import { ODD_VALUES } from "./_odd_values.ts";

/** A joined session, or one that has only shaken hands. */
async function session(ground: Ground): Promise<Intruder> {
  return ground.random.oneIn(4)
    ? await Intruder.open(ground)
    : await Intruder.join(ground);
}

/** Sends messages until the router has had enough, or there are no more. */
async function barrage(
  ground: Ground,
  count: number,
  make: (index: number) => Uint8Array,
): Promise<void> {
  let index = 0;
  while (index < count) {
    await using intruder = await session(ground);
    // As a rule the first wrong one is the last: the rest is not handled.
    do {
      await intruder.message(make(index++));
    } while (index < count && ground.random.oneIn(3));
    if (!ground.random.oneIn(8)) await intruder.fence();
  }
}

/** Valid messages with a few octets changed. */
function mutants(ground: Ground): Promise<void> {
  const { random, format } = ground;
  return barrage(ground, 12, () => {
    const bytes = messageOf(random, format);
    return mutate(random, bytes, 0, format.likely);
  });
}

function noise(ground: Ground): Promise<void> {
  const { random, format } = ground;
  return barrage(ground, 12, () => {
    const size = random.below(random.oneIn(4) ? 3000 : 40);
    if (random.oneIn(2)) return random.octets(size);
    const likely = [...format.likely];
    return Uint8Array.from({ length: size }, () => random.pick(likely));
  });
}

/** One message cut at every offset. */
async function truncations(ground: Ground): Promise<void> {
  const { random, format } = ground;
  const bytes = messageOf(random, format);
  const step = 1 + Math.floor(bytes.length / 40);
  for (let end = random.below(step); end < bytes.length; end += step) {
    await using intruder = await session(ground);
    await intruder.message(bytes.subarray(0, end));
    await intruder.ended();
  }
}

/** A message of any type with any value at one place, or one more or less. */
function wrongTypes(ground: Ground): Promise<void> {
  const { random, format } = ground;
  return barrage(ground, 12, () => {
    const elements = elementsOf(random, format, random.pick(CLIENT_SHAPES));
    const at = random.below(elements.length + 1);
    switch (random.below(4)) {
      case 0:
        elements.splice(at, 1);
        break;
      case 1:
        elements.splice(at, 0, anyValue(random, format));
        break;
      default:
        elements[at] = anyValue(random, format);
    }
    return format.list(elements);
  });
}

/** Codes of no message, and messages that only a router sends. */
function wrongCodes(ground: Ground): Promise<void> {
  const { random, format } = ground;
  return barrage(ground, 10, () => {
    if (random.oneIn(2)) {
      return messageOf(random, format, random.pick(ROUTER_SHAPES));
    }
    const elements = elementsOf(random, format, random.pick(CLIENT_SHAPES));
    elements[0] = format.value(random.pick(UNKNOWN_CODES));
    return format.list(elements);
  });
}

/** Nested up to the limit and far beyond, as payload, in options, as a whole. */
function depths(ground: Ground): Promise<void> {
  const { random, format } = ground;
  return barrage(ground, 6, () => {
    const depth = random.pick([1, 10, 61, 62, 63, 64, 65, 500, 30_000]);
    const deep = format.nested(depth);
    switch (random.below(4)) {
      case 0:
        return deep;
      case 1: {
        const options = format.dict([[format.value("x"), deep]]);
        return format.list(
          [format.value(16), format.value(1), options, format.value("com.a")],
        );
      }
      default: {
        const args = format.list([deep]);
        const elements = elementsOf(random, format, CLIENT_SHAPES[5]);
        return format.list([...elements.slice(0, 4), args]);
      }
    }
  });
}

/** Values that promise more than there is, in every place. */
function malformedValues(ground: Ground): Promise<void> {
  const { random, format } = ground;
  return barrage(ground, 12, () => {
    const elements = elementsOf(random, format, random.pick(CLIENT_SHAPES));
    const value = random.pick(ODD_VALUES[format.name].malformed);
    switch (random.below(3)) {
      case 0:
        return concat(format.list(elements), value);
      case 1:
        return format.list([...elements.slice(0, 4), format.list([value])]);
      default:
        elements[random.below(elements.length)] = value;
        return format.list(elements);
    }
  });
}

/** Texts that have undone other programs: as realm, URI, key, role, id. */
function texts(ground: Ground): Promise<void> {
  const { random, format } = ground;
  const text = () =>
    random.oneIn(4)
      ? brokenText(random, format)
      : format.value(random.pick(HOSTILE_TEXTS));
  return barrage(ground, 10, () => {
    const shape = random.pick(CLIENT_SHAPES);
    const elements = elementsOf(random, format, shape);
    for (const [index, kind] of shape.elements.entries()) {
      if (index + 1 >= elements.length) break;
      if (kind === "realm" || kind === "uri" || kind === "text") {
        elements[index + 1] = text();
      } else if (kind === "dict" || kind === "keywords") {
        elements[index + 1] = format.dict([[text(), text()], [text(), text()]]);
      } else if (kind === "hello") {
        const roles = [format.value("roles"), format.dict([[text(), text()]])];
        const keys = ["authid", "authrole", "agent", "authmethods", "x"];
        elements[index + 1] = format.dict([
          [roles[0], random.oneIn(2) ? roles[1] : format.value({ callee: {} })],
          [format.value(random.pick(keys)), text()],
          [text(), format.value({ callee: {} })],
        ]);
      }
    }
    return format.list(elements);
  });
}

/** The same key over and over; a great many keys. */
function keys(ground: Ground): Promise<void> {
  const { random, format } = ground;
  return barrage(ground, 4, () => {
    const name = random.pick(["acknowledge", "match", "__proto__", "x"]);
    const isSame = random.oneIn(2);
    const entries = Array.from(
      { length: random.pick([2, 100, 3000]) },
      (_, index) =>
        [
          format.value(isSame ? name : `${name}${index}`),
          anyValue(random, format),
        ] as const,
    );
    const elements = elementsOf(random, format, random.pick(CLIENT_SHAPES));
    const at = random.below(elements.length);
    elements[at] = format.dict(entries);
    return format.list(elements);
  });
}

/** With single messages. */
export const ATTACKS_ON_MESSAGES: readonly Attack[] = [
  { name: "mutants", run: mutants },
  { name: "noise", run: noise },
  { name: "truncations", run: truncations },
  { name: "wrong types", run: wrongTypes },
  { name: "wrong codes", run: wrongCodes },
  { name: "depths", run: depths },
  { name: "malformed values", run: malformedValues },
  { name: "texts", run: texts },
  { name: "keys", run: keys },
];
