// Builds what the browser gets: `node bin/_runtime/assets.mjs [TARGET]` (TARGET: var/assets).
// static/css/bundle.txt says what hms.css is made of. Its lines are `path` or `path layer(name)`;
// `ds:` stands for the framework's folder, everything else lies in static/css.
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { transform } from "lightningcss";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const target = resolve(process.argv[2] ?? join(root, "var/assets"));
const modules = join(root, "node_modules");
const framework = join(modules, "@digdir/designsystemet-css/dist");
const ours = join(root, "static/css");
const font = "inter-latin-wght-normal.woff2";

function part(line) {
  const [, path, layer] = line.match(/^(\S+)(?:\s+layer\(([\w.-]+)\))?$/) ?? [];
  if (!path) throw new Error(`static/css/bundle.txt: I don't understand "${line}"`);
  const file = path.startsWith("ds:") ? join(framework, path.slice(3)) : join(ours, path);
  const { code } = transform({ filename: file, code: readFileSync(file), minify: true });
  return layer ? `@layer ${layer}{${code}}` : code.toString();
}

// Written beside and moved into place: a server that reads meanwhile never sees half a file.
function write(name, content) {
  const file = join(target, name);
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

const parts = readFileSync(join(ours, "bundle.txt"), "utf8")
  .split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#")).map(part);
const { code } = transform({ filename: "hms.css", code: Buffer.from(parts.join("\n")), minify: true });

mkdirSync(join(target, "fonts"), { recursive: true });
write("hms.css", code);
cpSync(join(modules, "@fontsource-variable/inter/files", font), join(target, "fonts", font));
console.log(`hms.css ${(code.length / 1000).toFixed(1)} kB, ${(brotliCompressSync(code).length / 1000).toFixed(1)} kB with brotli`);
