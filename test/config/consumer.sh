#!/usr/bin/env bash
# A stranger's project: the packed package and `effect` compile and run; with its optional peers, so does `crowd`.
set -euo pipefail
cd "$(dirname "$0")/../.."
repository=$PWD
consumer=$(mktemp -d)
trap 'rm -rf "$consumer"' EXIT

tarball=$(npm pack --silent --pack-destination "$consumer")
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

for closed in internal/memoryStore cli/bin store/internal/failure; do
  if node --input-type=module --eval "await import('effect-crowd/$closed')" 2> closed.txt; then
    echo "effect-crowd/$closed is open to the world" >&2
    exit 1
  fi
  grep -q ERR_PACKAGE_PATH_NOT_EXPORTED closed.txt
done
echo "consumer: compiled and ran with effect alone"

cd "$repository"
peers=$(node -p "const { devDependencies, peerDependencies } = require('./package.json')
  Object.keys(peerDependencies).filter((name) => !name.includes('vitest')).map((name) => name + '@' + devDependencies[name]).join(' ')")
cd "$consumer"
# shellcheck disable=SC2086
npm install --ignore-scripts --silent $peers
cp -r "$repository/node_modules/better-sqlite3/build" node_modules/better-sqlite3/ # compiled once is enough
npm exec --no -- crowd run node_modules/effect-crowd/dist/samples/sentiment --provider mock --db crowd.db --json > run.json
node -e "
const { units, results } = JSON.parse(require('node:fs').readFileSync('run.json', 'utf8'))
if (!(units.accepted > 0)) throw new Error('nothing was accepted: ' + JSON.stringify(units))
console.log('consumer: crowd run accepted ' + units.accepted + ' units, results in ' + results)"
