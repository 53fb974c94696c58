"""A stock exchange that speaks MQTT, for a laptop: prices out, purchase requests in, answers out.

Run it with `python -m local.exchange --mqtt-url mqtt://user:pass@host:port`; `--help` lists the
rest.

What is pure (no I/O, the time passed in, every draw from a stream of its own, see `dice`):

- `bars`, `companies`, `market`: what a share costs at any moment, and the price batches;
- `purchases`, `verdicts`: what a request says, and whether the exchange accepts it;
- `groups`: the purchases of the other groups;
- `malformed`, `misbehaviour`, `agenda`: what goes wrong on the way out, and when each message
  leaves;
- `core`: all of it put together, bytes in, publications out.

What touches the world: `replay` reads the real price series, `ledger` keeps the verdicts in a file,
`process` talks to the broker, `options` reads the command line.

**A verdict never changes.** It is drawn from (seed, group, request id), so a run can be repeated,
and the first one is also written to the ledger before it is sent, so that a restart with another
seed or with other rules still gives an old request its old answer. A function alone would not do:
what the exchange has accepted must stay accepted. The same file is what the exchange holds as
accepted, one JSON line per verdict.

An orderly end says what was still to be said. Killed, the exchange forgets the answers that were on
their way, not the verdicts: whoever asks again gets the answer.

**Prices depend on (seed, time) alone**: a restart goes on where it stopped, and a backfill that is
published again names the same batches with the same prices.
"""
