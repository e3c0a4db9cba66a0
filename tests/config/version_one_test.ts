/**
 * Version 1 of Crossbar.io's format: what is said of it, and what it becomes.
 */
import { assert, assertEquals } from "@std/assert";
import { convertConfig } from "../../src/config/convert_config.ts";
import { brief, load, loadSound } from "./_load.ts";

const OLD = `{
   // The router.
   "controller": {},
   "workers": [
      {
         "type": "router",
         "realms": [
            {
               "name": "realm1",
               "roles": [
                  {
                     "name": "anonymous",
                     "permissions": [
                        {
                           "uri": "com.*",
                           "publish": true,
                           "subscribe": true,
                           "call": true,
                           "register": false
                        },
                        // Nothing.
                        {"uri": "org.b", "call": false}
                     ]
                  }
               ]
            }
         ],
         "transports": [
            {
               "type": "web",
               "endpoint": {"type": "tcp", "port": 8080, "interface": "127.0.0.1"},
               "paths": {
                  "ws": {"type": "websocket"},
                  "push": {"type": "pusher", "realm": "realm1", "role": "anonymous"}
               }
            }
         ]
      }
   ]
}
`;

const OLD_YAML = `# The router.
workers:
- type: router
  realms:
  - name: realm1
    roles:
    - name: anonymous
      permissions: &open
      - uri: com.*
        publish: true
        call: false
    - name: other
      permissions: *open
  transports:
  - type: websocket
    # Here.
    endpoint: {type: tcp, port: 8080, interface: 127.0.0.1}
`;

const AT = "workers[0].realms[0].roles[0].permissions";

Deno.test("loadConfig() has one error for version 1, which says what to write", async () => {
  for (const version of ["", '"version": 1,']) {
    const { errors, warnings } = await load(OLD.replace("{", `{${version}`));
    assertEquals(warnings, []);
    const path = version === "" ? "" : "version: ";
    assertEquals(brief(errors), [
      `${path}the config is of version 1 of Crossbar.io's format, whose permissions have actions beside "uri", where version 2 has them in "allow"; have it written anew by the command \`convert\`, or write "version": 2, and as permissions
  ${AT}[0]: {"uri":"com.*","allow":{"publish":true,"subscribe":true,"call":true}}
  ${AT}[1]: {"uri":"org.b","allow":{}}`,
    ]);
  }
});

Deno.test("loadConfig() shows the first 20 of many rules", async () => {
  const permissions = Array.from(
    { length: 30 },
    (_, index) => ({ uri: `a${index}`, call: true }),
  );
  const roles = [{ name: "anonymous", permissions }];
  const { errors } = await load({
    workers: [{ type: "router", realms: [{ name: "realm1", roles }] }],
  });
  const lines = errors[0].message.split("\n");
  assertEquals([errors.length, lines.length], [1, 22]);
  assertEquals(lines[21], "  and 10 more");
});

function converted(text: string, file: string): string {
  const result = convertConfig(text, file);
  assert("text" in result, JSON.stringify(result));
  assert(result.isChanged);
  return result.text;
}

Deno.test("convertConfig() writes version 2, and leaves the rest as it is", async () => {
  const text = converted(OLD, "config.json");
  assertEquals(
    text,
    OLD.replace("{\n   // The", '{\n   "version": 2,\n   // The').replace(
      `                           "publish": true,
                           "subscribe": true,
                           "call": true,
                           "register": false
`,
      `                           "allow": {
                              "publish": true,
                              "subscribe": true,
                              "call": true
                           }
`,
    ).replace(
      '{"uri": "org.b", "call": false}',
      `{
                           "uri": "org.b",
                           "allow": {}
                        }`,
    ).replace('"pusher"', '"publisher"'),
  );
  const { config } = await loadSound(text);
  const [first, second] = config.realms[0].roles[0].permissions;
  assertEquals([first.uri, first.match, first.allow.call], [
    "com.",
    "prefix",
    true,
  ]);
  assertEquals([first.allow.register, second.allow.call], [false, false]);
});

Deno.test("convertConfig() writes YAML for YAML", async () => {
  const text = converted(OLD_YAML, "config.yaml");
  assertEquals(
    text,
    `version: 2
# The router.
workers:
  - type: router
    realms:
      - name: realm1
        roles:
          - name: anonymous
            permissions: &open
              - uri: com.*
                allow:
                  publish: true
          - name: other
            permissions: *open
    transports:
      - type: websocket
        # Here.
        endpoint: { type: tcp, port: 8080, interface: 127.0.0.1 }
`,
  );
  const { config } = await loadSound(text);
  for (const { permissions } of config.realms[0].roles) {
    assertEquals(permissions.map(({ uri }) => uri), ["com."]);
  }
});

Deno.test("convertConfig() changes rules where they are, of which others are aliases", () => {
  const text = converted(
    `controller:
  rules: &open [{uri: a, call: true}]
workers:
  - type: router
    realms:
      - name: realm1
        roles: [{name: a, permissions: *open}, {name: b, permissions: *open}]
`,
    "config.yaml",
  );
  assertEquals(
    text,
    `version: 2
controller:
  rules: &open [ { uri: a, allow: { call: true } } ]
workers:
  - type: router
    realms:
      - name: realm1
        roles: [ { name: a, permissions: *open }, { name: b, permissions: *open } ]
`,
  );
});

Deno.test("convertConfig() leaves version 2 alone, and takes no other form", () => {
  const version2 = '{"version": 2, "workers": []}\n';
  assertEquals(convertConfig(version2, "c.json"), {
    text: version2,
    isChanged: false,
  });
  const other = convertConfig('{"realms": []}', "c.json");
  assert("errors" in other);
  assertEquals(brief(other.errors), [
    "c.json: error: this is no node config of Crossbar.io, which has versions",
  ]);
  const broken = convertConfig('{"workers": [}', "c.json");
  assert("errors" in broken && broken.errors.length > 0);
  const list = convertConfig("- workers\n", "c.yaml");
  assert("errors" in list && list.errors.length === 1);
});
