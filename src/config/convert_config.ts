/**
 * From the text of a node config of version 1 to one of version 2.
 *
 * @module
 */

import { LineIndex } from "../schema/document.ts";
import type { Problem } from "../schema/check_context.ts";
import { editDocument } from "../schema/edit_document.ts";
import { parseDocument } from "../schema/parse_document.ts";
import { isNodeConfig } from "./forms.ts";
import { editsToVersionTwo } from "./version_one.ts";

/** What came of it: a text, or what is wrong with the one that was given. */
export type ConvertedConfig =
  | { readonly text: string; readonly isChanged: boolean }
  | { readonly errors: readonly Problem[] };

/** Converts the text of the config `file`. */
export function convertConfig(text: string, file: string): ConvertedConfig {
  const bare = text.replace(/^\uFEFF/, "");
  const { root, faults } = parseDocument(bare, file);
  const lines = new LineIndex(bare);
  const errors = faults.map(({ offset, path, message }): Problem => ({
    severity: "error",
    file,
    ...lines.locate(offset),
    path,
    message,
  }));
  if (root === undefined || errors.length > 0) return { errors };
  if (!isNodeConfig(root)) {
    const message = "this is no node config of Crossbar.io, which has versions";
    const place = lines.locate(root.offset);
    return {
      errors: [{ severity: "error", file, ...place, path: "", message }],
    };
  }
  const edits = editsToVersionTwo(root);
  const isChanged = edits.length > 0;
  return { text: editDocument(bare, file, edits), isChanged };
}
