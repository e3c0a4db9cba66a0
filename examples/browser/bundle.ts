/**
 * Makes `autobahn.bundle.js`: Autobahn|JS and what it needs from npm, in one file, so
 * that the page loads nothing from elsewhere. Needs Node.js with npm.
 *
 *   deno run -A examples/browser/bundle.ts
 */
import config from "../../deno.json" with { type: "json" };

const PACKAGES = [
  config.imports.autobahn.replace(/^npm:/, ""),
  "esbuild@0.28.2",
  // What browsers lack of Node.js.
  ...["assert@2.1.0", "buffer@6.0.3", "events@3.3.0", "process@0.11.10"],
  ...["readable-stream@4.8.0", "util@0.12.5"],
];

const ENTRY = 'export { default } from "autobahn";\n';
const GLOBALS = `export { Buffer } from "buffer/";
export { default as process } from "process/browser.js";
`;
const BANNER =
  "/* Autobahn|JS (https://github.com/crossbario/autobahn-js, MIT) and its dependencies; made by bundle.ts */";

/** Writes the bundle to `path`. */
export async function makeBundle(path: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/entry.js`, ENTRY);
    await Deno.writeTextFile(`${folder}/globals.js`, GLOBALS);
    await Deno.writeTextFile(`${folder}/nothing.js`, "export default {};\n");
    await run(folder, [
      "npm",
      "install",
      "--no-audit",
      "--no-fund",
      ...PACKAGES,
    ]);
    await run(folder, [
      ...["npx", "esbuild", "entry.js", "--bundle", "--minify"],
      ...["--platform=browser", "--format=esm", "--charset=utf8"],
      ...["--define:global=globalThis", "--inject:globals.js"],
      ...["--alias:stream=readable-stream", "--alias:util=util/"],
      ...["--alias:buffer=buffer/", "--alias:events=events/"],
      ...["--alias:assert=assert/", "--alias:fs=./nothing.js"],
      ...[`--banner:js=${BANNER}`, "--legal-comments=eof"],
      `--outfile=${path}`,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(cwd: string, [name, ...args]: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(name, { args, cwd })
    .output();
  if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
}

if (import.meta.main) {
  await makeBundle(new URL("autobahn.bundle.js", import.meta.url).pathname);
}
