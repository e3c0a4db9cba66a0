/** A realm that tells callees and subscribers of one URI who called or published. */
import { openRealm } from "../support/test_server.ts";

const REALM = openRealm("realm1");

/** It discloses those who call `com.example.told` or publish to it. */
export const TELLING_REALM = {
  ...REALM,
  roles: REALM.roles.map((role) => ({
    ...role,
    permissions: [
      ...role.permissions,
      {
        ...role.permissions[0],
        uri: "com.example.told",
        match: "exact" as const,
        disclose: { caller: true, publisher: true },
      },
    ],
  })),
};
