#!/bin/sh
# Bundles a vendored library (codemirror, echarts) into designer/static/vendor/: `sh deploy/bundle.sh codemirror`. The versions
# are those of its package-lock.json, so the bytes are the same each time.
# A newer one: change package.json, then `npm install --package-lock-only --omit-lockfile-registry-resolved` in its folder.
set -eu
export name="$1"
here=$(cd "$(dirname "$0")/$name" && pwd)
vendor="$here/../../designer/static/vendor"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$here/entry.js" "$work"
cd "$work"
npm ci --ignore-scripts --no-audit --no-fund --silent
node_modules/.bin/esbuild entry.js --bundle --minify --format=esm --target=es2022 --legal-comments=none --charset=utf8 --metafile=meta.json --outfile="$name.min.js" --log-level=warning
# The licence of every package that is in the bundle, under its name and version.
node --input-type=module > "$name.LICENSE" <<'END'
import { existsSync, readFileSync } from "node:fs";
const inputs = Object.entries(JSON.parse(readFileSync("meta.json")).outputs[`${process.env.name}.min.js`].inputs).filter(([, { bytesInOutput }]) => bytesInOutput);
const names = [...new Set(inputs.flatMap(([path]) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []))].sort();
const packages = new Map();
for (const name of names) {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`)), licence = ["LICENSE", "NOTICE"].map((file) => `node_modules/${name}/${file}`).filter(existsSync).map((file) => readFileSync(file, "utf8").trim()).join("\n\n");
  packages.set(licence, [...(packages.get(licence) ?? []), `${name} ${version}`]);
}
console.log([...packages].map(([licence, those]) => `${those.join("\n")}\n\n${licence}\n`).join(`\n${"-".repeat(72)}\n\n`).trimEnd());
END
cp "$name.min.js" "$name.LICENSE" "$vendor"
