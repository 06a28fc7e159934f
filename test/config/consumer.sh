#!/usr/bin/env bash
# Two strangers' projects. One has the packed package and `effect` alone, and compiles and runs with it. The other is made
# by README's own lines, with the tarball in place of `effect-crowd`, and runs README's first program and the command.
set -euo pipefail
cd "$(dirname "$0")/../.."
repository=$PWD
consumer=$(mktemp -d)
project=$(mktemp -d)
trap 'rm -rf "$consumer" "$project"' EXIT

tarball=$(npm pack --silent --pack-destination "$consumer")
scripts=$(tar -xOf "$consumer/$tarball" package/package.json | node -p "
  Object.keys(JSON.parse(require('node:fs').readFileSync(0, 'utf8')).scripts ?? {}).filter((name) => /^(pre|post)?install$/.test(name)).join(' ')")
if [ -n "$scripts" ] || tar -tf "$consumer/$tarball" | grep -qx package/binding.gyp; then
  echo "the tarball runs something when it is installed: $scripts" >&2
  exit 1
fi
effect=$(node -p "require('effect/package.json').version")
cd "$consumer"
echo '{ "type": "module", "private": true }' > package.json
npm install --ignore-scripts --silent "./$tarball" "effect@$effect"

cat > main.ts <<'TS'
import * as crowd from "effect-crowd"
import * as Mock from "effect-crowd/Mock"
import * as Money from "effect-crowd/Money"

export const provider: typeof Mock.layer = Mock.layer
if (crowd.Money.make !== Money.make) throw new Error("two copies of Money")
TS
cat > tsconfig.json <<'JSON'
{ "compilerOptions": { "strict": true, "exactOptionalPropertyTypes": true, "module": "NodeNext", "target": "ES2022", "types": [] } }
JSON
"$repository/node_modules/.bin/tsc"
node main.js

for closed in store/memory/store cli/bin provider/engine internal/untrusted; do
  if node --input-type=module --eval "await import('effect-crowd/$closed')" 2> closed.txt; then
    echo "effect-crowd/$closed is open to the world" >&2
    exit 1
  fi
  grep -q ERR_PACKAGE_PATH_NOT_EXPORTED closed.txt
done
echo "consumer: compiled and ran with effect alone"

"$repository/node_modules/.bin/tsx" "$repository/test/config/readme.ts" "$project"
cd "$project"
echo '{ "type": "module", "private": true }' > package.json
export npm_config_ignore_scripts=true # better-sqlite3 was compiled once already
bash -euo pipefail -c "$(sed "s#^npm install effect-crowd #npm install --silent $consumer/$tarball #" install.sh)"
cp -r "$repository/node_modules/better-sqlite3/build" node_modules/better-sqlite3/
echo '{ "extends": "'"$consumer"'/tsconfig.json", "files": ["mock.ts"] }' > tsconfig.json
"$repository/node_modules/.bin/tsc" --noEmit
"$repository/node_modules/.bin/tsx" mock.ts > answers.txt
grep -c "workerName: 'worker-" answers.txt | grep -qx 6
echo "consumer: README's first program ran to its end with README's install line"

bash -euo pipefail commands.sh
head -1 my-batch-results.csv | grep -q Answer.
echo "consumer: README's commands ran, results in my-batch-results.csv"
