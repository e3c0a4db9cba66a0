/**
 * The methods of HTTP that are known by their name alone: those of IANA's
 * registry, and a few that are in wide use beside it.
 */
export const HTTP_METHODS: readonly string[] = [
  ...["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE"],
  ...["PATCH", "PRI", "QUERY", "PROPFIND", "PROPPATCH", "MKCOL", "COPY"],
  ...["MOVE", "LOCK", "UNLOCK", "ACL", "REPORT", "SEARCH", "MKCALENDAR"],
  ...["BIND", "REBIND", "UNBIND", "LINK", "UNLINK", "CHECKIN", "CHECKOUT"],
  ...["UNCHECKOUT", "VERSION-CONTROL", "BASELINE-CONTROL", "LABEL", "MERGE"],
  ...["MKACTIVITY", "MKWORKSPACE", "MKREDIRECTREF", "UPDATEREDIRECTREF"],
  ...["UPDATE", "ORDERPATCH", "PURGE", "NOTIFY", "SUBSCRIBE", "UNSUBSCRIBE"],
  ...["M-SEARCH"],
];
