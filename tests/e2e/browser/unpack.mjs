// Unpack the Chromium that came as a package into a folder: nothing of it needs a system library but the C library.

import { brotliDecompressSync } from "node:zlib";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [, , folder] = process.argv;
const packed = new URL("node_modules/@sparticuz/chromium/bin/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const name of ["chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"]) {
  writeFileSync(join(folder, name), brotliDecompressSync(readFileSync(new URL(`${name}.br`, packed))));
}
chmodSync(join(folder, "chromium"), 0o755);
