import { assertEquals } from "@std/assert";
import {
  NO_QUOTA,
  QuotaBook,
  type QuotaLimits,
} from "../../src/router/quota.ts";

const WIDE: QuotaLimits = {
  sessions: 1000,
  subscriptions: 1000,
  registrations: 1000,
  pendingCalls: 1000,
  messagesPerSecond: 1000,
  bytesPerSecond: 1_000_000,
};

function bookWith(
  limits: Partial<Record<"role" | "authid" | "address", Partial<QuotaLimits>>>,
): { book: QuotaBook; pass(ms: number): void } {
  let nowMs = 0;
  const of = (more: Partial<QuotaLimits> = {}) => ({ ...WIDE, ...more });
  const table = {
    role: of(limits.role),
    authid: of(limits.authid),
    address: of(limits.address),
  };
  return {
    book: new QuotaBook(table, () => nowMs),
    pass: (ms) => void (nowMs += ms),
  };
}

const ANNA = { authid: "anna", address: "192.0.2.1" };
const BOB = { authid: "bob", address: "192.0.2.2" };

Deno.test("QuotaBook counts sessions by role, authid and address, each by itself", () => {
  const cases = [
    { scope: "role", full: [ANNA, BOB], free: [] },
    { scope: "authid", full: [ANNA, { ...BOB, authid: "anna" }], free: [BOB] },
    {
      scope: "address",
      full: [ANNA, { ...BOB, address: ANNA.address }],
      free: [BOB, { ...ANNA, address: undefined }],
    },
  ];
  for (const { scope, full, free } of cases) {
    const { book } = bookWith({ [scope]: { sessions: 2 } });
    const first = book.join(ANNA);
    assertEquals(book.refusal(ANNA), undefined);
    const second = book.join(ANNA);
    for (const holder of full) {
      assertEquals(
        book.refusal(holder)?.startsWith("Limit of 2 sessions per "),
        true,
        scope,
      );
    }
    for (const holder of free) assertEquals(book.refusal(holder), undefined);
    book.leave(second);
    assertEquals(book.refusal(ANNA), undefined);
    book.leave(first);
  }
});

Deno.test("QuotaBook: a session gives its place to one of its authid, and that of its address only there", () => {
  for (const scope of ["role", "authid", "address"] as const) {
    const { book } = bookWith({ [scope]: { sessions: 1 } });
    const old = book.join(ANNA);
    const elsewhere = { ...ANNA, address: BOB.address };
    assertEquals(book.refusal(ANNA, old), undefined, scope);
    assertEquals(book.refusal(elsewhere, old), undefined, scope);
    assertEquals(typeof book.refusal(ANNA), "string", scope);
    if (scope === "address") {
      book.join(BOB);
      assertEquals(typeof book.refusal(elsewhere, old), "string");
    }
  }
});

Deno.test("a Quota refuses what any of its scopes is full of", () => {
  const { book } = bookWith({ authid: { subscriptions: 2 } });
  const here = book.join(ANNA);
  const there = book.join({ ...BOB, authid: "anna" });
  const other = book.join(BOB);
  here.add("subscriptions", 1);
  there.add("subscriptions", 1);
  assertEquals(
    here.refusal("subscriptions"),
    "Limit of 2 subscriptions per authid reached (quotas: max_subscriptions)",
  );
  assertEquals(here.refusal("registrations"), undefined);
  assertEquals(other.refusal("subscriptions"), undefined);
  there.add("subscriptions", -1);
  assertEquals(here.refusal("subscriptions"), undefined);
});

Deno.test("a Quota makes its session wait for the slowest of its rates", () => {
  const { book } = bookWith({
    role: { messagesPerSecond: 10 },
    address: { bytesPerSecond: 100 },
  });
  const quota = book.join(ANNA);
  assertEquals(quota.spend(10, 100, 0), 0);
  assertEquals(quota.spend(5, 0, 0), 500);
  assertEquals(quota.spend(0, 100, 0), 1000);
  // Another address has octets left, and the same messages.
  assertEquals(book.join(BOB).spend(0, 0, 0), 500);
});

Deno.test("QuotaBook remembers a rate that has not recovered, and nothing else", () => {
  const { book, pass } = bookWith({ authid: { messagesPerSecond: 10 } });
  const quota = book.join(ANNA);
  quota.spend(30, 1, 0);
  book.leave(quota);
  // The authid's messages; the address's and the role's have recovered soon.
  assertEquals(book.recovering, 2);
  pass(1000);
  const again = book.join(ANNA);
  assertEquals(again.spend(0, 0, 1000), 1000);
  pass(2000);
  book.leave(again);
  assertEquals(book.recovering, 0);
});

Deno.test("QuotaBook remembers what is spent when its session has left already", () => {
  const { book } = bookWith({ authid: { messagesPerSecond: 10 } });
  const quota = book.join(ANNA);
  book.leave(quota);
  assertEquals(book.recovering, 0);
  assertEquals(quota.spend(30, 1, 0), 2000);
  assertEquals(book.join(ANNA).spend(0, 0, 0), 2000);
});

Deno.test("QuotaBook keeps counting who is there when one that left before spends late", () => {
  const { book } = bookWith({ authid: { messagesPerSecond: 10 } });
  const quota = book.join(ANNA);
  book.leave(quota);
  book.join(ANNA).spend(15, 1, 0);
  quota.spend(30, 1, 0);
  assertEquals(book.join(ANNA).spend(0, 0, 0), 500);
});

Deno.test("a Quota lets take what others of the same scope give up", () => {
  const { book } = bookWith({ authid: { registrations: 1 } });
  const [old, fresh] = [book.join(ANNA), book.join(ANNA)];
  const other = book.join(BOB);
  old.add("registrations", 1);
  assertEquals(fresh.refusal("registrations", [old]), undefined);
  const text =
    "Limit of 1 registrations per authid reached (quotas: max_registrations)";
  assertEquals(fresh.refusal("registrations", [other]), text);
  assertEquals(fresh.refusal("registrations"), text);
});

Deno.test("QuotaBook forgets the longest gone when too many have not recovered", () => {
  const { book } = bookWith({ authid: { messagesPerSecond: 10 } });
  for (let i = 0; i < 10_001; i++) {
    const quota = book.join({ authid: `user${i}`, address: undefined });
    quota.spend(20, 1, 0);
    book.leave(quota);
  }
  assertEquals(book.recovering, 10_000);
  const first = book.join({ authid: "user0", address: undefined });
  assertEquals(first.spend(0, 0, 0) > 0, true, "the role still owes");
});

Deno.test("NO_QUOTA refuses nothing and never waits", () => {
  assertEquals(NO_QUOTA.refusal("sessions"), undefined);
  assertEquals(NO_QUOTA.spend(1e9, 1e12, 0), 0);
});
