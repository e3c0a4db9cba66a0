/**
 * Who holds how much memory: whatever a peer makes the router keep is noted where
 * it is kept, and given back where it is let go, in bytes as the process has them.
 *
 * Accounts form chains: what a connection holds counts for its source address
 * until it has logged in, and always for the whole router.
 */

/** What one holder has, and all below it. */
export class Account {
  #parent: Account | undefined;
  #bytes = 0;

  /** @param parent Holds the same, with what others hold. */
  constructor(parent?: Account) {
    this.#parent = parent;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Notes that `bytes` more are held; less where it is negative. */
  take(bytes: number): void {
    this.#bytes += bytes;
    this.#parent?.take(bytes);
  }

  /** Counts for `parent` from now on, with all that it holds. */
  moveTo(parent: Account): void {
    this.#parent?.take(-this.#bytes);
    this.#parent = parent;
    parent.take(this.#bytes);
  }
}

/** An account that is to hold no more than so much. */
export class BoundedAccount extends Account {
  readonly #maxBytes: number;
  readonly #onExceeded: (() => void) | undefined;

  /** @param onExceeded Called when more is taken while it holds too much. */
  constructor(
    parent: Account | undefined,
    maxBytes: number,
    onExceeded?: () => void,
  ) {
    super(parent);
    this.#maxBytes = maxBytes;
    this.#onExceeded = onExceeded;
  }

  /** Whether it holds more than it may. */
  get isExceeded(): boolean {
    return this.bytes > this.#maxBytes;
  }

  override take(bytes: number): void {
    super.take(bytes);
    if (bytes > 0 && this.bytes > this.#maxBytes) this.#onExceeded?.();
  }
}

/** What may be held. */
export interface LedgerLimits {
  /** By all together. */
  readonly maxBytes: number;
  /** By connections of one source address that have not logged in. */
  readonly maxSourceBytes: number;
  /** By frames that are not whole, of all connections. */
  readonly maxFrameBytes: number;
}

/** What to do where it is more. */
export interface LedgerAlarms {
  /** All together hold too much. */
  full(): void;
  /** Frames that are not whole take too much. */
  framesFull(): void;
}

/** Above this part of the whole no new connections are taken. */
const TIGHT = 0.9;

/** The accounts of one router. */
export class Ledger {
  /** The whole router. */
  readonly router: BoundedAccount;
  /** Frames that are not whole; they count for their connections as well. */
  readonly frames: BoundedAccount;
  readonly limits: LedgerLimits;
  readonly #sources = new Map<string, Source>();

  constructor(limits: LedgerLimits, alarms: LedgerAlarms) {
    this.limits = limits;
    this.router = new BoundedAccount(undefined, limits.maxBytes, alarms.full);
    this.frames = new BoundedAccount(
      undefined,
      limits.maxFrameBytes,
      alarms.framesFull,
    );
  }

  /** Whether it is time to take no new connections. */
  get isTight(): boolean {
    return this.router.bytes > this.limits.maxBytes * TIGHT;
  }

  /** Bytes above what all together may hold; negative: so much is left. */
  get excessBytes(): number {
    return this.router.bytes - this.limits.maxBytes;
  }

  /** How many sources have connections that have not logged in. */
  get sourceCount(): number {
    return this.#sources.size;
  }

  /** The source of a new connection; {@linkcode Source.leave} it once. */
  source(name: string): Source {
    let source = this.#sources.get(name);
    if (source === undefined) {
      source = new Source(this, () => this.#sources.delete(name));
      this.#sources.set(name, source);
    }
    source.enter();
    return source;
  }
}

/** Connections of one address that have not logged in. */
export class Source {
  readonly account: BoundedAccount;
  readonly #onEmpty: () => void;
  #connections = 0;

  constructor({ router, limits }: Ledger, onEmpty: () => void) {
    this.account = new BoundedAccount(router, limits.maxSourceBytes);
    this.#onEmpty = onEmpty;
  }

  /** One connection more. */
  enter(): void {
    this.#connections++;
  }

  /** One less: it has logged in, or is gone. */
  leave(): void {
    this.#connections--;
    if (this.#connections === 0) this.#onEmpty();
  }
}
