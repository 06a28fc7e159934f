#!/usr/bin/env bash
# A stranger's project: the packed package and `effect`, nothing else, compiled and run.
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
"$repository/node_modules/.bin/tsc" --strict --exactOptionalPropertyTypes --module NodeNext --target ES2022 --types "" main.ts
node main.js

for closed in internal/memoryStore cli/bin store/internal/failure; do
  if node --input-type=module --eval "await import('effect-crowd/$closed')" 2> closed.txt; then
    echo "effect-crowd/$closed is open to the world" >&2
    exit 1
  fi
  grep -q ERR_PACKAGE_PATH_NOT_EXPORTED closed.txt
done
echo "consumer: compiled and ran with effect alone"
