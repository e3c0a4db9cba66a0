/**
 * The layout of the messages that clients send (checklist §4.1), for every
 * format. The number of elements and their types are fixed by the message type
 * (MF-02); anything else is a protocol violation.
 */
import type { ClientMessage } from "../wamp/message.ts";
import { MessageCode, messageName } from "../wamp/message_code.ts";
import * as options from "../wamp/options.ts";
import { ProtocolError } from "../wamp/error_uri.ts";
import { ID_MAX } from "../wamp/id.ts";
import type { ElementReader } from "./serializer.ts";

/** Reads the message that `reader` was opened with. */
export function readMessage(reader: ElementReader): ClientMessage {
  const code = integer(reader);
  switch (code) {
    case MessageCode.PUBLISH: {
      const request = id(reader);
      const dict = knownDict(
        reader,
        options.PUBLISH_OPTIONS,
        "PUBLISH.Options",
      );
      const topic = text(reader);
      const payload = reader.payload();
      return { code, request, options: dict, topic, payload };
    }
    case MessageCode.CALL: {
      const request = id(reader);
      const dict = knownDict(reader, options.CALL_OPTIONS, "CALL.Options");
      const procedure = text(reader);
      const payload = reader.payload();
      return { code, request, options: dict, procedure, payload };
    }
    case MessageCode.YIELD: {
      // 0 is no ID, but a number never issued: the dealer tells (PV-08).
      const request = integer(reader);
      const dict = knownDict(reader, options.YIELD_OPTIONS, "YIELD.Options");
      const payload = reader.payload();
      return { code, request, options: dict, payload };
    }
    case MessageCode.ERROR:
      return readError(reader);
    default:
      return readSeldom(code, reader);
  }
}

function readError(reader: ElementReader): ClientMessage {
  const requestType = integer(reader);
  if (requestType !== MessageCode.INVOCATION) {
    throw new ProtocolError(
      `ERROR answers message type ${requestType}; a client may answer only INVOCATION (68)`,
    );
  }
  const request = integer(reader);
  const details = knownDict(reader, options.ERROR_DETAILS, "ERROR.Details");
  const error = text(reader);
  const payload = reader.payload();
  return {
    code: MessageCode.ERROR,
    requestType,
    request,
    details,
    error,
    payload,
    text: undefined,
  };
}

function readSeldom(code: number, reader: ElementReader): ClientMessage {
  switch (code) {
    case MessageCode.HELLO:
      return readHello(reader);
    case MessageCode.ABORT: {
      const details = knownDict(reader, options.NO_KNOWN_KEYS, "ABORT.Details");
      const reason = text(reader);
      reader.payload();
      return { code, details, reason };
    }
    case MessageCode.AUTHENTICATE: {
      const signature = text(reader);
      const extra = knownDict(
        reader,
        options.NO_KNOWN_KEYS,
        "AUTHENTICATE.Extra",
      );
      reader.close();
      return { code, signature, extra };
    }
    case MessageCode.GOODBYE: {
      const details = knownDict(
        reader,
        options.NO_KNOWN_KEYS,
        "GOODBYE.Details",
      );
      const reason = text(reader);
      reader.close();
      return { code, details, reason };
    }
    case MessageCode.CANCEL: {
      const request = id(reader);
      const dict = knownDict(reader, options.CANCEL_OPTIONS, "CANCEL.Options");
      reader.close();
      return { code, request, options: dict };
    }
    default:
      return readTableRequest(code, reader);
  }
}

function readHello(reader: ElementReader): ClientMessage {
  element(reader);
  const realm = reader.textOrNull();
  const details = knownDict(reader, options.HELLO_DETAILS, "HELLO.Details");
  reader.close();
  return { code: MessageCode.HELLO, realm, details };
}

/** SUBSCRIBE, REGISTER and their opposites. */
function readTableRequest(code: number, reader: ElementReader): ClientMessage {
  switch (code) {
    case MessageCode.SUBSCRIBE: {
      const request = id(reader);
      const dict = knownDict(
        reader,
        options.SUBSCRIBE_OPTIONS,
        "SUBSCRIBE.Options",
      );
      const topic = text(reader);
      reader.close();
      return { code, request, options: dict, topic };
    }
    case MessageCode.REGISTER: {
      const request = id(reader);
      const dict = knownDict(
        reader,
        options.REGISTER_OPTIONS,
        "REGISTER.Options",
      );
      const procedure = text(reader);
      reader.close();
      return { code, request, options: dict, procedure };
    }
    case MessageCode.UNSUBSCRIBE: {
      const request = id(reader);
      const subscription = id(reader);
      skipTrailingDict(reader);
      return { code, request, subscription };
    }
    case MessageCode.UNREGISTER: {
      const request = id(reader);
      const registration = id(reader);
      skipTrailingDict(reader);
      return { code, request, registration };
    }
    default:
      throw new ProtocolError(`A client cannot send ${messageName(code)}`);
  }
}

/** Autobahn sends Options with UNSUBSCRIBE and UNREGISTER (MF-03). */
function skipTrailingDict(reader: ElementReader): void {
  if (!reader.next()) return reader.close();
  reader.dict();
  reader.close();
}

function element(reader: ElementReader): void {
  if (!reader.next()) throw new ProtocolError("The message is too short");
}

function integer(reader: ElementReader): number {
  element(reader);
  return reader.integer();
}

function id(reader: ElementReader): number {
  element(reader);
  const value = reader.integer();
  if (value < 1 || value > ID_MAX) {
    throw new ProtocolError(`${value} is not an ID: IDs are in [1, 2^53]`);
  }
  return value;
}

function text(reader: ElementReader): string {
  element(reader);
  return reader.text();
}

function knownDict(
  reader: ElementReader,
  known: Parameters<typeof options.checkDict>[1],
  where: string,
): options.Dict {
  element(reader);
  const dict = reader.dict();
  options.checkDict(dict, known, where);
  return dict;
}
