/**
 * Things that come and go in a realm, some hundred at a time, for as many as the
 * second argument says. Run with `--trace-gc-nvp`, it shows what of them outlives
 * a young collection.
 */
import { FailureLimiter } from "../../src/auth/failure_limiter.ts";
import { type Deadline, TimerWheel } from "../../src/base/timer_wheel.ts";
import { SendOutcome } from "../../src/wamp/message.ts";
import { type RecordingOutlet, TestRealm } from "../support/test_realm.ts";

/** How many there are at a time. */
const WINDOW = 128;

/** Calls that are answered in turn. */
function calls(count: number): void {
  const test = new TestRealm();
  const [caller, callee] = [test.join(), test.join()];
  forget(caller.outlet);
  forget(callee.outlet);
  callee.register("com.x");
  for (let n = 1; n <= count; n++) {
    caller.call("com.x");
    if (n > WINDOW) callee.yield(n - WINDOW);
  }
}

/** Sessions, each with a subscription and a registration. */
function sessions(count: number): void {
  const test = new TestRealm();
  const joined: ReturnType<TestRealm["join"]>[] = [];
  for (let n = 0; n < count; n++) {
    joined[n % WINDOW]?.leave();
    const one = test.join();
    forget(one.outlet);
    one.subscribe("com.topic");
    one.register(`com.procedure${n % (2 * WINDOW)}`);
    joined[n % WINDOW] = one;
  }
}

/** Subscriptions of one session to ever new topics. */
function subscriptions(count: number): void {
  const test = new TestRealm();
  const one = test.join();
  forget(one.outlet);
  for (let n = 1; n <= count; n++) {
    one.subscribe(`com.topic${n}`);
    if (n > WINDOW) one.unsubscribe(n - WINDOW);
  }
}

/** Timers that are set and cleared. */
function timers(count: number): void {
  const wheel = new TimerWheel(50, () => {});
  const set: Deadline[] = [];
  for (let n = 0; n < count; n++) {
    const old = set[n % WINDOW];
    if (old !== undefined) wheel.clear(old);
    set[n % WINDOW] = wheel.set(n, 100 + n % 1000, () => {});
    if (n % 50 === 0) wheel.advance(n);
  }
}

/** Failed logins from ever new addresses. */
function failures(count: number): void {
  const limiter = new FailureLimiter(() => 0, WINDOW);
  for (let n = 0; n < count; n++) limiter.failed([`address ${n}`], 10);
}

function forget(outlet: RecordingOutlet): void {
  outlet.send = () => SendOutcome.SENT;
}

const CHURNS: Readonly<Record<string, (count: number) => void>> = {
  calls,
  sessions,
  subscriptions,
  timers,
  failures,
};

if (import.meta.main) {
  const [name, count] = Deno.args;
  CHURNS[name](Number(count));
}
